// What a measured level says about a microphone, for people who have no feeling for decibels yet.
import type { SoundLevel } from '../../src/audio/sound-meter';

/** Quieter than a quiet room through a usual microphone; dB relative to full scale. */
const QUIET_DB = -65;
/** Peaks above this leave no room for anything louder. */
const LOUD_DB = -3;
/** Share of cut-off samples from which it is not just one clap. */
const CLIPPED_SHARE = 0.001;
/** A constant this large, in dB, that is most of what there is comes from no membrane. */
const OFFSET_DB = -60;

export type Verdict = 'silent' | 'clipped' | 'touched' | 'offset' | 'quiet' | 'loud' | 'fine';

export function judge({ rms, peak, clipped, offset, samples }: SoundLevel): Verdict {
  if (rms === null || peak === null) return 'silent';
  if (clipped >= CLIPPED_SHARE * samples) return 'clipped';
  if (clipped > 0) return 'touched';
  const constant = 20 * Math.log10(Math.abs(offset));
  if (constant > OFFSET_DB && constant > rms - 3) return 'offset';
  if (rms < QUIET_DB) return 'quiet';
  return peak > LOUD_DB ? 'loud' : 'fine';
}

/** "2", "0.4": how much of the time, in per cent. */
export function percentClipped({ clipped, samples }: SoundLevel): string {
  const percent = (100 * clipped) / samples;
  return percent.toFixed(percent < 1 ? 1 : 0);
}
