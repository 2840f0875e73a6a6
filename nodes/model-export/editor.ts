// How model-export stands on the workspace.
import { dialogOf, labelOfModel } from '../shared/editor/dialog';
import { formOf } from '../shared/editor/form';
import { fields } from './fields';

const form = formOf('model-export', fields);

export const dialog = dialogOf(fields, { label: shown => labelOfModel(form, 'label.short', shown) });
