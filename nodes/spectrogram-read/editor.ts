// How spectrogram-read stands on the workspace.
import { dialogOf } from '../shared/editor/dialog';
import { formOf } from '../shared/editor/form';
import { fields } from './fields';

const form = formOf('spectrogram-read', fields);

export const dialog = dialogOf(fields, { label: ({ folder }) => form.text('label.short', { folder }) });
