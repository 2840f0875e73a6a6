// The last columns of a running spectrogram as bytes, in a ring: what a live display needs, a quarter of the size and
// bounded. Columns are numbered through, so that whoever asks gets just what is new.
import type { SpectrogramInfo } from '../messages';
import { type FrequencyAxis, frequencyAxis } from './axis';

/** Higher pictures are brought down to at most this many rows. */
const MAX_ROWS = 128;
/** dB that 0 and 255 stand for: from the floor of both scales to above the loudest that a frame of 65536 gives. */
const DECIBELS = [-100, 90] as const;
const UNIT = [0, 1] as const;

/** What the bytes of a strip mean. */
export interface StripFormat {
  /** Counts changes of format; columns of two formats do not belong in one picture. */
  epoch: number;
  rows: number;
  secondsPerColumn: number;
  axis: FrequencyAxis;
  /** Values that byte 0 and byte 255 stand for. */
  low: number;
  high: number;
  unit: 'dB' | '';
}

export class ColumnStrip {
  /** Number of the next column. */
  end = 0;
  format: StripFormat | undefined;
  private key = '';
  private columns = new Uint8Array(0);
  /** Number of the first column in the present format. */
  private first = 0;

  /** @param seconds how much is kept, within `maxColumns` */
  constructor(
    private readonly seconds: number,
    private readonly maxColumns: number,
  ) {}

  /** Columns that the ring holds at most. */
  get capacity(): number {
    const { format } = this;
    if (!format) return 0;
    return Math.min(this.maxColumns, Math.max(1, Math.ceil(this.seconds / format.secondsPerColumn)));
  }

  /** Takes the columns from `from` to `to` − 1, of a picture row-major [bins][frames], lowest frequency first. */
  append(values: Float32Array, info: SpectrogramInfo, from = 0, to = info.shape[1]): void {
    const format = this.formatOf(info);
    const [bins, frames] = info.shape;
    const { rows, low, high } = format;
    const { capacity } = this;
    const scale = 255 / (high - low);
    const first = Math.max(from, to - capacity);
    this.end += first - from;
    for (let column = first; column < to; column++) {
      const at = (this.end % capacity) * rows;
      for (let row = 0; row < rows; row++) {
        // The loudest of the rows that share one: a thin line must not vanish.
        const last = Math.max(Math.floor(((row + 1) * bins) / rows), Math.floor((row * bins) / rows) + 1);
        let value = Number.NEGATIVE_INFINITY;
        for (let bin = Math.floor((row * bins) / rows); bin < last; bin++) {
          const candidate = values[bin * frames + column];
          if (candidate > value) value = candidate;
        }
        this.columns[at + row] = Math.max(0, Math.min(255, Math.round((value - low) * scale)));
      }
      this.end++;
    }
  }

  /** The columns from number `index` on, as far as they are there, one after the other from the lowest row up. */
  since(index: number): { from: number; columns: Buffer } {
    const { capacity, end } = this;
    const rows = this.format?.rows ?? 0;
    const from = Math.min(end, Math.max(index, end - capacity, this.first));
    const columns = Buffer.alloc((end - from) * rows);
    for (let column = from; column < end; column++) {
      const at = (column % capacity) * rows;
      columns.set(this.columns.subarray(at, at + rows), (column - from) * rows);
    }
    return { from, columns };
  }

  private formatOf(info: SpectrogramInfo): StripFormat {
    const { shape, sampleRate, hopLength, fftSize, scale, fMin, fMax, normalize } = info;
    const key = [shape[0], sampleRate, hopLength, fftSize, scale, fMin, fMax, normalize].join(' ');
    if (this.format && key === this.key) return this.format;
    this.key = key;
    const inDecibels = normalize === 'model' || normalize === 'none';
    const [low, high] = inDecibels ? DECIBELS : UNIT;
    this.format = {
      ...{ epoch: (this.format?.epoch ?? 0) + 1, rows: Math.min(MAX_ROWS, shape[0]), low, high },
      ...{ secondsPerColumn: hopLength / sampleRate, axis: frequencyAxis(info), unit: inDecibels ? 'dB' : '' },
    };
    this.columns = new Uint8Array(this.capacity * this.format.rows);
    this.first = this.end;
    return this.format;
  }
}
