// Work over long arrays on Node-RED's own thread: in pieces short enough that nothing else waits for them.

/** Values worked on in one turn of the event loop: 1 MiB of float32, about a millisecond on a Raspberry Pi. */
export const TURN_VALUES = 2 ** 18;

/**
 * Works over `length` values piece by piece, with a turn of the event loop between pieces. What fits into one piece is
 * done at once, before this returns.
 * @param work is given the indices of a piece: from, and to (exclusive)
 */
export async function inTurns(length: number, work: (from: number, to: number) => void): Promise<void> {
  for (let from = 0; from < length; from += TURN_VALUES) {
    if (from > 0) await new Promise(setImmediate);
    work(from, Math.min(length, from + TURN_VALUES));
  }
}

/** A copy with memory of its own. */
export async function copyInTurns(values: Float32Array): Promise<Float32Array<ArrayBuffer>> {
  const copy = new Float32Array(values.length);
  await inTurns(values.length, (from, to) => copy.set(values.subarray(from, to), from));
  return copy;
}
