// The training loop on small pictures: learns, repeats itself, guards its updates, stops when told.
import assert from 'node:assert/strict';
import { networkDefaults, trainingDefaults } from '#src/detectors/vae/defaults';
import { type ExampleSource, learnScale, scaleInput } from '#src/detectors/vae/input-scale';
import { type TrainingOptions, type TrainingProgress, train } from '#src/detectors/vae/train';
import { buildArchitecture } from '#src/engine/architecture';
import { Engine } from '#src/engine/engine';
import { Random } from '#src/stats/random';
import { Cancelled } from '#src/threads/cancelled';
import { small, stripes } from '../../engine/examples';
import { frontEnd } from '../../support/spectrograms';

const options = (rest: Partial<TrainingOptions>): TrainingOptions => ({
  ...trainingDefaults('compact'),
  epochs: 6,
  batchSize: 8,
  threads: 1,
  ...rest,
});

async function trainSmall(rest: Partial<TrainingOptions>, source = stripes(40, 16, 16)) {
  const progress: TrainingProgress[] = [];
  const trained = await train(
    source,
    frontEnd([16, 16]),
    small,
    options(rest),
    p => progress.push(p),
    () => false,
  );
  const tensors = trained.engine.parameters();
  await trained.engine.close();
  return { trained, tensors, progress };
}

describe('training', function () {
  this.timeout(120_000);

  it('lowers the loss and tells after each epoch how it goes', async () => {
    const { progress, trained } = await trainSmall({ epochs: 20 });
    const epochs = progress.filter(p => p.phase === 'training');
    assert.equal(epochs.length, 20);
    assert.ok(epochs[19].rl < 0.7 * epochs[0].rl, `rl ${epochs[0].rl} → ${epochs[19].rl}`);
    assert.equal(epochs[19].secondsLeft, 0);
    assert.equal(trained.scores.rl.length, 40);
  });

  it('gives the same weights bit for bit for one seed and thread count, others for another seed', async () => {
    for (const threads of [1, 2]) {
      const first = await trainSmall({ threads });
      const second = await trainSmall({ threads });
      for (const [name, { data }] of Object.entries(first.tensors))
        assert.deepEqual(second.tensors[name].data, data, name);
      const other = await trainSmall({ threads, seed: 2 });
      assert.notDeepEqual(other.tensors['encoder.0.weight'].data, first.tensors['encoder.0.weight'].data);
    }
  });

  it('comes to the same loss with one, two and three threads', async () => {
    const [one, two, three] = await Promise.all([1, 2, 3].map(threads => trainSmall({ threads, epochs: 4 })));
    for (const { trained } of [two, three]) {
      assert.ok(Math.abs(trained.loss / one.trained.loss - 1) < 1e-4, `${trained.loss}, ${one.trained.loss}`);
    }
  });

  it('leaves an update out whose gradient is not finite, and says after many that it has failed', async () => {
    await assert.rejects(trainSmall({ epochs: 30, rlWeight: 1e200 }), /diverged.*Lower learningRate/);
  });

  it('says that it has failed also where it was too short for that', async () => {
    await assert.rejects(trainSmall({ epochs: 1, rlWeight: 1e200 }), /diverged: all gradients/);
  });

  it('decays weights as Adam with L2 does: they end up smaller', async () => {
    const norms = [];
    for (const weightDecay of [0, 0.1]) {
      const { tensors } = await trainSmall({ epochs: 20, rlWeight: 1, weightDecay });
      norms.push(Math.hypot(...tensors['encoder.1.weight'].data));
    }
    assert.ok(norms[1] < 0.7 * norms[0], norms.join(' → '));
  });

  it('stays finite at a learning rate that would throw it off', async () => {
    const { trained } = await trainSmall({ epochs: 15, learningRate: 0.3, klWeight: 1e3 });
    assert.ok(Number.isFinite(trained.loss));
    assert.ok(Number.isFinite(trained.rl));
  });

  it('keeps part of the pictures for validation', async () => {
    const { trained, progress } = await trainSmall({ validationSplit: 0.25 });
    assert.ok((trained.valLoss ?? 0) > 0);
    assert.ok(progress.filter(p => p.phase === 'training').every(p => p.valLoss !== undefined));
  });

  it('takes the scores of what was held out, where that is enough, as those of normal sound', async () => {
    const { trained } = await trainSmall({ validationSplit: 0.4 }, stripes(60, 16, 16));
    assert.equal(trained.scores.rl.length, 24);
    const mean = trained.scores.rl.reduce((sum, rl) => sum + rl, 0) / 24;
    assert.ok(mean > 0 && Number.isFinite(mean));
    assert.equal((await trainSmall({ validationSplit: 0.4 })).trained.scores.rl.length, 40);
  });

  it('stops when it is cancelled', async () => {
    let seen = 0;
    const run = train(
      stripes(40, 16, 16),
      frontEnd([16, 16]),
      small,
      options({}),
      () => seen++,
      () => seen > 2,
    );
    await assert.rejects(run, Cancelled);
  });

  it('trains the office network on 513×128 pictures with its own settings to a finite, falling loss', async function () {
    this.timeout(300_000);
    const losses: number[] = [];
    const network = networkDefaults('office');
    const settings = { ...trainingDefaults('office'), epochs: 3, batchSize: 4, threads: 2 };
    const source = stripes(4, 513, 128);
    const levels = { ...source, read: scaledRead(source, 513, 128) };
    const { engine } = await train(
      ...([levels, frontEnd([513, 128], { normalize: 'minmax' }), network, settings] as const),
      p => p.phase === 'training' && losses.push(p.loss),
      () => false,
    );
    await engine.close();
    assert.ok(losses.every(Number.isFinite), losses.join(' '));
    assert.ok(losses[2] < losses[0], losses.join(' '));
    console.log(`      loss ${losses.map(loss => loss.toPrecision(3)).join(' → ')}`);
  });
});

/** The same pictures scaled to 0…1, as a spectrogram with minmax gives them. */
function scaledRead(source: ExampleSource, bins: number, frames: number): ExampleSource['read'] {
  const picture = new Float32Array(source.exampleLength);
  return (index, into, offset = 0) => {
    source.read(index, picture);
    scaleInput(picture, [bins, frames], { low: -45, high: -15, frames }, into, offset);
  };
}

describe('input scale', () => {
  it('is learnt from the training set, without its outliers and its padding', () => {
    const [bins, frames] = [4, 10];
    const picture = new Float32Array(bins * frames).fill(-100);
    for (let row = 0; row < bins; row++)
      for (let column = 0; column < 6; column++) picture[row * frames + column] = -60 + row * 10;
    const source: ExampleSource = {
      count: 500,
      exampleLength: picture.length,
      read(index, into, offset = 0) {
        into.set(picture, offset);
        if (index === 7) into[offset] = 30;
      },
    };
    const scale = learnScale(source, frontEnd([bins, frames]));
    assert.equal(scale.frames, 6);
    assert.ok(Math.abs(scale.low + 60) < 0.1 && Math.abs(scale.high + 30) < 0.1, JSON.stringify(scale));
    const into = new Float32Array(bins * 6);
    scaleInput(picture, [bins, frames], scale, into);
    assert.ok(Math.abs(into[0]) < 0.01 && Math.abs(into[23] - 1) < 0.01);
  });

  it('keeps what is louder than the training set, and takes what is quieter as silence', () => {
    const into = new Float32Array(2);
    scaleInput(Float32Array.of(-90, 0), [1, 2], { low: -60, high: -20, frames: 2 }, into);
    assert.deepEqual([...into], [0, 1.5]);
  });

  it('survives a training set of digital silence and one that is the same everywhere', () => {
    for (const level of [-100, -37]) {
      const source: ExampleSource = {
        count: 3,
        exampleLength: 8,
        read: (_, into, offset = 0) => into.fill(level, offset, offset + 8),
      };
      const { low, high } = learnScale(source, frontEnd([2, 4]));
      assert.ok(high - low >= 10 && Number.isFinite(low), `${low} ${high}`);
    }
  });

  it('takes pictures that are already 0 to 1 as they are', () => {
    const scale = learnScale(stripes(2, 4, 4), frontEnd([4, 4], { normalize: 'minmax' }));
    assert.deepEqual(scale, { low: 0, high: 1, frames: 4 });
  });
});

describe('engine', () => {
  it('scores a picture the same alone and in a batch', async () => {
    const architecture = buildArchitecture([16, 12], { ...small, batchNorm: true });
    const engine = await Engine.create(architecture, { batch: 5 });
    const random = new Random(4);
    engine.initialise(random);
    const pictures = Float32Array.from({ length: 5 * engine.elements }, () => random.uniform());
    engine.input.set(pictures);
    const together = engine.score(5);
    for (let i = 0; i < 5; i++) {
      engine.input.set(pictures.subarray(i * engine.elements, (i + 1) * engine.elements));
      assert.deepEqual(engine.score(1)[0], together[i]);
    }
    await engine.close();
  });
});
