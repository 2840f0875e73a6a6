// The dialog of feature-classifier: its features chosen from those of audio-features, or named as columns of a table.
import { FEATURE_NAMES } from '../../src/dsp/feature-names';
import { dialogOf } from '../shared/editor/dialog';
import { formOf } from '../shared/editor/form';
import { fields } from './fields';

const form = formOf('feature-classifier', fields);

/** The saved property is one list, whether it names features of ours or columns of a table. */
function offerFeatures(saved: string[]): void {
  const isOurs = (name: string): boolean => (FEATURE_NAMES as readonly string[]).includes(name);
  const options = FEATURE_NAMES.map(name => ({ value: name, label: name }));
  const ours = { value: 'ours', label: form.text('features.ours'), multiple: true, options };
  const columns = { value: 'columns', label: form.text('features.columns'), hasValue: true, icon: 'fa fa-table' };
  const all = { value: 'all', label: form.text('features.all'), hasValue: false };
  const type = saved.length === 0 ? 'all' : saved.every(isOurs) ? 'ours' : 'columns';
  const input = form.input('features');
  input.typedInput({ default: type, types: [all, ours, columns] });
  input.typedInput('type', type);
  input.typedInput('value', saved.join(','));
}

export const dialog = dialogOf(fields, {
  label: ({ mode, classifier }) => form.text(`short.${mode}`, { classifier }),
  open(node) {
    offerFeatures(form.values(node).features ?? []);
  },
  save() {
    const input = form.input('features');
    if (input.typedInput('type') === 'all') input.typedInput('value', '');
  },
});
