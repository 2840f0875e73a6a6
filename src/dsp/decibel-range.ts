// Back from a spectrogram to decibels. Spectrograms that are in dB are what they are; those from 0 to 1 say in `lowDb` and
// `highDb` what these two stand for.
import { UserError } from '../errors';
import type { SpectrogramInfo } from '../messages';
import { FLOOR_DB } from './spectrogram';

type Range = Pick<SpectrogramInfo, 'lowDb' | 'highDb'>;

/**
 * A spectrogram in dB; where it is already, the same array. A 0 that says "this or less", as padding does, is the floor.
 * @throws UserError `no-db-range` where it is not and does not say which dB its 0 and 1 stand for
 */
export function toDecibels(values: Float32Array, { normalize, lowDb, highDb }: SpectrogramInfo): Float32Array {
  if (normalize !== 'minmax' && normalize !== 'range') return values;
  if (!Number.isFinite(lowDb) || !Number.isFinite(highDb)) {
    throw new UserError(
      'no-db-range',
      `msg.spectrogram has lowDb ${lowDb} and highDb ${highDb}; expected numbers, because its values go from 0 to 1 (normalize "${normalize}") and these say how loud 0 and 1 are. Keep them in the message; a model from before they were kept has to be trained again.`,
    );
  }
  const [low, high] = [lowDb as number, highDb as number];
  return values.map(value => (value > 0 ? low + value * (high - low) : FLOOR_DB));
}

/** The mean of what 0 and 1 stand for in many spectrograms: how loud the sounds are that a model draws by itself. */
export class MeanRange {
  private count = 0;
  private low = 0;
  private high = 0;

  /** Takes one spectrogram's description; those in dB do not count. */
  add({ lowDb, highDb }: Range): void {
    if (lowDb === undefined || highDb === undefined) return;
    this.count++;
    this.low += (lowDb - this.low) / this.count;
    this.high += (highDb - this.high) / this.count;
  }

  /** Empty where no spectrogram said what its 0 and 1 stand for. */
  mean(): Range {
    return this.count > 0 ? { lowDb: this.low, highDb: this.high } : {};
  }
}
