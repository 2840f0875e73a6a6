// A spectrogram that stands still, as a node makes it: its values as colours, with the frequencies, the seconds and what
// the colours stand for beside it. What is padding is left blank and named.
import { onThemeChange, viridis } from '../sidebar/colours.mjs';
import { niceValues, Plot } from '../sidebar/plot.mjs';

const HEIGHT = 214;
const MARGIN = { left: 34, right: 68, top: 20, bottom: 22 };
const BAR = { gap: 8, width: 9 };
/** Pixels for a mark on the axis of time. */
const MARK_WIDTH = 60;

export class LevelPicture {
  constructor() {
    this.plot = new Plot({ height: HEIGHT, margin: MARGIN }, plot => this.draw(plot));
    this.element = this.plot.canvas;
    this.endTheme = onThemeChange(() => this.plot.redraw());
  }

  close() {
    this.endTheme();
  }

  /**
   * @param {object} picture
   * @param {{rows: number, columns: number, bytes: string}} picture.levels row after row from the lowest up, base64
   * @param {{unit: string, ticks: {at: number, label: string}[]}} picture.axis of frequency
   * @param {number} picture.seconds of the picture
   * @param {number} picture.soundShare the part of them, from the left, that is sound; the rest is padding
   * @param {[string, string]} picture.range what the darkest and the brightest colour stand for
   * @param {string} picture.padding the word for padding
   * @param {string} picture.words what there is to see, for those who do not
   */
  show(picture) {
    this.picture = picture;
    this.image = imageOf(picture.levels);
    this.plot.describe(picture.words);
    this.plot.redraw();
  }

  draw(plot) {
    if (!this.picture) return;
    const { context, left, right, top, bottom } = plot;
    const { seconds, soundShare, axis, padding } = this.picture;
    const { width, height } = this.image;
    const end = left + (right - left) * soundShare;
    // Values are squares, unless there are more of them than pixels.
    context.imageSmoothingEnabled = right - left < width || bottom - top < height;
    context.drawImage(this.image, 0, 0, width * soundShare, height, left, top, end - left, bottom - top);
    if (right - end > 1) this.blank(plot, end, padding);
    plot.leftAxis(
      axis.ticks.map(({ at, label }) => [bottom - at * (bottom - top), label]),
      { grid: false },
    );
    plot.text(axis.unit, left - 6, top - 18, { align: 'right', baseline: 'top' });
    const times = niceValues(0, seconds, Math.floor((right - left) / MARK_WIDTH));
    plot.bottomAxis(times.map(time => [left + (time / seconds) * (right - 1 - left), `${time} s`]));
    plot.frame();
    this.key(plot);
  }

  /** What lies behind the sound. */
  blank(plot, from, word) {
    const { context, right, top, bottom, colours } = plot;
    context.fillStyle = colours.paper;
    context.fillRect(from, top, right - from, bottom - top);
    plot.line(from, top, from, bottom, colours.frame, { dash: [3, 3] });
    if (context.measureText(word).width < right - from - 8) {
      plot.text(word, (from + right) / 2, (top + bottom) / 2, { align: 'center' });
    }
  }

  /** What the colours stand for, on the right. */
  key(plot) {
    const { context, right, top, bottom, colours } = plot;
    const [low, high] = this.picture.range;
    const x = right + BAR.gap;
    context.imageSmoothingEnabled = true;
    context.drawImage(scale, x, top, BAR.width, bottom - top);
    context.strokeStyle = colours.frame;
    context.strokeRect(x + 0.5, top + 0.5, BAR.width - 1, bottom - top - 1);
    plot.text(high, x + BAR.width + 4, top + 5);
    plot.text(low, x + BAR.width + 4, bottom - 5);
  }
}

/** Bytes as a canvas of one pixel for each, the first row at the bottom. */
function imageOf({ rows, columns, bytes }) {
  const levels = Uint8Array.from(atob(bytes), letter => letter.charCodeAt(0));
  return canvasOf(columns, rows, (column, row) => levels[(rows - 1 - row) * columns + column]);
}

function canvasOf(width, height, levelAt) {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const data = new ImageData(width, height);
  const pixels = new Uint32Array(data.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = viridis[levelAt(i % width, Math.floor(i / width))];
  canvas.getContext('2d').putImageData(data, 0, 0);
  return canvas;
}

/** All colours, the brightest at the top. */
const scale = canvasOf(1, 256, (_column, row) => 255 - row);
