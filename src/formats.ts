// Numbers in words, the same in every language: a comma or a point between thousands would mean something else in some.

const MINUS = '\u2212';
const NARROW_NO_BREAK_SPACE = '\u202f';

/** With a true minus sign. */
export const minus = (text: string): string => text.replace(/^-/, MINUS);

/** With narrow spaces between thousands, e.g. "2 763 073", "44 100". */
export const spaced = (value: number, options?: Intl.NumberFormatOptions): string =>
  value.toLocaleString('en', options).replaceAll(',', NARROW_NO_BREAK_SPACE);

/** "07" */
export const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** Local time of day, "14:03:12" or "14:03". */
export function clockTime(time: Date, withSeconds = true): string {
  const minutes = `${twoDigits(time.getHours())}:${twoDigits(time.getMinutes())}`;
  return withSeconds ? `${minutes}:${twoDigits(time.getSeconds())}` : minutes;
}

/** "−43 dB"; null, which is silence, "−∞ dB". */
export const decibels = (value: number | null): string =>
  value === null ? `${MINUS}∞ dB` : `${minus(value.toFixed(0))} dB`;

const SCIENTIFIC_BELOW = 1e-4;
const SCIENTIFIC_FROM = 1e7;
const WHOLE_FROM = 100;

/** A score with three digits that count, e.g. 0.0312, 1.50, 2315, 3.10e-6. */
export function formatScore(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size < SCIENTIFIC_BELOW || size >= SCIENTIFIC_FROM) return value.toExponential(2);
  return size >= WHOLE_FROM ? value.toFixed(0) : value.toPrecision(3);
}
