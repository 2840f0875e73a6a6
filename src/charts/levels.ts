// A picture as bytes for a canvas: a quarter of the size, and no larger than a screen can show.
export interface PictureLevels {
  rows: number;
  columns: number;
  /** Values that byte 0 and byte 255 stand for. */
  low: number;
  high: number;
  /** Row after row, the lowest frequency first. */
  bytes: Uint8Array<ArrayBuffer>;
}

/** More than a dialog has pixels. */
const MOST = { rows: 512, columns: 1024 };

/**
 * @param values row-major [rows][columns], lowest frequency first
 * @param sounding columns from the left that hold sound; the rest is padding, which sets no scale
 * @param range what 0 and 255 stand for; left out: the lowest and the highest value of the sound
 */
export function pictureLevels(
  values: Float32Array,
  [rows, columns]: readonly [number, number],
  sounding: number,
  range?: readonly [number, number],
): PictureLevels {
  const height = Math.min(rows, MOST.rows);
  const width = Math.min(columns, MOST.columns);
  // The loudest of what shares a place: a thin line must not vanish.
  const loudest = new Float32Array(height * width).fill(Number.NEGATIVE_INFINITY);
  let [low, high] = range ?? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < rows; row++) {
    const to = Math.floor((row * height) / rows) * width;
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column];
      const place = to + Math.floor((column * width) / columns);
      if (value > loudest[place]) loudest[place] = value;
      if (range || column >= sounding) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  const scale = high > low ? 255 / (high - low) : 0;
  const bytes = new Uint8Array(loudest.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.max(0, Math.min(255, Math.round((loudest[i] - low) * scale)));
  return { rows: height, columns: width, low, high, bytes };
}
