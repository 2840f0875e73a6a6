// Model files without a training: random weights, for tests of what happens to models.
import { plainJson, prefixed } from '#src/detectors/parts';
import { networkDefaults, trainingDefaults } from '#src/detectors/vae/defaults';
import { type ModelFacts, vaeJson } from '#src/detectors/vae/model-description';
import { buildArchitecture } from '#src/engine/architecture';
import { Engine } from '#src/engine/engine';
import { Random } from '#src/stats/random';
import { type ModelMetadata, writeModelFile } from '#src/store/model-file';
import { spectrogramInfo } from './spectrograms';

/** What the models below were made for. */
export const MODEL_INFO = spectrogramInfo([16, 12]);
const scale = { low: -80, high: 0, frames: 12 };
const distribution = { count: 1, mean: 1, std: 0, min: 1, max: 1, quantiles: [] };

/** The JSON parts of a model file that holds a VAE and nothing else. */
export function describeModel(
  facts: Omit<ModelFacts, 'name' | 'version'>,
): Pick<ModelMetadata, 'frontEnd' | 'scores' | 'detectors'> {
  return { frontEnd: plainJson(facts.frontEnd), scores: plainJson(facts.scores), detectors: { vae: vaeJson(facts) } };
}

/** A model of random weights, as `vae-train` would save it. */
export async function saveModel(file: string, seed: number, filters: number[]): Promise<string> {
  const network = { ...networkDefaults('custom'), filters, kernels: [3, 3], strides: [2, 2], batchNorm: true };
  const architecture = buildArchitecture([16, 12], network);
  const engine = await Engine.create(architecture, { batch: 1, training: true });
  engine.initialise(new Random(seed));
  const training = { options: trainingDefaults('custom'), segments: 1, epochs: 1, loss: 1, rl: 1, kl: 1 };
  const scores = { rl: distribution, kl: distribution, total: distribution } as never;
  const facts = {
    architecture,
    frontEnd: MODEL_INFO,
    scale,
    scores,
    training: { ...training, skippedUpdates: 0, seconds: 1 },
  };
  const rest = { packageVersion: '0', name: 'm', version: 1, createdAt: '' };
  writeModelFile(file, prefixed('vae', engine.parameters()), { ...rest, ...describeModel(facts) });
  await engine.close();
  return file;
}
