// A short look at a microphone: how loud it is, while it is listened to, and if wanted the sound itself. Opens a device
// once, as the nodes do; nothing is tried again, and nothing of it is left when the promise settles.
import { UserError } from '../../errors';
import { type SoundLevel, SoundMeter } from '../sound-meter';
import type { Capture, CaptureListener } from './backend';

export interface SoundCheckOptions {
  /** Names the device in messages. */
  device: string;
  /** Hz */
  sampleRate: number;
  /** How much sound to take. */
  seconds: number;
  /** Left out at the start: many a sound card clicks when it is switched on. */
  skipSeconds: number;
  /** Whether to hand the sound back. */
  keep: boolean;
  /** Ends the check early. */
  signal: AbortSignal;
  /** Starts the capture, as CaptureBackend.start. */
  open(listener: CaptureListener): Capture;
  /** The level of the last tenth of a second, or a little more, and of all so far. */
  level(now: SoundLevel, all: SoundLevel): void;
}

const LEVEL_EVERY_SECONDS = 0.1;
/** No sound for this long is a failure; opening may take longer. Milliseconds. */
const PATIENCE = { opening: 12_000, listening: 5000 };

/**
 * @returns the sound, of `seconds`, or less where the signal ended it; empty where it is not to be kept
 * @throws UserError why there is no sound
 */
export async function checkSound(options: SoundCheckOptions): Promise<Float32Array> {
  const { device, sampleRate, seconds, skipSeconds, keep, signal, open, level } = options;
  const wanted = Math.round(seconds * sampleRate);
  const kept = new Float32Array(keep ? wanted : 0);
  const [now, all] = [new SoundMeter(), new SoundMeter()];
  let toSkip = Math.round(skipSeconds * sampleRate);
  let heard = 0;
  let toldAt = 0;
  let capture: Capture | undefined;
  let timer: NodeJS.Timeout | undefined;
  if (signal.aborted) return kept.subarray(0, 0);

  try {
    await new Promise<void>((resolve, reject) => {
      const wait = (milliseconds: number): void => {
        clearTimeout(timer);
        timer = setTimeout(() => reject(silent(device, milliseconds)), milliseconds);
      };
      signal.addEventListener('abort', () => resolve(), { once: true });
      wait(PATIENCE.opening);
      capture = open({
        data(pcm) {
          if (heard === wanted || signal.aborted) return;
          wait(PATIENCE.listening);
          const sound = pcm.subarray(Math.min(toSkip, pcm.length)).subarray(0, wanted - heard);
          toSkip -= Math.min(toSkip, pcm.length);
          if (keep) kept.set(sound, heard);
          heard += sound.length;
          now.add(sound);
          all.add(sound);
          if (heard < wanted && heard - toldAt < LEVEL_EVERY_SECONDS * sampleRate) return;
          toldAt = heard;
          if (now.level && all.level) level(now.level, all.level);
          now.clear();
          if (heard === wanted) resolve();
        },
        // Of no matter to a level, and a recording of 3 s may have a gap.
        overrun() {},
        end: reject,
      });
    });
  } finally {
    clearTimeout(timer);
    await capture?.stop();
  }
  return kept.subarray(0, keep ? heard : 0);
}

function silent(device: string, milliseconds: number): UserError {
  return new UserError(
    'capture-silent',
    `no sound from ${device}; it has delivered nothing for ${milliseconds / 1000} s. Is it plugged in?`,
  );
}
