// The marks of an axis: at round values.

export interface Tick {
  /** 0 at the axis's start, 1 at its end. */
  at: number;
  label: string;
}

/** Steps that people count in. */
export const NICE = [1, 2, 5];

/** Round values from just above `from` to `to`, at most `most` of them, evenly apart; none for fewer than one. */
export function niceValues(from: number, to: number, most: number): number[] {
  const span = to - from;
  if (!(span > 0 && span < Number.POSITIVE_INFINITY && most >= 1)) return [];
  for (let exponent = Math.floor(Math.log10(span / most)) - 1; ; exponent++) {
    for (const digit of NICE) {
      const step = digit * 10 ** exponent;
      const first = Math.ceil(from / step - 1e-9);
      const count = Math.floor(to / step + 1e-9) - first + 1;
      if (count <= most) return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
    }
  }
}
