// The dialog of audio-plot, and the drawings under the nodes on the workspace.
import { dialogOf } from '../shared/editor/dialog';
import { formOf } from '../shared/editor/form';
import { fields } from './fields';

const form = formOf('audio-plot', fields);

/** Settles with what takes the drawings away again. */
let drawings: Promise<() => void> | undefined;

export const dialog = dialogOf(fields, {
  label: ({ plot }) => form.text(`plot.${plot}`),
  change({ plot = 'spectrogram' }) {
    form.hint('plot', form.text(`hint.${plot}`));
  },
  onpaletteadd() {
    const file = './resources/@earshot/node-red-audio-anomaly/plots/inline.mjs';
    drawings = import(file).then(({ start }: { start(): () => void }) => start());
  },
  onpaletteremove() {
    drawings?.then(stop => stop());
  },
});
