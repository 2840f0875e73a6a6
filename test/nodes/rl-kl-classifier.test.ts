// rl-kl-classifier in Node-RED's runtime: learning from labelled scores, probabilities, restart, and what is refused.
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RlKlReport } from '#src/detectors/rl-kl/rl-kl';
import type { Message } from '#src/messages';
import { Random } from '#src/stats/random';
import { type FlowNode, type RunningFlow, startFlow, stopFlow } from '../support/helper';
import { tempFolder } from '../support/temp';
import { until } from '../support/wait';

const model: FlowNode = { id: 'model', type: 'audio-model', name: 'dog', folder: 'models' };
const classifier = (rest: object = {}): FlowNode => ({
  ...{ id: 'judge', type: 'rl-kl-classifier', model: 'model', positiveLabel: 'bark', hidden: '8,8', epochs: 200 },
  ...{ learningRate: 0.02, wires: [['out'], ['report']] },
  ...rest,
});
const helpers: FlowNode[] = ['out', 'report'].map(id => ({ id, type: 'helper' }));
const random = new Random(2);

function scored(
  label: string | undefined,
  rest: Partial<Message> = {},
  version = 1,
  name = 'dog',
  checksum = `of version ${version}`,
): Message {
  const [rl, kl] = label === 'bark' ? [0.02, 300] : [0.06, 800];
  const score = { kind: 'rl' as const, rl: rl + 0.003 * random.normal(), kl: kl + 30 * random.normal(), total: 0 };
  return {
    payload: rl,
    label,
    score: { ...score, latent: [], model: { id: 'model', name, version, checksum } },
    ...rest,
  };
}

describe('rl-kl-classifier', function () {
  this.timeout(60_000);
  let userDir: string;
  let flow: RunningFlow;

  const start = async (...nodes: FlowNode[]): Promise<void> => {
    flow = await startFlow([model, ...nodes, ...helpers], { userDir });
  };
  const teach = (version = 1, perClass = 12): void => {
    for (let i = 0; i < 2 * perClass; i++) {
      const last = i === 2 * perClass - 1;
      flow.send('judge', scored(i % 2 === 0 ? 'bark' : 'rain', last ? { complete: true, topic: 'yard' } : {}, version));
    }
  };
  const reports = (count = 1) =>
    flow.at('report').received.take('report', count, ({ topic }) => topic === 'report', { timeout: 20_000 });
  const lastError = async (count = 1): Promise<string> =>
    (await flow.at('judge').errors.take('error', count))[count - 1];

  beforeEach(() => {
    userDir = tempFolder('userdir');
  });
  afterEach(stopFlow);

  it('learns from labelled scores, reports, and gives every score after that a probability', async () => {
    await start(classifier());
    teach();
    const [message] = await reports();
    const report = message.payload as RlKlReport;
    assert.deepEqual([report.kind, report.classifier, report.positiveLabel], ['rl-kl', 'linear', 'bark']);
    assert.deepEqual([report.accuracy, report.auc, report.never, report.evaluated], [1, 1, 0.5, 8]);
    assert.equal(report.points.length, 24);
    assert.ok(flow.at('report').received.items.some(({ topic }) => topic === 'progress'));
    flow.send('judge', scored('bark', { filename: 'a.wav' }));
    flow.send('judge', scored('rain', { complete: true }));
    flow.send('judge', scored(undefined));
    const [bark, rain, unlabelled] = await flow.at('out').received.take('probability', 3);
    assert.ok(Number(bark.payload) > 0.9 && bark.class === 'bark' && bark.filename === 'a.wav');
    assert.ok(Number(rain.payload) < 0.1 && rain.class === 'other' && rain.label === 'rain');
    assert.equal(unlabelled.class, 'other');
    assert.equal((await reports()).length, 1, 'the end of a later pass trains nothing');
  });

  it('lets scores that come while it trains wait for their classifier', async () => {
    await start(classifier({ epochs: 3000 }));
    teach();
    for (let i = 0; i < 5; i++) flow.send('judge', scored('bark'));
    const waited = await flow.at('out').received.take('probability', 5, undefined, { timeout: 20_000 });
    assert.ok(waited.every(({ class: found }) => found === 'bark'));
  });

  it('is there again after a restart, and damage to its file is told', async () => {
    await start(classifier());
    teach();
    await reports();
    flow.send('judge', scored('bark'));
    const [{ payload }] = await flow.at('out').received.take('probability', 1);
    await stopFlow();
    const folder = join(userDir, 'models', 'dog');
    assert.deepEqual(readdirSync(folder), ['rl-kl-judge.safetensors']);
    await start(classifier());
    flow.send('judge', scored('bark'));
    const [after] = await flow.at('out').received.take('probability', 1);
    assert.ok(Math.abs(Number(after.payload) - Number(payload)) < 0.1);
    await stopFlow();
    writeFileSync(join(folder, 'rl-kl-judge.safetensors'), 'rubbish');
    await start(classifier());
    assert.match((await flow.at('judge').warnings.take('warning', 1))[0], /rl-kl-judge\.safetensors is damaged/);
    flow.send('judge', scored(undefined));
    assert.match(await lastError(), /has not been trained yet/);
  });

  it('learns anew where the model has a new version, and says so to scores without a label', async () => {
    await start(classifier());
    teach();
    await reports();
    flow.send('judge', scored(undefined, {}, 2));
    assert.match(await lastError(), /trained on scores of version 1 of the model, this one is of version 2/);
    teach(2);
    await reports(2);
    flow.send('judge', scored(undefined, {}, 2));
    await flow.at('out').received.take('probability', 1);
  });

  it('learns anew where the model was trained anew under the same number', async () => {
    await start(classifier());
    teach();
    await reports();
    flow.send('judge', scored(undefined, {}, 1, 'dog', 'of the model trained anew'));
    assert.match(
      await lastError(),
      /trained on scores of version 1 of the model, this one is of a version 1 that was trained later/,
    );
    await start(classifier());
    flow.send('judge', scored(undefined, {}, 1, 'dog', 'of the model trained anew'));
    assert.match(
      await lastError(),
      /trained on scores of version 1 of the model, this one is of a version 1 that was trained later/,
      'after a restart, too',
    );
    flow.send('judge', scored(undefined));
    await flow.at('out').received.take('probability', 1);
  });

  it('says what is missing: a label, a class, a score, the model, anything to learn from', async () => {
    await start(classifier());
    flow.send('judge', scored(undefined));
    assert.match(await lastError(), /has not been trained yet; expected msg.label/);
    for (let i = 0; i < 5; i++) flow.send('judge', scored('bark', { complete: i === 4 }));
    assert.match(await lastError(2), /5 of 5 labelled scores are "bark"; expected at least 3 of them and 3 others/);
    flow.send('judge', { payload: 'hello' });
    assert.match(await lastError(3), /expected a score .* got msg.payload "hello"/);
    flow.send('judge', scored('bark', {}, 1, 'cat'));
    assert.match(await lastError(4), /of model "cat"; expected "dog"/);
    teach();
    await reports();
    flow.send('judge', { complete: true });
    assert.match(await lastError(5), /no scores were collected for another; expected msg.reset first/);
    assert.deepEqual(flow.at('out').received.items, []);
  });

  it('keeps what was collected when the training is stopped, and forgets it when it is reset', async () => {
    await start(classifier({ epochs: 100_000 }));
    teach();
    await flow.at('report').received.take('progress', 1);
    flow.send('judge', { stop: true });
    await until('cancelled', () => flow.at('judge').statuses.items.at(-1)?.text === 'cancelled, 24 collected');
    assert.ok(!readdirSync(userDir).includes('models'), 'nothing was saved');
    flow.send('judge', { reset: true });
    flow.send('judge', { complete: true });
    assert.match(await lastError(), /0 of 0 labelled scores/);
  });

  it('ends its training with a redeploy', async () => {
    await start(classifier({ epochs: 100_000 }));
    teach();
    await flow.at('report').received.take('progress', 1);
    await stopFlow();
  });

  it('names a setting that is wrong', async () => {
    await start(classifier({ positiveLabel: ' ' }));
    assert.match(await lastError(), /positiveLabel is empty; expected the label/);
    await start(classifier({ hidden: '100;100' }));
    assert.match(await lastError(), /hidden is "100;100"/);
    await start(classifier({ kind: 'tanh' }));
    assert.match(await lastError(), /kind is "tanh"; expected one of linear, relu/);
  });
});
