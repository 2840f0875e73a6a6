// Small trained-looking models for the tests of exports: random weights and statistics, the file as a training saves
// it, and the scores that our own engine gives.
import { join } from 'node:path';
import { prefixed } from '#src/detectors/parts';
import { networkDefaults, trainingDefaults } from '#src/detectors/vae/defaults';
import { type InputScale, scaleInput } from '#src/detectors/vae/input-scale';
import { type Architecture, buildArchitecture, type NetworkOptions } from '#src/engine/architecture';
import { Engine } from '#src/engine/engine';
import type { FrontEnd } from '#src/messages';
import { describeScores } from '#src/stats/distribution';
import { Random } from '#src/stats/random';
import { writeModelFile } from '#src/store/model-file';
import { describeModel } from '../support/models';
import { frontEnd } from '../support/spectrograms';
import { tempFolder } from '../support/temp';

export interface TestModel {
  file: string;
  architecture: Architecture;
  frontEnd: FrontEnd;
  scale: InputScale;
  /** dB, row-major [bins][frames]. */
  pictures: Float32Array[];
  /** What our own engine makes of each. */
  scores: { rl: number; kl: number; latent: number[]; reconstruction: Float32Array }[];
}

export interface TestModelOptions extends Partial<NetworkOptions> {
  shape: [number, number];
  /** Filled frames, where fewer than the picture has. */
  frames?: number;
  pictureCount?: number;
}

/** Writes a model file and scores random pictures with it. */
export async function testModel({ shape, frames, pictureCount = 3, ...network }: TestModelOptions): Promise<TestModel> {
  const random = new Random(5);
  const settings = frontEnd(shape, { rangeDb: 80 });
  const scale = { low: -71.35, high: -12.05, frames: frames ?? shape[1] };
  const options = { ...networkDefaults(network.preset ?? 'custom'), ...network };
  const architecture = buildArchitecture([shape[0], scale.frames], options);
  const engine = await Engine.create(architecture, { batch: 1 });
  engine.initialise(random);
  const tensors = engine.parameters();
  for (const [name, { data }] of Object.entries(tensors)) {
    // Biases start at 0 and batch norm's statistics at 0 and 1; a trained network has others.
    if (/(bias|beta|mean)$/.test(name)) data.set(data.map(() => 0.3 * random.normal()));
    if (/(gamma|variance)$/.test(name)) data.set(data.map(() => 0.5 + random.uniform()));
  }
  if (tensors['prior.means']) {
    const { 'prior.means': means, 'prior.logVariances': spreads, 'prior.logits': logits } = tensors;
    means.data.set(means.data.map(() => 0.5 * random.normal()));
    spreads.data.set(spreads.data.map(() => random.normal()));
    logits.data.set(logits.data.map(() => random.normal()));
  }
  engine.setParameters(tensors);

  const pictures = Array.from({ length: pictureCount }, () =>
    // Beyond the scale at both ends too.
    Float32Array.from({ length: shape[0] * shape[1] }, () => Math.max(-100, -50 + 20 * random.normal())),
  );
  const scores = pictures.map(picture => {
    scaleInput(picture, shape, scale, engine.input);
    const [score] = engine.score(1);
    return { ...score, reconstruction: engine.reconstruction.slice(0, engine.elements) };
  });

  const file = join(tempFolder('model'), 'v0001.safetensors');
  const { threads: _, ...training } = { threads: 1, ...trainingDefaults(options.preset) };
  const distribution = describeScores(scores.map(({ rl }) => rl));
  writeModelFile(file, prefixed('vae', tensors), {
    ...{ packageVersion: '0.0.0', name: 'boiler', version: 1, createdAt: '2026-11-21T14:03:12.000Z' },
    ...describeModel({
      ...{
        architecture,
        frontEnd: settings,
        scale,
        scores: { rl: distribution, kl: distribution, total: distribution },
      },
      training: { options: training, segments: 3, epochs: 1, loss: 1, rl: 1, kl: 1, skippedUpdates: 0, seconds: 1 },
    }),
  });
  await engine.close();
  return { file, architecture, frontEnd: settings, scale, pictures, scores };
}
