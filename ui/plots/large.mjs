// A picture drawn anew at the size of the window, kept up to date, with a button to save it.
import { labelOf } from '../sidebar/editor.mjs';
import { unwatch, watch } from './pictures.mjs';
import { describe, t } from './words.mjs';

/** Pixels that a picture may have in each direction; as nodes/audio-plot/plot-routes.ts. */
const LEAST = 160;
const MOST = 2400;
/** What the window's own title and buttons take. */
const FRAME_HEIGHT = 180;

export function openLarge(node) {
  const size = sizeFor(Number(node.width) || 480, Number(node.height) || 300);
  const key = `${node.id}?width=${size.width}&height=${size.height}`;
  const image = $('<img>', { alt: labelOf(node), css: { ...size, display: 'block' } });
  const content = $('<div>', { class: 'earshot-plot-large', css: { padding: 0, overflow: 'hidden' } }).append(image);
  let current;
  const show = picture => {
    current = picture;
    if (picture) image.attr({ src: picture.url, alt: describe(node, picture) });
  };
  const save = () => {
    if (!current) return;
    const extension = current.type.includes('svg') ? 'svg' : 'png';
    $('<a>', { href: current.url, download: `${node.plot}.${extension}` })[0].click();
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

/** As large as fits, in the picture's proportions; letters stay of a size to read. */
function sizeFor(width, height) {
  const { innerWidth, innerHeight } = window;
  const scale = Math.min(
    (innerWidth * 0.9) / width,
    (innerHeight - FRAME_HEIGHT) / height,
    MOST / Math.max(width, height),
  );
  const pixels = value => Math.max(LEAST, Math.round(value * scale));
  return { width: pixels(width), height: pixels(height) };
}
