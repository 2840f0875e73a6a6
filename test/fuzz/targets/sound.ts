// Taking a sound in as nodes and previews do: opened, resampled, mixed, each value looked at.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MemoryBytes } from '#src/audio/file-bytes';
import { Resampler } from '#src/audio/resample';
import { openSound } from '#src/audio/sound-file';
import { assertFinite } from '#src/messages';
import { FIXTURES } from '../../audio/fixtures';
import { expectFinite, expectSentence, type Step } from '../target';

/** The fixtures with these endings. */
export function soundFiles(...endings: string[]): Buffer[] {
  const names = readdirSync(FIXTURES).filter(name => endings.some(ending => name.endsWith(ending)));
  return names.sort().map(name => readFileSync(join(FIXTURES, name)));
}

interface Taking {
  /** Hz to resample to; 0: as it is. */
  sampleRate?: number;
  /** Formats of whole numbers hold none that are not finite; what holds floats is refused with the first that is not. */
  holdsFloats?: boolean;
}

/** @throws UserError where it is refused */
export async function takeSound(bytes: Uint8Array, step: Step, { sampleRate = 0, holdsFloats = false }: Taking = {}) {
  const sound = await openSound(new MemoryBytes(bytes));
  try {
    const resampler = new Resampler(sound.sampleRate, sampleRate || sound.sampleRate);
    const look = (values: Float32Array): void => {
      if (holdsFloats) assertFinite(values, 'sample');
      else expectFinite(values, 'a sample');
      step();
    };
    for await (const block of sound.blocks()) look(resampler.push(block));
    look(resampler.end());
    for (const warning of sound.warnings) expectSentence(warning);
  } finally {
    sound.close();
  }
}
