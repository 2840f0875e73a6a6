// Training and scoring jobs on the engine that was chosen, in their real worker threads: models go from one engine to the
// other, and what is not installed is said.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelReport } from '#src/detectors/train-model';
import { networkDefaults, trainingDefaults } from '#src/detectors/vae/defaults';
import { modelFacts } from '#src/detectors/vae/model-description';
import type { EngineSettings } from '#src/engine/compute-engine';
import { findTensorflow } from '#src/engine/tensorflow/load';
import { Random } from '#src/stats/random';
import { ExampleSpool } from '#src/store/example-spool';
import type { JsonObject } from '#src/store/json';
import { readModelFile, readModelMetadata, writeModelFile } from '#src/store/model-file';
import { modelIdOf } from '#src/store/model-id';
import { type ScoringRequest, ScoringService } from '#src/tasks/scoring-service';
import { trainingTask } from '#src/tasks/training';
import { spectrogramInfo } from '../support/spectrograms';
import { skip } from '../support/system';
import { tempFolder } from '../support/temp';
import { plainTensorflow } from '../support/tensorflow';

const BINS = 16;
const FRAMES = 12;
const info = spectrogramInfo([BINS, FRAMES]);

const picture = (random: Random): Float32Array =>
  Float32Array.from({ length: BINS * FRAMES }, (_, i) => -50 + (i % FRAMES) + 3 * random.normal());

async function trainOn(engine?: EngineSettings): Promise<ModelReport> {
  const folder = tempFolder('models');
  const spool = new ExampleSpool({ folder: join(folder, 'boiler'), exampleLength: BINS * FRAMES });
  const random = new Random(5);
  for (let i = 0; i < 12; i++) await spool.append(picture(random));
  const network = { ...networkDefaults('custom'), filters: [4, 4], kernels: [3, 3], strides: [2, 2], batchNorm: true };
  const options = { ...trainingDefaults('custom'), epochs: 3, batchSize: 6, threads: 1, engine };
  const settings = { vae: { network, options } };
  const task = { spool: spool.descriptor(), frontEnd: info, settings, folder, name: 'boiler', modules: [] };
  try {
    const report = await trainingTask.start(task, () => {}).result;
    assert.ok(report && 'file' in report);
    return report;
  } finally {
    await spool.discard();
  }
}

const requests: ScoringRequest[] = Array.from({ length: 3 }, (_, i) => ({
  values: picture(new Random(70 + i)),
  info,
  ...(i === 2 && { explain: 'rl' }),
}));

async function scoreOn(file: string, engine?: EngineSettings) {
  const service = new ScoringService(engine);
  service.use(modelIdOf(file));
  const results = await Promise.all(requests.map(request => service.score(request)));
  await service.close();
  return results;
}

const engineIn = (file: string) => modelFacts(file, readModelMetadata(file)).training.engine;

describe('jobs on either engine', function () {
  this.timeout(60_000);
  const tensorflow = plainTensorflow();
  let ours: ModelReport;
  let theirs: ModelReport;

  before(async () => {
    ours = await trainOn();
    theirs = await trainOn(tensorflow);
  });

  it('come to the same model', () => {
    for (const part of ['loss', 'rl', 'kl'] as const) {
      assert.ok(Math.abs(theirs[part] / ours[part] - 1) < 1e-3, `${part} ${theirs[part]}, ${ours[part]}`);
    }
    assert.ok(Math.abs(theirs.scores.mean / ours.scores.mean - 1) < 1e-3);
  });

  it('say in the model file which engine trained it', () => {
    assert.equal(engineIn(ours.file), 'wasm');
    assert.equal(engineIn(theirs.file), 'tensorflow');
    const { options } = modelFacts(theirs.file, readModelMetadata(theirs.file)).training;
    assert.ok(!('engine' in options), 'where TensorFlow lies on this machine is nobody else’s business');
  });

  it('score a model of either engine alike, and explain it alike', async () => {
    for (const { file } of [ours, theirs]) {
      const expected = await scoreOn(file);
      const got = await scoreOn(file, tensorflow);
      expected.forEach(({ scores, latent }, i) => {
        assert.deepEqual(Object.keys(got[i].scores), ['rl', 'kl', 'total']);
        for (const [kind, score] of Object.entries(scores)) {
          assert.ok(
            Math.abs(got[i].scores[kind] / score - 1) < 1e-4,
            `${kind} ${got[i].scores[kind]}, expected ${score}`,
          );
        }
        assert.equal(got[i].latent.length, latent.length);
      });
      assert.equal(got[2].explanation?.text, expected[2].explanation?.text);
    }
  });

  it('score a model from before the file named an engine', async () => {
    const { tensors, metadata } = readModelFile(ours.file);
    const { vae } = metadata.detectors;
    const { engine, ...training } = vae.training as JsonObject;
    assert.equal(engine, 'wasm');
    const old = join(tempFolder('old'), 'v0001.safetensors');
    writeModelFile(old, tensors, { ...metadata, detectors: { vae: { ...vae, training } } });
    assert.equal(engineIn(old), undefined);
    assert.deepEqual(await scoreOn(old), await scoreOn(ours.file));
  });

  it('go on with the model before, where a newer one turns out to be damaged', async () => {
    const altered = join(tempFolder('altered'), 'v0002.safetensors');
    const bytes = readFileSync(ours.file);
    bytes[bytes.length - 100] ^= 1;
    writeFileSync(altered, bytes);
    for (const engine of [undefined, tensorflow]) {
      const service = new ScoringService(engine);
      service.use(modelIdOf(ours.file));
      const before = await service.score(requests[0]);
      service.use(modelIdOf(altered));
      await assert.rejects(service.score(requests[0]), /checksum/);
      service.use(modelIdOf(ours.file));
      assert.deepEqual(await service.score(requests[0]), before);
      await service.close();
    }
  });

  it('close while a segment is being scored', async () => {
    const service = new ScoringService(tensorflow);
    service.use(modelIdOf(ours.file));
    const settled = Promise.allSettled([service.score(requests[0])]);
    await new Promise(resolve => setTimeout(resolve, 100));
    await service.close();
    const [{ status, ...rest }] = await settled;
    if (status === 'rejected') assert.match(String(Object.values(rest)), /closed or redeployed|thread ended/);
  });

  it('say that TensorFlow is not installed, each time they are asked', async function () {
    if (findTensorflow([])) skip(this, '@tensorflow/tfjs-node is installed here');
    const missing: EngineSettings = { choice: 'tensorflow', folders: [tempFolder('userdir')] };
    const expected = { code: 'tensorflow-not-installed', message: /npm install @tensorflow\/tfjs-node/ };
    await assert.rejects(trainOn(missing), expected);
    const service = new ScoringService(missing);
    service.use(modelIdOf(ours.file));
    for (let i = 0; i < 2; i++) await assert.rejects(service.score(requests[0]), expected);
    await service.close();
  });
});
