// audio-model, vae-train and vae-score in Node-RED's runtime: collecting, training, scoring, and bad input.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import type { ModelReport } from '#src/detectors/train-model';
import { modelFacts } from '#src/detectors/vae/model-description';
import type { SweepReport } from '#src/detectors/vae/sweep';
import type { TrainingProgress } from '#src/detectors/vae/train';
import { thisProcess } from '#src/files/process-identity';
import { bufferOf, floatsOf, frontEndOf, type Message, type SpectrogramInfo } from '#src/messages';
import { Random } from '#src/stats/random';
import { FeedbackSet } from '#src/store/feedback-set';
import { readModelMetadata, verifyModelFile } from '#src/store/model-file';
import { modelIdOf } from '#src/store/model-id';
import { ModelStore } from '#src/store/model-store';
import { type FlowNode, type RunningFlow, startFlow, stopFlow } from '../support/helper';
import { smallDisk } from '../support/small-disk';
import { spectrogramInfo } from '../support/spectrograms';
import { tempFolder } from '../support/temp';
import { until } from '../support/wait';

const INFO = spectrogramInfo([16, 12]);

const random = new Random(11);

function spectrogram(rest: Partial<Message> = {}, info: Partial<SpectrogramInfo> = {}, level = -50): Message {
  const { shape } = { ...INFO, ...info };
  const values = Float32Array.from({ length: shape[0] * shape[1] }, () => level + 3 * random.normal());
  return { payload: bufferOf(values), spectrogram: { ...INFO, ...info }, ...rest };
}

const model: FlowNode = { id: 'model', type: 'audio-model', name: 'boiler', folder: 'models', threads: 1 };
const trainer = (rest: object = {}): FlowNode => ({
  ...{
    id: 'train',
    type: 'vae-train',
    model: 'model',
    preset: 'custom',
    filters: '4,4',
    kernels: '3,3',
    strides: '2,2',
  },
  ...{ epochs: 3, wires: [['models'], ['progress']] },
  ...rest,
});
const scorer = (rest: object = {}): FlowNode => ({
  ...{ id: 'score', type: 'vae-score', model: 'model', wires: [['scores']] },
  ...rest,
});
const helpers: FlowNode[] = ['models', 'progress', 'scores'].map(id => ({ id, type: 'helper' }));

describe('vae nodes', function () {
  this.timeout(60_000);
  let userDir: string;
  let flow: RunningFlow;

  const start = async (...nodes: FlowNode[]): Promise<void> => {
    flow = await startFlow([...nodes, ...helpers], { userDir });
  };
  const sendMany = (count: number, last: Partial<Message> = { complete: true }): void => {
    for (let i = 0; i < count; i++) flow.send('train', spectrogram(i === count - 1 ? last : {}));
  };
  const trained = async (count = 12): Promise<ModelReport> => {
    sendMany(count);
    return (await flow.at('models').received.take('models', 1))[0].payload as ModelReport;
  };
  const errorOf = async (id: string): Promise<string> => (await flow.at(id).errors.take('error', 1))[0];

  beforeEach(() => {
    userDir = tempFolder('userdir');
  });
  afterEach(stopFlow);

  it('train with the last message of a pass, tell each epoch, and score at once', async () => {
    await start(model, trainer(), scorer({ explain: true }));
    sendMany(12, { complete: true, topic: 'boiler room' });
    const [message] = await flow.at('models').received.take('models', 1);
    const report = message.payload as ModelReport;
    assert.deepEqual([report.name, report.version, report.epochs, report.segments], ['boiler', 1, 3, 12]);
    assert.equal(message.topic, 'boiler room');
    assert.equal(message.spectrogram, undefined);
    const progress = await flow.at('progress').received.take('progress', 3);
    assert.ok(progress.every(({ topic }) => topic === 'progress'));

    flow.send('score', spectrogram({ filename: 'a.wav' }));
    const [scored] = await flow.at('scores').received.take('scores', 1);
    assert.equal(scored.payload, scored.score?.rl);
    const { checksum } = modelIdOf(report.file);
    assert.deepEqual(scored.score?.model, { id: 'model', name: 'boiler', version: 1, checksum });
    assert.equal(scored.filename, 'a.wav');
    assert.ok(Buffer.isBuffer(scored.explanation?.picture));
    assert.equal(scored.score?.latent.length, 16);
  });

  it('send along what the last message of the pass was about, and nothing of its segment', async () => {
    await start(model, trainer());
    const original = Buffer.alloc(64_000);
    sendMany(4, { complete: true, topic: 'boiler room', machine: 7, original, attachments: [], augmentation: {} });
    const [finished] = await flow.at('models').received.take('models', 1);
    const progress = await flow.at('progress').received.take('progress', 3);
    for (const message of [finished, ...progress]) {
      assert.deepEqual(Object.keys(message).sort(), ['_msgid', 'machine', 'payload', 'topic']);
      assert.equal(message.machine, 7);
    }
  });

  it('train with the last of msg.parts, and each time the count is reached', async () => {
    await start(model, trainer({ trainWhen: 'count', count: 5 }));
    sendMany(5, {});
    const [first] = await flow.at('models').received.take('models', 1);
    assert.equal((first.payload as ModelReport).segments, 5);
    await start(model, trainer());
    sendMany(4, { parts: { id: 'x', index: 3, count: 4 } });
    const [second] = await flow.at('models').received.take('models', 1);
    assert.deepEqual([(second.payload as ModelReport).segments, (second.payload as ModelReport).version], [4, 2]);
  });

  it('record when asked, train on that, and take no notice of what comes before and after', async () => {
    await start(model, trainer({ trainWhen: 'asked', count: 6 }));
    sendMany(4);
    await until('the status', () => flow.at('train').statuses.items.at(-1)?.text === 'press the button to train');
    flow.send('train', { train: true });
    sendMany(6, {});
    const [message] = await flow.at('models').received.take('models', 1);
    assert.equal((message.payload as ModelReport).segments, 6);
    assert.ok(flow.at('train').statuses.items.some(({ text }) => text === 'recording 3/6'));
    sendMany(20);
    flow.send('train', { train: true });
    await until('a new recording', () => flow.at('train').statuses.items.at(-1)?.text === 'recording 0/6');
    flow.send('train', { stop: true });
    await until('its end', () => flow.at('train').statuses.items.at(-1)?.text === 'cancelled');
    assert.equal(flow.at('models').received.items.length, 1);
    assert.deepEqual(flow.at('train').errors.items, []);
  });

  it('train on what was collected when the button is pressed', async () => {
    await start(model, trainer());
    sendMany(5, {});
    flow.send('train', { train: true });
    const [message] = await flow.at('models').received.take('models', 1);
    assert.equal((message.payload as ModelReport).segments, 5);
    flow.send('train', { train: true });
    assert.match(await errorOf('train'), /0 segments were collected; expected at least 3/);
  });

  it('train on segments marked as normal too, and leave out those with other settings', async () => {
    const marked = new FeedbackSet(join(userDir, 'models', 'boiler'));
    const { payload, spectrogram: info } = spectrogram();
    const values = floatsOf(payload as Buffer);
    const frontEnd = frontEndOf(info as SpectrogramInfo);
    await marked.add('00000001', { values, frontEnd });
    await marked.add('00000002', { values, frontEnd: { ...frontEnd, hopLength: 99 } });
    await start(model, trainer());
    assert.equal((await trained(5)).segments, 6);
    assert.match(flow.at('train').warnings.items.join(), /^1 segments marked as normal were made with other/);
  });

  it('train on a marked segment once, however often a training was refused before', async () => {
    const folder = join(userDir, 'models', 'boiler');
    const { payload, spectrogram: info } = spectrogram();
    const example = { values: floatsOf(payload as Buffer), frontEnd: frontEndOf(info as SpectrogramInfo) };
    await new FeedbackSet(folder).add('00000001', example);
    await start(model, trainer());
    const unlock = await new ModelStore(join(userDir, 'models'), 'boiler').lock('another trainer');
    sendMany(5);
    for (let i = 0; i < 3; i++) flow.send('train', { train: true });
    for (const error of await flow.at('train').errors.take('error', 4))
      assert.match(error, /trained by another trainer/);
    unlock();
    flow.send('train', { train: true });
    const [message] = await flow.at('models').received.take('models', 1);
    assert.equal((message.payload as ModelReport).segments, 6);
  });

  it('say who trains the model in another process, and what they wait for where that cannot be known', async () => {
    await start(model, trainer());
    const store = new ModelStore(join(userDir, 'models'), 'boiler');
    const unlock = await store.lock('the attic');
    sendMany(5);
    await flow.at('train').errors.take('error', 1);
    assert.equal(flow.at('train').statuses.items.at(-1)?.text, 'The model is being trained by the attic');
    unlock();
    const elsewhere = { ...thisProcess(), space: '1', owner: 'the cellar', since: 'today', id: '1' };
    writeFileSync(join(store.folder, 'training.lock'), JSON.stringify(elsewhere));
    flow.send('train', { train: true });
    await flow.at('train').statuses.find('status', ({ text }) => text === 'does the cellar still train? 30 s left');
    flow.send('train', { stop: true });
    await flow.at('train').statuses.find('status', ({ text }) => text === 'cancelled');
    rmSync(join(store.folder, 'training.lock'));
    flow.send('train', { train: true });
    const [message] = await flow.at('models').received.take('models', 1);
    assert.equal((message.payload as ModelReport).segments, 5, 'what was collected is still there');
  });

  it('train without a marked segment that is damaged, and name its file', async () => {
    const folder = join(userDir, 'models', 'boiler');
    const { payload, spectrogram: info } = spectrogram();
    const example = { values: floatsOf(payload as Buffer), frontEnd: frontEndOf(info as SpectrogramInfo) };
    const marked = new FeedbackSet(folder);
    for (const id of ['00000001', '00000002', '00000003']) await marked.add(id, example);
    const [nan, text] = [1, 2].map(i => join(folder, `normal-0000000${i}.safetensors`));
    const bytes = readFileSync(nan);
    writeFileSync(nan, bytes.fill(0xff, bytes.length - 8));
    writeFileSync(text, readFileSync(text).fill('x', 40, 60));
    await start(model, trainer());
    assert.equal((await trained(5)).segments, 6);
    const warnings = flow.at('train').warnings.items.filter(warning => warning.includes('marked as normal'));
    assert.equal(warnings.length, 2);
    [nan, text].forEach((file, i) => {
      assert.ok(warnings[i].startsWith(`${file}, a segment that was marked as normal, cannot be used: `), warnings[i]);
    });
  });

  describe('on a full disk', () => {
    let disk: ReturnType<typeof smallDisk>;
    let filler: string;
    const fill = (kibibytes: number) => writeFileSync(filler, Buffer.alloc(kibibytes * 1024));

    beforeEach(async function () {
      disk = smallDisk(this, 2048);
      filler = join(disk.folder, 'other');
      await start({ ...model, folder: disk.folder }, trainer({ epochs: 60 }));
    });
    afterEach(async () => {
      await stopFlow();
      disk.unmount();
    });

    it('refuse to start, say how much room is needed, and keep what was collected', async () => {
      fill(1900);
      sendMany(5);
      assert.match(
        await errorOf('train'),
        /has 0\.\d MB left; expected 0\.\d MB for the model.* the 5 segments are kept/,
      );
      assert.deepEqual(flow.at('progress').received.items, []);
      rmSync(filler);
      flow.send('train', { train: true });
      const [message] = await flow.at('models').received.take('models', 1);
      assert.equal((message.payload as ModelReport).segments, 5);
    });

    it('keep what was learnt where the disk fills up meanwhile, and save it when asked to train again', async () => {
      sendMany(5);
      await flow.at('progress').received.take('progress', 1);
      fill(2040);
      assert.match(
        await errorOf('train'),
        /was not saved: ENOSPC.* What was learnt is kept: training again only saves it/,
      );
      assert.deepEqual(
        readdirSync(join(disk.folder, 'boiler')).filter(name => name !== 'training.lock'),
        [],
      );
      const epochs = flow.at('progress').received.items.length;
      flow.send('train', { train: true });
      assert.match((await flow.at('train').errors.take('error', 2))[1], /was not saved: ENOSPC/);
      rmSync(filler);
      flow.send('train', { train: true });
      const [message] = await flow.at('models').received.take('models', 1);
      const { version, segments, file } = message.payload as ModelReport;
      assert.deepEqual([version, segments], [1, 5]);
      verifyModelFile(file);
      assert.equal(flow.at('progress').received.items.length, epochs);
      assert.match(flow.at('train').statuses.items.at(-1)?.text ?? '', /^trained v1/);
    });
  });

  it('give the same model for the same seed, and score the same after a restart', async () => {
    await start(model, trainer(), scorer());
    await trained();
    const probe = spectrogram();
    flow.send('score', { ...probe });
    const [before] = await flow.at('scores').received.take('scores', 1);
    await start(model, trainer(), scorer());
    flow.send('score', { ...probe });
    const [after] = await flow.at('scores').received.take('scores', 1);
    assert.deepEqual(after.score, before.score);
  });

  it('forget on msg.reset and say what is missing', async () => {
    await start(model, trainer());
    sendMany(3, {});
    flow.send('train', { reset: true });
    flow.send('train', { payload: 'done', complete: true });
    assert.match(await errorOf('train'), /0 segments were collected; expected at least 3/);
  });

  for (const count of [1, 2]) {
    it(`refuse to train on ${count} segments`, async () => {
      await start(model, trainer());
      sendMany(count);
      assert.match(await errorOf('train'), new RegExp(`${count} segments were collected; expected at least 3`));
      assert.equal((await trained()).segments, 12);
    });
  }

  it('train a mixture prior and tell how many of its components live', async () => {
    await start(model, trainer({ prior: 'mixture', components: 2, epochs: 8 }), scorer());
    const { mixture } = await trained(24);
    assert.equal(mixture?.components, 2);
    const progress = await flow.at('progress').received.find('progress', ({ payload }) => {
      const { phase, mixture: told } = payload as TrainingProgress;
      return phase === 'training' && told !== undefined;
    });
    assert.equal((progress.payload as TrainingProgress).mixture?.components, 2);
    flow.send('score', spectrogram());
    const [scored] = await flow.at('scores').received.take('scores', 1);
    assert.ok(Number(scored.score?.kl) >= 0);
  });

  it('say in the status, the debug sidebar and the message that a model has collapsed, and what to change', async () => {
    await start(model, trainer({ epochs: 60, rlWeight: 0.01, klWeight: 100 }));
    const { latentUse, warnings } = await trained(24);
    assert.deepEqual(latentUse, { dimensions: 16, active: 0 });
    assert.match(warnings[0], /The model has collapsed.*Raise rl weight \(now 0\.01\)/);
    await flow.at('train').statuses.find('status', ({ text }) => text === 'trained v1 · The model has collapsed');
    await flow.at('train').warnings.find('warning', text => text === warnings[0]);
  });

  it('refuse a mixture prior for a plain autoencoder, and more components than segments', async () => {
    await start(model, trainer({ prior: 'mixture', variational: false }));
    sendMany(12);
    assert.match(await errorOf('train'), /Switch Variational on, or set the prior to normal/);
    await start(model, trainer({ prior: 'mixture', components: 50 }));
    sendMany(12);
    assert.match(await errorOf('train'), /50 components, but there are only 12 segments/);
  });

  it('refuse spectrograms of other shapes or settings, naming both', async () => {
    await start(model, trainer(), scorer());
    await trained();
    flow.send('score', spectrogram({}, { shape: [16, 10] }));
    assert.match(await errorOf('score'), /shape 16×10, expected 16×12/);
    flow.send('score', spectrogram({}, { sampleRate: 44100, hopLength: 256 }));
    assert.match(
      (await flow.at('score').errors.take('error', 2))[1],
      /sampleRate 44100, expected 16000; hopLength 256, expected 512/,
    );
    flow.send('train', spectrogram());
    flow.send('train', spectrogram({}, { scale: 'linear' }));
    assert.match(await errorOf('train'), /differs from the 1 collected before: scale linear, expected mel/);
  });

  it('refuse what is no spectrogram, and NaN in one', async () => {
    await start(model, trainer(), scorer());
    await trained();
    for (const id of ['train', 'score']) {
      flow.send(id, { payload: 'hello' });
      assert.match((await flow.at(id).errors.take('error', 1))[0], /expected a spectrogram .* got "hello"/);
      const broken = spectrogram();
      (broken.payload as Buffer).writeFloatLE(Number.NaN, 40);
      flow.send(id, broken);
      assert.match((await flow.at(id).errors.take('error', 2))[1], /spectrogram value 10 of 192 is NaN/);
    }
  });

  it('train on digital silence and on one same picture without a hitch', async () => {
    await start(model, trainer(), scorer());
    const silence = (): Message => ({ ...spectrogram(), payload: bufferOf(new Float32Array(192).fill(-100)) });
    for (let i = 0; i < 4; i++) flow.send('train', { ...silence(), complete: i === 3 });
    await flow.at('models').received.take('models', 1);
    flow.send('score', silence());
    const [scored] = await flow.at('scores').received.take('scores', 1);
    assert.ok(Number.isFinite(scored.payload));
  });

  it('say that there is no model yet', async () => {
    await start(model, scorer());
    flow.send('score', spectrogram());
    assert.match(await errorOf('score'), /model "boiler" has not been trained yet/);
  });

  it('say which audio model is missing, at every message', async () => {
    await start(trainer({ model: 'gone' }), scorer({ model: '' }));
    flow.send('train', spectrogram());
    flow.send('score', spectrogram());
    // The first error is that of the start.
    assert.match((await flow.at('train').errors.take('error', 2))[1], /audio model gone is missing or disabled/);
    assert.match((await flow.at('score').errors.take('error', 2))[1], /no audio model is chosen/);
  });

  it('say which setting is wrong', async () => {
    await start(model, trainer({ epochs: 'many' }));
    assert.match(await errorOf('train'), /epochs is "many"; expected a whole number from 1/);
  });

  it('sweep over weights of rl: tell each, send the outcome, keep the best model and say which', async () => {
    await start(
      model,
      trainer({ sweep: true, sweepFrom: 1, sweepTo: 1e4, sweepCount: 3, validationSplit: 0.25, epochs: 2 }),
    );
    const report = await trained(16);
    const told = await flow.at('progress').received.take('progress and sweep', 3);
    const [outcome] = await flow.at('progress').received.take('sweep', 1, ({ topic }) => topic === 'sweep');
    const { kind, points, best, failed } = outcome.payload as { kind: string } & SweepReport;
    assert.equal(kind, 'sweep');
    assert.deepEqual(
      points.map(({ rlWeight, epochs }) => [rlWeight, epochs]),
      [1, 100, 1e4].map(weight => [weight, 2]),
    );
    assert.deepEqual(failed, []);
    assert.equal(best, points.reduce((a, b) => (b.rl < a.rl ? b : a)).rlWeight);
    assert.deepEqual([report.version, report.epochs], [1, 2]);
    const { training } = modelFacts(report.file, readModelMetadata(report.file));
    assert.equal(training.options.rlWeight, best);
    assert.ok(told.every(({ topic }) => topic === 'progress'));
    assert.deepEqual(readdirSync(join(userDir, 'models', 'boiler')), ['v0001.safetensors']);
    assert.match(String(flow.at('train').statuses.items.at(-1)?.text), new RegExp(`rl weight ${best} of 3`));
  });

  it('leave weights out of a sweep that overflow, with a warning that names them', async () => {
    await start(model, trainer({ sweep: true, sweepFrom: 100, sweepTo: 1e30, sweepCount: 2 }));
    await trained(8);
    await flow.at('train').warnings.find('warning', text => /rlWeight 1e\+30 was left out of the sweep/.test(text));
    assert.match(String(flow.at('train').statuses.items.at(-1)?.text), /rl weight 100 of 1 .* 1 diverged/);
  });

  it('cancel a sweep as a whole', async () => {
    await start(model, trainer({ sweep: true, epochs: 100_000 }));
    sendMany(6);
    await flow.at('progress').received.take('progress', 2);
    flow.send('train', { stop: true });
    await until('cancelled sweep', () => flow.at('train').statuses.items.at(-1)?.text === 'cancelled');
    assert.deepEqual(flow.at('models').received.items, []);
    assert.deepEqual(readdirSync(join(userDir, 'models', 'boiler')), []);
  });

  it('refuse a sweep that goes nowhere, and lists that do not fit each other', async () => {
    await start(model, trainer({ sweep: true, sweepFrom: 10, sweepTo: 1 }));
    assert.match(await errorOf('train'), /from rlWeight 10 to 1; expected a first weight below the last/);
    await start(model, trainer({ strides: '2' }));
    assert.match(await errorOf('train'), /filters has 2 numbers, kernels 2 and strides 1/);
  });

  it('let one trainer in at a time', async () => {
    await start(model, trainer({ epochs: 100_000 }), trainer({ id: 'other', wires: [[], []] }));
    sendMany(6);
    await flow.at('progress').received.take('progress', 2);
    for (let i = 0; i < 6; i++) flow.send('other', spectrogram({ complete: i === 5 }));
    assert.match(await errorOf('other'), /boiler/);
    flow.send('train', { stop: true });
    await until('cancelled training', () => flow.at('train').statuses.items.at(-1)?.text === 'cancelled');
    assert.deepEqual(flow.at('models').received.items, []);
  });

  it('fall back on the last good version where the newest is damaged, and name the file', async () => {
    await start(model, trainer(), scorer());
    await trained();
    sendMany(12);
    const [, second] = await flow.at('models').received.take('models', 2);
    const { file } = second.payload as ModelReport;
    await stopFlow();
    truncateSync(file, 2000);
    await start(model, scorer());
    assert.ok((await flow.at('model').warnings.take('warning', 1))[0].includes(file));
    flow.send('score', spectrogram());
    assert.equal((await flow.at('scores').received.take('scores', 1))[0].score?.model.version, 1);
  });

  it('close while training, and leave no spool and no lock behind', async () => {
    await start(model, trainer({ epochs: 100_000 }));
    sendMany(6);
    await flow.at('progress').received.take('progress', 2);
    await stopFlow();
    assert.deepEqual(readdirSync(join(userDir, 'models', 'boiler')), []);
  });
});

describe('vae-train in the editor', () => {
  const html = readFileSync(join(__dirname, '..', '..', 'dist', 'nodes', 'vae-train', 'vae-train.html'), 'utf8');

  it('refuses a mixture prior for a plain autoencoder and odd numbers of components, in words', () => {
    type Validate = (this: object, value: unknown, options: object) => true | string;
    let defaults: Record<'prior' | 'components', { validate: Validate }> | undefined;
    const registerType = (_type: string, definition: { defaults: typeof defaults }) => {
      ({ defaults } = definition);
    };
    const script = /<script type="text\/javascript">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
    const editor = { getEditStack: () => [] };
    const RED = { _: (key: string) => key.split(':').at(-1), nodes: { registerType }, editor };
    runInNewContext(script, { RED, $: () => [] });
    assert.ok(defaults);
    const { prior, components } = defaults;
    assert.equal(prior.validate.call({ variational: true }, 'mixture', {}), true);
    assert.equal(prior.validate.call({ variational: false }, 'normal', {}), true);
    assert.equal(prior.validate.call({ variational: false }, 'mixture', {}), 'vae-train.error.priorOfNothing');
    assert.equal(prior.validate.call({ variational: true }, 'uniform', {}), 'vae-train.error.prior');
    for (const value of [2, '10', 1000, ''])
      assert.equal(components.validate.call({ prior: 'mixture' }, value, {}), true);
    for (const value of [1, 2.5, 'ten', 1001])
      assert.equal(components.validate.call({ prior: 'mixture' }, value, {}), 'vae-train.error.components');
  });
});
