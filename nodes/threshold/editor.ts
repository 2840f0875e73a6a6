// The dialog of threshold: a preview beside its fields.
import { dialogOf } from '../shared/editor/dialog';
import { formOf } from '../shared/editor/form';
import { showPart } from '../shared/editor/server';
import { fields } from './fields';

const form = formOf('threshold', fields);

export const dialog = dialogOf(fields, {
  label({ method, deviations, percentile, perDay, value }) {
    return form.text(`label.short.${method}`, { k: deviations, percentile, perDay, value });
  },
  open: node => showPart('threshold-preview', node, form.text('preview.notLoaded')),
});
