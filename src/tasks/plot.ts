// Pictures (PNG, SVG), drawn in a thread of the pool: what audio-plot nodes show, and what goes with an alarm.
import type { Figure, PictureSettings } from '../charts/figures/draw';
import type { AudioInfo, SpectrogramInfo } from '../messages';
import { type Lane, ShortTask } from '../threads/short-task';
import { copyInTurns } from '../threads/turns';

export interface PlotOrder {
  figure: Figure;
  settings: PictureSettings;
}

/** PNG as a Buffer, SVG as text. */
export type Picture = Buffer | string;

/** With what drawing throws. */
export const plotTask = new ShortTask<PlotOrder, Uint8Array | string>({
  file: __filename,
  name: 'plotTask',
  what: 'draws pictures',
  isSlow: true,
  async load() {
    const { drawFigure } = await import('../charts/figures/draw.js');
    return ({ figure, settings }) => drawFigure(figure, settings);
  },
});

/** @param figure its large arrays are copied: their memory may be shared with messages */
export async function drawPicture(
  lane: Lane<PlotOrder, Uint8Array | string>,
  figure: Figure,
  settings: PictureSettings,
): Promise<Picture> {
  const picture = await lane.ask(async () => {
    const own: Record<string, unknown> = { ...figure };
    const transfer: ArrayBuffer[] = [];
    for (const [name, value] of Object.entries(own)) {
      if (!(value instanceof Float32Array)) continue;
      const copy = await copyInTurns(value);
      own[name] = copy;
      transfer.push(copy.buffer);
    }
    return { order: { figure: own as unknown as Figure, settings }, transfer };
  });
  return typeof picture === 'string' ? picture : bufferOn(picture);
}

/** What an alarm's picture shows; arrays are row-major [bins][frames]. */
export interface ExplanationOrder {
  values: Float32Array;
  /** Squared error per element. */
  error: Float32Array;
  info: SpectrogramInfo;
  audio?: AudioInfo;
}

/** The picture that goes with an alarm: a PNG. */
export const explanationTask = new ShortTask<ExplanationOrder, Uint8Array>({
  file: __filename,
  name: 'explanationTask',
  what: 'draws the pictures of alarms',
  isSlow: true,
  async load() {
    const { explanationPicture } = await import('../charts/heatmap.js');
    return ({ values, error, info, audio }) => explanationPicture(values, error, info, audio);
  },
});

/** A Buffer that was posted between threads arrives as plain bytes. */
export function bufferOn({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
