// How audio-augment stands on the workspace.
import { dialogOf } from '../shared/editor/dialog';
import { formOf } from '../shared/editor/form';
import { fields } from './fields';

const form = formOf('audio-augment', fields);

export const dialog = dialogOf(fields, { label: ({ copies }) => form.text('short', { copies }) });
