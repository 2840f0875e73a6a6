// Whether all values of a signal are numbers that can be reckoned with.
import { UserError } from '../errors';
import { inTurns } from '../threads/turns';

/**
 * @param what names one value in the message, e.g. 'sample'
 * @throws UserError `not-finite` naming the first NaN or infinite value
 */
export function assertFinite(values: Float32Array, what: string): void {
  assertPieceFinite(values, 0, values.length, what);
}

/** As `assertFinite`, in turns of the event loop. */
export function assertFiniteInTurns(values: Float32Array, what: string): Promise<void> {
  return inTurns(values.length, (from, to) => assertPieceFinite(values, from, to, what));
}

function assertPieceFinite(values: Float32Array, from: number, to: number, what: string): void {
  const piece = values.subarray(from, to);
  if (allFinite(piece)) return;
  const i = from + piece.findIndex(value => !Number.isFinite(value));
  throw new UserError(
    'not-finite',
    `${what} ${i} of ${values.length} is ${values[i]}; expected finite numbers. The segment was left out: check what makes it.`,
  );
}

/** A finite number times 0 is 0, NaN or infinity times 0 is NaN. Four sums, so that none waits for the one before. */
function allFinite(values: Float32Array): boolean {
  let [a, b, c, d] = [0, 0, 0, 0];
  const fours = values.length & ~3;
  for (let i = 0; i < fours; i += 4) {
    a += values[i] * 0;
    b += values[i + 1] * 0;
    c += values[i + 2] * 0;
    d += values[i + 3] * 0;
  }
  for (let i = fours; i < values.length; i++) a += values[i] * 0;
  return a + b + c + d === 0;
}
