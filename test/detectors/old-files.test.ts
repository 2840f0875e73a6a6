// Files that the code wrote before several detectors could share one (format version 2) are read as they were meant:
// the scores they give are those that the same code gave then (test/fixtures/models-v2/expected.json).
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadClassifier } from '#src/detectors/features/classifier-file';
import { openModel } from '#src/detectors/open-model';
import { loadRlKl } from '#src/detectors/rl-kl/rl-kl-file';
import { modelFacts } from '#src/detectors/vae/model-description';
import { SharedEngines } from '#src/detectors/vae/shared-engines';
import { Random } from '#src/stats/random';
import { readModelFile, readModelMetadata, verifyModelFile } from '#src/store/model-file';
import { rewriteHeader } from '../store/models';
import { spectrogramInfo } from '../support/spectrograms';
import { tempFolder } from '../support/temp';

const FOLDER = join(__dirname, '..', 'fixtures', 'models-v2');
const at = (name: string): string => join(FOLDER, `${name}.safetensors`);

interface Expected {
  scored: { seed: number; rl: number; kl: number; total: number; latent: number[] }[];
  probabilities: { rl: number; kl: number; probability: number }[];
  classified: { row: Record<string, number>; label: string; probabilities: Record<string, number> }[];
}
const expected = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8')) as Expected;

/** The segment that was scored then. */
function segment(seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: 16 * 12 }, (_, i) => -50 + (i % 12) + 3 * random.normal());
}

async function scoresOf(file: string): Promise<unknown[]> {
  const engines = new SharedEngines();
  const model = openModel(file, engines);
  const info = spectrogramInfo([16, 12]);
  const scored = await model.score(expected.scored.map(({ seed }) => ({ values: segment(seed), info })));
  await engines.close();
  return scored.map(({ scores, latent }, i) => ({ seed: expected.scored[i].seed, ...scores, latent }));
}

describe('model files of format version 2', () => {
  it('score as they did, bit for bit', async () => {
    assert.deepEqual(await scoresOf(at('vae')), expected.scored);
  });

  it('say what they said, each thing at its new place', () => {
    const { detectors, frontEnd, scores, formatVersion } = readModelMetadata(at('vae'));
    assert.equal(formatVersion, 3);
    assert.deepEqual(Object.keys(detectors), ['vae']);
    assert.deepEqual(Object.keys(scores), ['rl', 'kl', 'total']);
    assert.deepEqual([frontEnd.shape, frontEnd.inputScale], [[16, 12], undefined]);
    const { scale, training } = modelFacts(at('vae'), verifyModelFile(at('vae')));
    assert.deepEqual([scale.frames, training.epochs, training.options.batchSize], [12, 5, 6]);
    assert.ok(Object.keys(readModelFile(at('vae')).tensors).every(name => name.startsWith('vae.')));
  });

  it('of an rl-kl classifier give the same probabilities', () => {
    const { classifier, positiveLabel, model } = loadRlKl(at('rl-kl'));
    assert.deepEqual([positiveLabel, model.version], ['bark', 1]);
    for (const { rl, kl, probability } of expected.probabilities) {
      assert.equal(classifier.probability(rl, kl), probability);
    }
  });

  it('of a feature classifier give the same classes', () => {
    const classifier = loadClassifier(at('features'));
    for (const { row, ...verdict } of expected.classified) assert.deepEqual(classifier.classify(row), verdict);
    assert.deepEqual(Object.keys(readModelMetadata(at('features')).detectors.features), [
      ...['shape', 'labels', 'features', 'norm', 'evaluation', 'training'],
    ]);
  });
});

describe('a model file of format version 1', () => {
  it('scores as before: its prior is the standard normal distribution', async () => {
    const file = join(tempFolder('old'), 'v0001.safetensors');
    copyFileSync(at('vae'), file);
    rewriteHeader(file, header => {
      const metadata = header.__metadata__ as Record<string, string>;
      const { prior, ...architecture } = JSON.parse(metadata.architecture);
      assert.deepEqual(prior, { kind: 'normal' });
      Object.assign(metadata, { formatVersion: '1', architecture: JSON.stringify(architecture) });
    });
    assert.deepEqual(await scoresOf(file), expected.scored);
  });
});
