// A plot drawn anew at the size of the window, kept up to date, with a button to save it.
import { PLOT_SIZE } from '../../src/charts/plot-size';
import { labelOf } from '../shared/editor';
import { type LoadedPlot, unwatch, watch } from './latest-plots';
import { describe, t } from './words';

/** What the window's own title and buttons take. */
const FRAME_HEIGHT = 180;
const DEFAULT = { width: 480, height: 300 };

export function openLarge(node: EditorNode): void {
  const size = sizeFor(Number(node.width) || DEFAULT.width, Number(node.height) || DEFAULT.height);
  const key = `${node.id}?width=${size.width}&height=${size.height}`;
  const image = $('<img>', { alt: labelOf(node), css: { ...size, display: 'block' } });
  const content = $('<div>', { class: 'earshot-plot-large', css: { padding: 0, overflow: 'hidden' } }).append(image);
  let current: LoadedPlot | undefined;
  const show = (plot: LoadedPlot | undefined): void => {
    current = plot;
    if (plot) image.attr({ src: plot.url, alt: describe(node, plot) });
  };
  const save = (): void => {
    if (!current) return;
    const link = document.createElement('a');
    link.href = current.url;
    link.download = `${node.plot}.${current.type.includes('svg') ? 'svg' : 'png'}`;
    link.click();
  };
  content.dialog({
    title: labelOf(node),
    modal: true,
    resizable: false,
    width: size.width,
    buttons: [
      { text: t('save'), click: save },
      { text: t('close'), class: 'primary', click: () => content.dialog('close') },
    ],
    close() {
      unwatch(key, show);
      // Later: the editor still looks for where a key was pressed, which may be in here.
      setTimeout(() => content.dialog('destroy').remove());
    },
  });
  watch(key, show);
}

/** As large as fits, in the plot's proportions; letters stay of a size to read. */
function sizeFor(width: number, height: number): { width: number; height: number } {
  const { innerWidth, innerHeight } = window;
  const scale = Math.min(
    (innerWidth * 0.9) / width,
    (innerHeight - FRAME_HEIGHT) / height,
    PLOT_SIZE.max / Math.max(width, height),
  );
  const pixels = (value: number): number => Math.max(PLOT_SIZE.min, Math.round(value * scale));
  return { width: pixels(width), height: pixels(height) };
}
