// How rl-kl-classifier stands on the workspace.
import { dialogOf } from '../shared/editor/dialog';
import { formOf } from '../shared/editor/form';
import { fields } from './fields';

const form = formOf('rl-kl-classifier', fields);

export const dialog = dialogOf(fields, {
  label: ({ positiveLabel: label }) => (label ? form.text('label.short', { label }) : undefined),
});
