// The dialog of spectrogram: recipes to fill its fields with, and a preview.
import { dialogOf } from '../shared/editor/dialog';
import { fillFrom, formOf } from '../shared/editor/form';
import { showPart } from '../shared/editor/server';
import { fields } from './fields';
import { RECIPES } from './recipes';

const form = formOf('spectrogram', fields);

/** Larger and smaller ones are taken too, where a flow has them. */
const FFT_SIZES = [64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384];

function offerFftSizes(saved: string): void {
  const list = form.input('fftSize');
  for (const size of new Set([...FFT_SIZES.map(String), saved])) $('<option>').val(size).text(size).appendTo(list);
  list.val(saved);
}

export const dialog = dialogOf(fields, {
  open(node) {
    offerFftSizes(String(node.fftSize ?? fields.fftSize.default));
    fillFrom(form, $('#spectrogram-recipe'), RECIPES);
    return showPart('spectrogram-preview', node, form.text('preview.notLoaded'));
  },
  change({ normalize = 'model' }) {
    form.hint('rangeDb', form.text(`rangeHint.${normalize}`));
  },
});
