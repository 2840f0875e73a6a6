// A model that is trained anew judges from then on, also where its file has the name of the one before: the folder was
// removed, or a damaged version. Real trainings, in Node-RED's runtime.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelReport } from '#src/detectors/train-model';
import { bufferOf, type Message } from '#src/messages';
import { Random } from '#src/stats/random';
import { type FlowNode, type RunningFlow, startFlow, stopFlow } from '../support/helper';
import { spectrogramInfo } from '../support/spectrograms';
import { tempFolder } from '../support/temp';
import { until } from '../support/wait';

const INFO = spectrogramInfo([16, 12]);
const random = new Random(5);

/** @param noise how much the values vary: a model of quiet spectrograms scores loud ones far higher */
function spectrogram(noise: number, rest: Partial<Message> = {}): Message {
  const values = Float32Array.from({ length: 16 * 12 }, () => -50 + noise * random.normal());
  return { payload: bufferOf(values), spectrogram: INFO, ...rest };
}

/** Changes a bit of the file's weights; returns the file as it was. */
function damage(file: string): Buffer {
  const whole = readFileSync(file);
  const bytes = Buffer.from(whole);
  bytes[bytes.length - 1] ^= 1;
  writeFileSync(file, bytes);
  return whole;
}

const FLOW: FlowNode[] = [
  { id: 'model', type: 'audio-model', name: 'boiler', folder: 'models', threads: 1 },
  {
    ...{ id: 'train', type: 'vae-train', model: 'model', preset: 'custom', epochs: 3 },
    ...{ filters: '4,4', kernels: '3,3', strides: '2,2', wires: [['models'], []] },
  },
  { id: 'score', type: 'vae-score', model: 'model', wires: [['scores', 'judge']] },
  {
    ...{ id: 'judge', type: 'threshold', model: 'model', method: 'mean-std', deviations: 3 },
    ...{ only: 'all', wires: [['decisions'], ['decisions']] },
  },
  ...['models', 'scores', 'decisions'].map(id => ({ id, type: 'helper' })),
];

describe('a model that is trained anew', function () {
  this.timeout(60_000);
  let folder: string;
  let flow: RunningFlow;

  beforeEach(async () => {
    const userDir = tempFolder('userdir');
    folder = join(userDir, 'models', 'boiler');
    flow = await startFlow(FLOW, { userDir });
  });
  afterEach(stopFlow);

  const next = async (id: string, send: () => void): Promise<Message> => {
    const { received } = flow.at(id);
    const seen = received.items.length;
    send();
    return (await received.take(id, seen + 1))[seen];
  };
  const train = async (noise: number): Promise<ModelReport> => {
    const message = await next('models', () => {
      for (let i = 0; i < 12; i++) flow.send('train', spectrogram(noise, { complete: i === 11 }));
    });
    return message.payload as ModelReport;
  };
  /** How a spectrogram is judged. */
  const judge = async (noise: number) => {
    const [decision, score] = await Promise.all([
      next('decisions', () => {}),
      next('scores', () => flow.send('score', spectrogram(noise))),
    ]);
    const { threshold, state } = decision.anomaly!;
    return { threshold, state, version: score.score?.model.version };
  };

  it('judges in place of one whose folder was removed', async () => {
    const first = await train(1);
    const before = await judge(20);
    assert.deepEqual([before.state, before.version], ['anomaly', 1]);
    rmSync(folder, { recursive: true });
    const second = await train(20);
    assert.deepEqual([second.version, second.file], [1, first.file]);
    const after = await judge(20);
    assert.deepEqual([after.state, after.version], ['normal', 1]);
    const { mean, std } = second.scores;
    assert.ok(Math.abs(after.threshold - (mean + 3 * std)) < 1e-9, 'the threshold of the new training scores');
  });

  it('judges in place of a damaged version that was passed over and removed', async () => {
    await train(20);
    const { file } = await train(1);
    damage(file);
    assert.equal((await judge(20)).version, 1, 'the damaged version is passed over');
    rmSync(file);
    assert.equal((await train(1)).version, 2);
    const after = await judge(20);
    assert.deepEqual([after.state, after.version], ['anomaly', 2]);
  });

  it('judges again when a damaged version is brought back from a copy', async () => {
    await train(20);
    const { file } = await train(1);
    const whole = damage(file);
    assert.equal((await judge(20)).version, 1);
    writeFileSync(file, whole);
    await until('version 2', () => flow.at('score').statuses.items.at(-1)?.text === 'boiler v2 ready');
    assert.equal((await judge(20)).version, 2);
  });

  it('is told from one that lies in its place by the time it is read', async () => {
    await train(1);
    const older = readFileSync((await train(1)).file);
    rmSync(folder, { recursive: true });
    const { file, version } = await train(20);
    assert.equal(version, 1);
    // Nothing has been scored with it yet, so nothing has been read of it but its header.
    writeFileSync(file, older);
    const { state, version: scoredBy } = await judge(20);
    assert.deepEqual([state, scoredBy], ['anomaly', 2], 'weights and what is told of them belong together');
  });
});
