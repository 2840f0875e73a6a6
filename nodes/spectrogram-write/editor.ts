// How spectrogram-write stands on the workspace.
import { dialogOf } from '../shared/editor/dialog';
import { formOf } from '../shared/editor/form';
import { fields } from './fields';

const form = formOf('spectrogram-write', fields);

export const dialog = dialogOf(fields, { label: ({ folder }) => form.text('label.short', { folder }) });
