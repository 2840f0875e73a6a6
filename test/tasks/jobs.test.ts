// Training and scoring jobs as the nodes use them: real worker threads, real model files.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { partOf } from '#src/detectors/parts';
import type { ModelReport } from '#src/detectors/train-model';
import { networkDefaults, trainingDefaults } from '#src/detectors/vae/defaults';
import type { VaeSettings } from '#src/detectors/vae/detector';
import { modelFacts } from '#src/detectors/vae/model-description';
import { samplePrior } from '#src/detectors/vae/prior';
import type { TrainingProgress } from '#src/detectors/vae/train';
import { Random } from '#src/stats/random';
import { ExampleSpool } from '#src/store/example-spool';
import type { JsonObject } from '#src/store/json';
import { readModelFile, readModelMetadata, writeModelFile } from '#src/store/model-file';
import { modelIdOf } from '#src/store/model-id';
import { type ScoringRequest, ScoringService } from '#src/tasks/scoring-service';
import { type TrainingTask, trainingTask } from '#src/tasks/training';
import { spectrogramInfo } from '../support/spectrograms';
import { tempFolder } from '../support/temp';
import { Inbox } from '../support/wait';

const BINS = 32;
const FRAMES = 24;
const info = spectrogramInfo([BINS, FRAMES]);

/** Noise around −50 dB; with `bump`, 25 dB more in one corner. */
function picture(random: Random, bump = false): Float32Array {
  return Float32Array.from({ length: BINS * FRAMES }, (_, i) => {
    const inside = bump && Math.floor(i / FRAMES) >= 24 && i % FRAMES >= 16;
    return -50 + 3 * random.normal() + (inside ? 25 : 0);
  });
}

async function spoolOf(folder: string, count: number, memoryLimitBytes?: number): Promise<ExampleSpool> {
  const spool = new ExampleSpool({ folder, exampleLength: BINS * FRAMES, memoryLimitBytes });
  const random = new Random(5);
  for (let i = 0; i < count; i++) await spool.append(picture(random));
  return spool;
}

const task = (
  folder: string,
  spool: ExampleSpool,
  epochs: number,
): TrainingTask & { settings: { vae: VaeSettings } } => ({
  modules: [],
  spool: spool.descriptor(),
  frontEnd: info,
  settings: {
    vae: {
      network: { ...networkDefaults('compact'), preset: 'custom', filters: [8, 8], kernels: [3, 3], strides: [2, 2] },
      options: { ...trainingDefaults('compact'), epochs, threads: 2 },
    },
  },
  folder,
  name: 'boiler',
});

const request = (values: Float32Array, explain?: string): ScoringRequest => ({ values, info, explain });

describe('training job', function () {
  this.timeout(60_000);

  it('saves a model that says all that is needed to score', async () => {
    const folder = tempFolder('models');
    const spool = await spoolOf(join(folder, 'boiler'), 30);
    const progress: TrainingProgress[] = [];
    const report = await trainingTask.start(task(folder, spool, 3), p => progress.push(p)).result;
    await spool.discard();
    assert.ok(report && 'file' in report);
    assert.deepEqual([...new Set(progress.map(p => p.phase))], ['preparing', 'training', 'scoring', 'saving']);
    assert.equal(report.scores.count, 30);
    const facts = modelFacts(report.file, readModelMetadata(report.file));
    assert.deepEqual(facts.frontEnd, { ...info, min: undefined, max: undefined, ...facts.frontEnd });
    assert.equal(facts.training.options.epochs, 3);
    assert.equal(facts.scores.rl.mean, report.scores.mean);
    assert.deepEqual(readdirSync(join(folder, 'boiler')), ['v0001.safetensors']);
  });

  it('trains the same from the spool file as from memory', async () => {
    const weights = [];
    for (const memoryLimitBytes of [undefined, 10 * BINS * FRAMES * 4]) {
      const folder = tempFolder('models');
      const spool = await spoolOf(join(folder, 'boiler'), 30, memoryLimitBytes);
      const report = await trainingTask.start(task(folder, spool, 2), () => {}).result;
      await spool.discard();
      assert.ok(report && 'file' in report);
      weights.push(readModelMetadata(report.file).checksum);
    }
    assert.equal(weights[0], weights[1]);
  });

  it('is cancelled in the middle of it and leaves nothing behind', async () => {
    const folder = tempFolder('models');
    const spool = await spoolOf(join(folder, 'boiler'), 60);
    const progress = new Inbox<TrainingProgress>();
    const job = trainingTask.start(task(folder, spool, 100_000), p => progress.push(p));
    await progress.find('training', ({ phase }) => phase === 'training', { timeout: 30_000 });
    await job.cancel();
    assert.equal(await job.result, undefined);
    await spool.discard();
    // No model, no temporary file: the folder was never made, or is empty.
    assert.deepEqual(
      readdirSync(folder, { recursive: true }).filter(name => /\./.test(String(name))),
      [],
    );
  });

  it('says why it failed', async () => {
    const folder = tempFolder('models');
    const spool = await spoolOf(join(folder, 'boiler'), 8);
    const broken = task(folder, spool, 2);
    broken.settings.vae.network.strides = [16, 16];
    await assert.rejects(trainingTask.start(broken, () => {}).result, /stride 16 of layer 2 leaves nothing/);
    await spool.discard();
  });
});

describe('models with a mixture prior', function () {
  this.timeout(60_000);
  const mixed = async (): Promise<ModelReport> => {
    const folder = tempFolder('models');
    const spool = await spoolOf(join(folder, 'boiler'), 30);
    const chosen = task(folder, spool, 10);
    chosen.settings.vae.network.prior = { kind: 'mixture', components: 3 };
    const report = await trainingTask.start(chosen, () => {}).result;
    await spool.discard();
    assert.ok(report && 'file' in report);
    return report;
  };

  it('keep the mixture in their file, as tensors, and say how many components live', async () => {
    const { file, mixture } = await mixed();
    const content = readModelFile(file);
    const { architecture, training } = modelFacts(file, content.metadata);
    const { tensors } = partOf('vae', file, content);
    assert.deepEqual(architecture.prior, { kind: 'mixture', components: 3 });
    assert.deepEqual(tensors['prior.means'].shape, [3, architecture.latentDim]);
    assert.deepEqual(tensors['prior.logVariances'].shape, [3, architecture.latentDim]);
    assert.deepEqual(tensors['prior.logits'].shape, [3]);
    assert.ok(mixture && mixture.components === 3 && mixture.live >= 1);
    assert.deepEqual(training.mixture, mixture);
    assert.equal(samplePrior({ architecture, tensors }, 1, new Random(1)).length, architecture.latentDim);
  });

  it('score by the divergence from the mixture, the same segment always the same', async () => {
    const { file } = await mixed();
    const service = new ScoringService();
    service.use(modelIdOf(file));
    const probe = picture(new Random(77));
    const [first, second] = await Promise.all([probe, probe].map(values => service.score(request(values))));
    await service.close();
    assert.equal(second.scores.kl, first.scores.kl);

    // The same network read as if its prior were the standard normal distribution.
    const normal = join(tempFolder('normal'), 'v0001.safetensors');
    const { tensors, metadata } = readModelFile(file);
    const { vae } = metadata.detectors;
    const architecture = { ...(vae.architecture as JsonObject), prior: { kind: 'normal' } };
    writeModelFile(normal, tensors, { ...metadata, detectors: { vae: { ...vae, architecture } } });
    const other = new ScoringService();
    other.use(modelIdOf(normal));
    const plain = await other.score(request(probe));
    await other.close();
    assert.deepEqual(plain.latent, first.latent);
    const [bound, closed] = [first.scores.kl, plain.scores.kl];
    assert.ok(bound > 0 && Math.abs(closed - bound) > 0.01, `${closed}, ${bound}`);
  });
});

describe('scoring service', function () {
  this.timeout(60_000);
  let file: string;
  before(async () => {
    const folder = tempFolder('models');
    const spool = await spoolOf(join(folder, 'boiler'), 60);
    const report = await trainingTask.start(task(folder, spool, 10), () => {}).result;
    await spool.discard();
    assert.ok(report && 'file' in report);
    file = report.file;
  });

  it('scores what is odd higher, and the same segment always the same', async () => {
    const service = new ScoringService();
    service.use(modelIdOf(file));
    const random = new Random(77);
    const normal = picture(random);
    const odd = picture(random, true);
    const results = await Promise.all([normal, odd, normal].map(values => service.score(request(values))));
    const [usual, unusual] = results.map(({ scores }) => scores.rl);
    assert.ok(unusual > 1.5 * usual, `${unusual}, ${usual}`);
    assert.deepEqual(results[2], results[0]);
    await service.close();
  });

  it('explains where and how: the picture, the place, the difference in dB', async () => {
    const service = new ScoringService();
    service.use(modelIdOf(file));
    const { explanation } = await service.score(request(picture(new Random(78), true), 'rl'));
    assert.ok(explanation);
    const { picture: png, peak, error, text } = explanation;
    assert.ok(Buffer.isBuffer(png) && png.subarray(1, 4).toString() === 'PNG');
    assert.equal(error.length, BINS * FRAMES * 4);
    // The bump: mel bands 24 to 31 of 32, columns 16 to 23 at 32 ms.
    assert.ok(peak.fMin > 3000 && peak.fMax <= 8000, JSON.stringify(peak));
    assert.ok(peak.fromSeconds >= 0.45 && peak.toSeconds <= 0.77, JSON.stringify(peak));
    assert.match(text, /Most unexpected at .* kHz.*: about (1\d|2\d) dB louder than the model expects\./);
    await service.close();
  });

  it('gives up the oldest when too many wait, and counts them', async () => {
    const service = new ScoringService();
    service.use(modelIdOf(file));
    const random = new Random(3);
    const settled = await Promise.allSettled(
      Array.from({ length: 100 }, () => service.score(request(picture(random)))),
    );
    const refused = settled.filter(({ status }) => status === 'rejected');
    assert.ok(refused.length > 0 && refused.length === service.dropped, `${refused.length}, ${service.dropped}`);
    assert.match(String((refused[0] as PromiseRejectedResult).reason), /the oldest of 64 waiting was left out/);
    await service.close();
  });

  it('names a model file whose weights were altered', async () => {
    const altered = join(tempFolder('altered'), 'v0001.safetensors');
    const bytes = readFileSync(file);
    bytes[bytes.length - 100] ^= 1;
    writeFileSync(altered, bytes);
    const service = new ScoringService();
    service.use(modelIdOf(altered));
    await assert.rejects(service.score(request(picture(new Random(1)))), error => String(error).includes(altered));
    await service.close();
  });

  it('refuses what waits when it is closed', async () => {
    const service = new ScoringService();
    service.use(modelIdOf(file));
    const refused = assert.rejects(service.score(request(picture(new Random(1)))), /closed or redeployed|thread ended/);
    await service.close();
    await refused;
    await assert.rejects(service.score(request(picture(new Random(1)))), /closed or redeployed/);
  });
});
