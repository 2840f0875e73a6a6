// How wav-record stands on the workspace.
import { dialogOf } from '../shared/editor/dialog';
import { fields } from './fields';

export const dialog = dialogOf(fields, { label: ({ folder, label }) => (label ? `${folder}/${label}` : `${folder}`) });
