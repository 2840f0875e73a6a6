// The dialog of vae-generate: what the chosen mode draws from.
import { dialogOf, labelOfModel } from '../shared/editor/dialog';
import { formOf } from '../shared/editor/form';
import { fields } from './fields';

const form = formOf('vae-generate', fields);

export const dialog = dialogOf(fields, {
  label: shown => labelOfModel(form, `short.${shown.mode}`, shown),
  input: ({ mode }) => (mode === 'prior' ? 'any' : 'input'),
  change({ mode = 'prior' }) {
    form.hint('mode', form.text(`hint.${mode}`));
  },
});
