// All that is fed with bad input: the one list for the command and for the test.
import type { Target } from './target';
import { config } from './targets/config';
import { flac, flacFrames } from './targets/flac';
import { mark } from './targets/mark';
import { modelFile } from './targets/model-file';
import { mp3 } from './targets/mp3';
import { oggFlac, opus, vorbis } from './targets/ogg';
import { storedSpectrogram } from './targets/stored-spectrogram';
import { wav } from './targets/wav';

export const TARGETS: readonly Target[] = [
  ...[wav, flac, flacFrames, mp3, vorbis, opus, oggFlac],
  ...[modelFile, storedSpectrogram, mark],
  config,
];

/** @throws Error that says which there are */
export function targetNamed(name: string): Target {
  const found = TARGETS.find(target => target.name === name);
  if (found) return found;
  throw new Error(`no target ${name}; expected one of ${TARGETS.map(target => target.name).join(', ')}`);
}
