// feature-classifier in Node-RED's runtime: collecting, training, classifying, restarting, and bad input.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClassifierProgress } from '#src/detectors/features/train-classifier';
import type { Message } from '#src/messages';
import { Random } from '#src/stats/random';
import type { SavedClassifierReport } from '#src/tasks/classifier-training';
import { type FlowNode, type RunningFlow, startFlow, stopFlow } from '../support/helper';
import { tempFolder } from '../support/temp';
import { until } from '../support/wait';

const FOLDER = 'audio-classifiers';
const CENTRES: Record<string, number> = { low: -2, high: 2 };
const random = new Random(5);

/** Features of a block of a class, as audio-features sends them. */
const block = (label: string, rest: Partial<Message> = {}): Message => ({
  payload: { rmsDb: CENTRES[label] + 0.5 * random.normal(), crestDb: random.normal() },
  features: { names: ['rmsDb', 'crestDb'], seconds: 0.5 },
  label,
  ...rest,
});

const node = (rest: object = {}): FlowNode => ({
  ...{ id: 'it', type: 'feature-classifier', trials: 2, epochs: 30, learningRate: 0.02 },
  wires: [['classes'], ['reports']],
  ...rest,
});
const helpers: FlowNode[] = ['classes', 'reports'].map(id => ({ id, type: 'helper' }));

describe('feature-classifier', function () {
  this.timeout(60_000);
  let userDir: string;
  let flow: RunningFlow;

  const start = async (rest: object = {}): Promise<void> => {
    flow = await startFlow([node(rest), ...helpers], { userDir });
  };
  /** Blocks of both classes by turns, the last with what ends the pass. */
  const sendPass = (count: number, last: Partial<Message> = { complete: true }, every: Partial<Message> = {}): void => {
    for (let i = 0; i < count; i++) {
      flow.send('it', block(i % 2 ? 'high' : 'low', { ...every, ...(i === count - 1 && last) }));
    }
  };
  const report = async (version = 1): Promise<SavedClassifierReport & { kind: string }> => {
    const isIt = ({ topic, payload }: Message) =>
      topic === 'report' && (payload as SavedClassifierReport).version === version;
    const { payload } = await flow.at('reports').received.find('report', isIt, { timeout: 30_000 });
    return payload as SavedClassifierReport & { kind: string };
  };
  const classOf = async (label: string): Promise<Message> => {
    const from = flow.at('classes').received.items.length;
    flow.send('it', block(label));
    return flow.at('classes').received.find('class', () => true, { from });
  };
  const statusOf = (text: RegExp) => flow.at('it').statuses.find(String(text), status => text.test(status.text ?? ''));
  const errorOf = (pattern: RegExp) => flow.at('it').errors.find(String(pattern), message => pattern.test(message));

  beforeEach(() => {
    userDir = tempFolder('userdir');
  });
  afterEach(stopFlow);

  it('collects labelled features, trains at the end of the pass, reports, and then classifies', async () => {
    await start();
    await statusOf(/^waiting for labelled features$/);
    sendPass(80, { complete: true, own: 'kept' });
    const result = await report();
    assert.equal(result.kind, 'classification');
    assert.deepEqual(
      [result.labels, result.features],
      [
        ['high', 'low'],
        ['rmsDb', 'crestDb'],
      ],
    );
    assert.ok(result.accuracy > 0.9, `${result.accuracy}`);
    assert.equal(result.file, join(userDir, FOLDER, 'classifier', 'v0001.safetensors'));
    for (const { seconds, label, probabilities } of result.predictions) {
      assert.ok(Number.isFinite(seconds) && result.labels.includes(label) && probabilities.length === 2);
    }
    const messages = flow.at('reports').received.items;
    const progress = messages.filter(({ topic }) => topic === 'progress').map(m => m.payload as ClassifierProgress);
    assert.ok(progress.length > 0 && progress.every(({ trials }) => trials === 2));
    const last = messages.at(-1) as Message;
    assert.deepEqual([last.own, last.label, last.complete, last.features], ['kept', undefined, undefined, undefined]);
    await statusOf(/^trained v1 · \d+ % of \d+ right$/);
    const { payload, class: found, probabilities, label } = await classOf('high');
    assert.deepEqual([payload, found, label], ['high', 'high', 'high']);
    assert.ok(
      (probabilities?.high ?? 0) > 0.8 && Math.abs((probabilities?.low ?? 0) + (probabilities?.high ?? 0) - 1) < 1e-9,
    );
    await statusOf(/^high · \d+ %$/);
  });

  it('still knows after a restart, and learns anew after a reset', async () => {
    await start();
    sendPass(60);
    await report();
    await flow.stop();
    await start();
    await statusOf(/^classifier v1 · high, low$/);
    assert.equal((await classOf('low')).payload, 'low');
    flow.send('it', { reset: true });
    await statusOf(/^waiting for labelled features$/);
    sendPass(60);
    assert.equal((await report(2)).version, 2);
    assert.equal((await classOf('low')).payload, 'low');
  });

  it('one node trains, another classifies: a new version takes effect at once', async () => {
    const other = { ...node({ id: 'other', mode: 'classify', classifier: 'machines' }), wires: [['classes'], []] };
    flow = await startFlow([node({ mode: 'train', classifier: 'machines' }), other, ...helpers], { userDir });
    flow.send('other', block('low'));
    await flow.at('other').errors.find('error', text => /"machines" has not been trained yet/.test(text));
    sendPass(60);
    await report();
    flow.send('other', block('low'));
    await flow.at('other').statuses.find('status', ({ text }) => text === 'machines v1 · high, low');
    assert.equal((await flow.at('classes').received.find('class')).payload, 'low');
    sendPass(60);
    await report(2);
    await flow.at('other').statuses.find('status', ({ text }) => text === 'machines v2 · high, low');
  });

  it('learns from the rows of a CSV, whatever file they were in', async () => {
    await start({ labelColumn: 'genre', features: 'level, pitch' });
    for (let index = 0; index < 60; index++) {
      const genre = index % 2;
      const payload = { level: String(3 * genre + random.normal() * 0.3), pitch: random.normal(), id: index, genre };
      flow.send('it', { payload, filename: 'table.csv', parts: { id: 'csv', index, count: 60 } });
    }
    const { labels, features, accuracy } = await report();
    assert.deepEqual(
      [labels, features],
      [
        ['0', '1'],
        ['level', 'pitch'],
      ],
    );
    assert.ok(accuracy > 0.9);
    flow.send('it', { payload: { level: 3, pitch: 0 } });
    assert.equal((await flow.at('classes').received.find('class')).payload, '1');
  });

  it('learns from a whole table in one message, its label column no feature', async () => {
    await start();
    const payload = Array.from({ length: 5000 }, (_, i) => ({
      level: 3 * (i % 2) + random.normal() * 0.3,
      label: i % 2,
    }));
    flow.send('it', { payload });
    const { features, rows } = await report();
    assert.deepEqual(features, ['level']);
    assert.ok(rows.training + rows.validation + rows.test > 4900);
  });

  it('parts by file where files are known: blocks of one recording never meet', async () => {
    await start();
    for (let i = 0; i < 12; i++) {
      for (let j = 0; j < 5; j++) {
        const last = i === 11 && j === 4;
        flow.send('it', block(i % 2 ? 'high' : 'low', { filename: `/x/${i}.wav`, ...(last && { complete: true }) }));
      }
    }
    const { rows } = await report();
    assert.deepEqual(rows, { training: 30, validation: 20, test: 10 });
  });

  it('learns only the classes asked for', async () => {
    await start({ labels: 'low, high' });
    for (let i = 0; i < 10; i++) flow.send('it', { ...block('low'), label: 'other' });
    sendPass(60);
    assert.deepEqual((await report()).labels, ['low', 'high']);
  });

  it('is stopped, saves nothing, and can train again', async () => {
    await start({ trials: 1000, patience: 1000, epochs: 10_000 });
    sendPass(60);
    await flow.at('reports').received.find('progress', ({ topic }) => topic === 'progress');
    flow.send('it', { stop: true });
    await statusOf(/^cancelled$/);
    sendPass(60);
    await until(
      'second training',
      () => flow.at('it').statuses.items.filter(({ text }) => text === 'training on 60').length === 2,
    );
    flow.send('it', { payload: {}, stop: true });
    await until(
      'second end',
      () => flow.at('it').statuses.items.filter(({ text }) => text === 'cancelled').length === 2,
    );
    flow.send('it', { stop: true });
    await statusOf(/^nothing to stop$/);
  });

  it('closes in the middle of a training', async () => {
    await start({ trials: 1000, patience: 1000, epochs: 10_000 });
    sendPass(60);
    await flow.at('reports').received.find('progress', ({ topic }) => topic === 'progress');
    await flow.stop();
  });

  it('a bad row is an error and left out; the others train', async () => {
    await start();
    flow.send('it', block('low'));
    flow.send('it', block('low', { payload: { rmsDb: Number.NaN, crestDb: 1 } }));
    await errorOf(/the feature rmsDb is NaN; expected a finite number\. The row was left out/);
    flow.send('it', block('low', { payload: { rmsDb: 1 } }));
    await errorOf(/no feature "crestDb"; it has rmsDb\./);
    flow.send('it', block('low', { label: undefined }));
    await errorOf(/msg\.label is undefined and there is no column "label"/);
    flow.send('it', { payload: Buffer.alloc(4), label: 'low' });
    await errorOf(/expected features .* got a Buffer of 4 bytes/);
    sendPass(60, { complete: true, payload: { rmsDb: 'loud', crestDb: 0 } });
    const { rows } = await report();
    assert.ok(rows.training + rows.validation + rows.test >= 50);
  });

  it('takes a message without features as the end of a pass', async () => {
    await start();
    sendPass(60, {});
    flow.send('it', { parts: { id: 'pass', index: 1, count: 2 }, complete: true });
    await report();
    flow.send('it', { parts: { id: 'pass', index: 1, count: 2 }, complete: true });
    assert.equal((await flow.at('classes').received.find('end of pass')).payload, undefined);
  });

  const refusals: [string, () => void, RegExp][] = [
    [
      'one class only',
      () => flow.send('it', block('low', { complete: true })),
      /all 1 examples have the label low; expected at least two/,
    ],
    [
      'fewer files than parts',
      () => sendPass(40, { complete: true }, { filename: '/a.wav' }),
      /the class high comes from 1 file; expected at least 3/,
    ],
    [
      'nothing collected',
      () => flow.send('it', { payload: '', complete: true }),
      /no examples were collected; expected features with a label/,
    ],
  ];
  for (const [what, send, expected] of refusals) {
    it(`refuses ${what}, says what to do, and collects again`, async () => {
      await start();
      send();
      await errorOf(expected);
      sendPass(60);
      await report();
    });
  }

  it('passes over a version that is damaged, and says so', async () => {
    await start();
    sendPass(60);
    const { file } = await report();
    flow.send('it', { reset: true });
    sendPass(60);
    const second = await report(2);
    await flow.stop();
    truncateSync(second.file, 300);
    await start();
    await statusOf(/^classifier v1 /);
    assert.match(flow.at('it').warnings.items[0], /v0002\.safetensors is damaged/);
    writeFileSync(file, 'no model');
    await flow.stop();
    await start();
    await statusOf(/^waiting for labelled features$/);
    assert.equal(flow.at('it').warnings.items.length, 2);
  });

  it('classifies by what was trained anew after its folder was removed', async () => {
    await start();
    sendPass(40);
    const first = await report();
    assert.equal((await classOf('low')).class, 'low');
    rmSync(join(userDir, FOLDER), { recursive: true });
    flow.send('it', { reset: true });
    const opposite: Record<string, string> = { low: 'high', high: 'low' };
    for (let i = 0; i < 40; i++) {
      const label = i % 2 ? 'high' : 'low';
      flow.send('it', block(label, { label: opposite[label], complete: i === 39 }));
    }
    await statusOf(/^trained v1/);
    const [, second] = await flow.at('reports').received.take('reports', 2, ({ topic }) => topic === 'report');
    assert.equal((second.payload as SavedClassifierReport).file, first.file);
    assert.equal((await classOf('low')).class, 'high');
  });

  it('tells where it cannot save', async () => {
    mkdirSync(join(userDir, FOLDER));
    writeFileSync(join(userDir, FOLDER, 'classifier'), 'a file in the way');
    await start();
    sendPass(60);
    const said = await errorOf(/cannot be (trained|read)|was not saved/);
    assert.match(said, /classifier/, 'names what is in the way');
    assert.equal(readFileSync(join(userDir, FOLDER, 'classifier'), 'utf8'), 'a file in the way');
  });

  it('says what is wrong with its settings', async () => {
    for (const [properties, expected] of [
      [{ split: '50/50' }, /split is "50\/50"; expected three percentages above 0 that add up to 100/],
      [{ split: '90/25/25' }, /split is "90\/25\/25"/],
      [{ trials: 0 }, /trials is number 0; expected a whole number from 1 to 1000/],
      [{ mode: 'guess' }, /mode is "guess"; expected one of auto, train, classify/],
    ] as const) {
      await start(properties);
      flow.send('it', block('low'));
      await errorOf(expected);
    }
  });
});
