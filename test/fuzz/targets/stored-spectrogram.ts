// Spectrograms kept in a folder: values and description changed, with the checksum made right in most of them.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { UserError } from '#src/errors';
import { bufferOf, readSpectrogram } from '#src/messages';
import { readSpectrograms } from '#src/store/spectrogram-pass';
import { tempFolder } from '../../support/temp';
import { mutated, mutatedJson } from '../mutation';
import { asJson, defineTarget, expectSentence } from '../target';

const SHAPE = [4, 6];
const VALUES = bufferOf(Float32Array.from({ length: SHAPE[0] * SHAPE[1] }, (_, i) => i / 10));
const DESCRIPTION = {
  formatVersion: 1,
  spectrogram: {
    ...{ shape: SHAPE, sampleRate: 16_000, fftSize: 1024, hopLength: 512, window: 'hann', scale: 'mel' },
    min: 0,
    max: 2.3,
  },
  audio: { sampleRate: 16_000, samples: 4096, seconds: 0.256, startedAt: 0, source: 'a.wav', sequence: 0, overruns: 0 },
  label: 'normal',
  filename: '/sounds/normal/a.wav',
  checksum: createHash('sha256').update(VALUES).digest('hex'),
};
const folder = tempFolder('fuzz-spectrograms');
mkdirSync(folder, { recursive: true });

export const storedSpectrogram = defineTarget({
  name: 'spectrogram-file',
  inputs: fc.record({
    values: fc.oneof({ weight: 2, arbitrary: fc.constant(VALUES) }, mutated([VALUES])),
    description: fc.oneof(
      { weight: 3, arbitrary: mutatedJson(DESCRIPTION).map(value => JSON.stringify(value)) },
      mutated([Buffer.from(JSON.stringify(DESCRIPTION))]).map(bytes => bytes.toString('latin1')),
    ),
    isChecked: fc.boolean(),
  }),
  take({ values, description, isChecked }, step) {
    const right = createHash('sha256').update(values).digest('hex');
    writeFileSync(join(folder, 'a.f32'), values);
    writeFileSync(join(folder, 'a.json'), isChecked ? description.replace(DESCRIPTION.checksum, right) : description);
    for (const event of readSpectrograms({ folder, recursive: false, onlyLabels: [] })) {
      step();
      if (event.type === 'skipped') {
        expectSentence(event.reason);
        throw new UserError('no-spectrograms', event.reason);
      }
      if (event.type === 'segment') {
        readSpectrogram({ payload: bufferOf(event.values), spectrogram: event.description.spectrogram });
      }
    }
  },
  bytesOf: asJson,
});
