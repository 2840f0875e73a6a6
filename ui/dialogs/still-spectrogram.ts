// A spectrogram that stands still, as a node makes it: its values as colours, with the frequencies, the seconds and what
// the colours stand for beside it. What is padding is left blank and named.
import { niceValues } from '../../src/charts/ticks';
import type { PreviewAnswer, SpectrogramBytes } from '../../src/live/dialog-messages';
import { bytesOf } from '../shared/base64';
import { onThemeChange, viridis } from '../shared/colours';
import { contextOf, Plot } from '../shared/plot';

const HEIGHT = 214;
const MARGIN = { left: 34, right: 68, top: 20, bottom: 22 };
const BAR = { gap: 8, width: 9 };
/** Pixels for a mark on the axis of time. */
const MARK_WIDTH = 60;

export interface Shown {
  levels: SpectrogramBytes;
  /** Of frequency. */
  axis: PreviewAnswer['axis'];
  /** Of all of it. */
  seconds: number;
  /** The part of them, from the left, that is sound; the rest is padding. */
  soundShare: number;
  /** What the darkest and the brightest colour stand for. */
  range: readonly [string, string];
  /** The word for padding. */
  padding: string;
  /** What there is to see, for those who do not. */
  words: string;
}

export class StillSpectrogram {
  private readonly plot = new Plot({ height: HEIGHT, margin: MARGIN }, plot => this.draw(plot));
  private readonly endTheme = onThemeChange(() => this.plot.redraw());
  private shown: (Shown & { image: HTMLCanvasElement }) | undefined;
  /** All colours, the brightest at the top. */
  private readonly scale = canvasOf(1, 256, (_x, y) => 255 - y);

  get element(): HTMLElement {
    return this.plot.canvas;
  }

  close(): void {
    this.endTheme();
  }

  show(shown: Shown): void {
    this.shown = { ...shown, image: imageOf(shown.levels) };
    this.plot.describe(shown.words);
    this.plot.redraw();
  }

  private draw(plot: Plot): void {
    if (!this.shown) return;
    const { context, left, right, top, bottom } = plot;
    const { seconds, soundShare, axis, padding, range, image } = this.shown;
    const { width, height } = image;
    const end = left + (right - left) * soundShare;
    // Values are squares, unless there are more of them than pixels.
    context.imageSmoothingEnabled = right - left < width || bottom - top < height;
    context.drawImage(image, 0, 0, width * soundShare, height, left, top, end - left, bottom - top);
    if (right - end > 1) drawPadding(plot, end, padding);
    plot.leftAxis(
      axis.ticks.map(tick => plot.up(tick)),
      { grid: false },
    );
    plot.text(axis.unit, left - 6, top - 18, { align: 'right', baseline: 'top' });
    const times = niceValues(0, seconds, Math.floor((right - left) / MARK_WIDTH));
    plot.bottomAxis(times.map(time => plot.along({ at: time / seconds, label: `${time} s` })));
    plot.frame();
    this.drawKey(plot, range);
  }

  /** What the colours stand for, on the right. */
  private drawKey(plot: Plot, [low, high]: readonly [string, string]): void {
    const { context, right, top, bottom, colours } = plot;
    const x = right + BAR.gap;
    context.imageSmoothingEnabled = true;
    context.drawImage(this.scale, x, top, BAR.width, bottom - top);
    context.strokeStyle = colours.frame;
    context.strokeRect(x + 0.5, top + 0.5, BAR.width - 1, bottom - top - 1);
    plot.text(high, x + BAR.width + 4, top + 5);
    plot.text(low, x + BAR.width + 4, bottom - 5);
  }
}

/** What lies behind the sound. */
function drawPadding(plot: Plot, from: number, word: string): void {
  const { context, right, top, bottom, colours } = plot;
  context.fillStyle = colours.paper;
  context.fillRect(from, top, right - from, bottom - top);
  plot.line([from, top], [from, bottom], colours.frame, { dash: [3, 3] });
  if (context.measureText(word).width < right - from - 8) {
    plot.text(word, (from + right) / 2, (top + bottom) / 2, { align: 'center' });
  }
}

/** Bytes as a canvas of one pixel for each, the lowest frequency at the bottom. */
function imageOf({ bins, frames, bytes }: SpectrogramBytes): HTMLCanvasElement {
  const levels = bytesOf(bytes);
  return canvasOf(frames, bins, (x, y) => levels[(bins - 1 - y) * frames + x]);
}

function canvasOf(width: number, height: number, levelAt: (x: number, y: number) => number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const painted = new ImageData(width, height);
  const pixels = new Uint32Array(painted.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = viridis[levelAt(i % width, Math.floor(i / width))];
  contextOf(canvas).putImageData(painted, 0, 0);
  return canvas;
}
