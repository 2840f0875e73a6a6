// The proof that a detector is one folder and a score kind one line: one that this file alone knows is registered,
// trained by a real vae-train node in its thread, kept in the model file beside the VAE, and scores in a real vae-score
// node. Whoever adds a detector to the package touches its folder, the registry, its labels and its test.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { registerDetectors, segmentDetectors } from '#src/detectors/registry';
import { SCORE_KIND_IDS, SCORE_KINDS } from '#src/detectors/score-kinds';
import type { ModelReport } from '#src/detectors/train-model';
import { bufferOf, type Message } from '#src/messages';
import { Random } from '#src/stats/random';
import { readModelMetadata } from '#src/store/model-file';
import { type FlowNode, type RunningFlow, startFlow, stopFlow } from '../support/helper';
import { PACKAGE_ROOT } from '../support/pack';
import { spectrogramInfo } from '../support/spectrograms';
import { tempFolder } from '../support/temp';
import { keepsItsPromises, segment } from './promises';

/** How far a segment's mean level lies from that of normal ones, in standard deviations. */
const LEVEL_DETECTOR = `
const { Cancelled } = require(${JSON.stringify(join(PACKAGE_ROOT, 'dist', 'src', 'threads', 'cancelled.js'))});
const mean = values => values.reduce((sum, value) => sum + value, 0) / values.length;
const distance = (level, { centre, spread }) => Math.abs(level - centre) / spread;

function learn(levels) {
  const centre = mean(levels);
  return { centre, spread: Math.sqrt(mean(levels.map(level => (level - centre) ** 2))) + 1e-6 };
}

exports.scoreKinds = [{ id: 'level', detector: 'level', label: 'score.level', explains: 'nothing' }];
exports.detector = {
  id: 'level',
  leastExamples: 4,
  fit(examples, settings, watch) {
    const picture = new Float32Array(examples.exampleLength);
    const levels = Array.from({ length: examples.count }, (_, i) => {
      if (watch.cancelled()) throw new Cancelled();
      examples.read(i, picture);
      return mean(picture);
    });
    const others = i => levels.filter((_, j) => j !== i);
    return {
      part: { tensors: {}, facts: learn(levels) },
      scores: { level: Float64Array.from(levels, (level, i) => distance(level, learn(others(i)))) },
      report: {},
      warnings: [],
    };
  },
  load({ facts }) {
    if (typeof facts.centre !== 'number') throw new Error('it lacks the level of normal segments');
    return {
      bytes: 0,
      score: segments => segments.map(({ values }) => ({ scores: { level: distance(mean(values), facts) } })),
    };
  },
};
`;

const INFO = spectrogramInfo([16, 12]);
const random = new Random(3);
const spectrogram = (louder = 0, rest: Partial<Message> = {}): Message => ({
  payload: bufferOf(segment(random, louder)),
  spectrogram: INFO,
  ...rest,
});

const flowFor = (score: string): FlowNode[] => [
  { id: 'model', type: 'audio-model', name: 'boiler', folder: 'models', threads: 1 },
  {
    ...{ id: 'train', type: 'vae-train', model: 'model', preset: 'custom', filters: '4,4', kernels: '3,3' },
    ...{ strides: '2,2', epochs: 2, wires: [['models'], []] },
  },
  { id: 'score', type: 'vae-score', model: 'model', score, wires: [['scores']] },
  ...['models', 'scores'].map(id => ({ id, type: 'helper' })),
];

describe('a detector that only this file knows', function () {
  this.timeout(60_000);
  let userDir: string;
  let flow: RunningFlow;
  let forget: () => void;

  const start = async (score: string): Promise<void> => {
    flow = await startFlow(flowFor(score), { userDir });
  };
  const train = async (count: number): Promise<ModelReport> => {
    for (let i = 0; i < count; i++) flow.send('train', spectrogram(0, i === count - 1 ? { complete: true } : {}));
    return (await flow.at('models').received.take('models', 1))[0].payload as ModelReport;
  };

  before(() => {
    const module = join(tempFolder('own'), 'level.js');
    writeFileSync(module, LEVEL_DETECTOR);
    forget = registerDetectors([module]);
    registerDetectors([module]);
  });
  after(() => {
    forget();
    assert.ok(!SCORE_KIND_IDS.includes('level') && segmentDetectors().every(({ id }) => id !== 'level'));
  });
  beforeEach(() => {
    userDir = tempFolder('userdir');
  });
  afterEach(stopFlow);

  describe('keeps what all promise:', () => {
    keepsItsPromises(() => ({ detector: segmentDetectors().find(({ id }) => id === 'level')!, settings: undefined }));
  });

  it('is among the choices, once', async () => {
    assert.deepEqual(SCORE_KIND_IDS.slice(-1), ['level']);
    assert.equal(SCORE_KINDS.filter(({ id }) => id === 'level').length, 1);
    await start('pitch');
    assert.match((await flow.at('score').errors.take('error', 1))[0], /score is "pitch"; expected one of .*, level/);
  });

  it('is trained with the VAE, kept in the same file, and scores, after a restart too', async () => {
    await start('level');
    const report = await train(12);
    assert.deepEqual(
      report.detectors.map(({ detector, scores }) => [detector, Object.keys(scores), scores.level?.count]),
      [
        ['vae', ['rl', 'kl', 'total'], undefined],
        ['level', ['level'], 12],
      ],
    );
    assert.deepEqual(Object.keys(readModelMetadata(report.file).detectors), ['vae', 'level']);
    const odd = spectrogram(20);
    flow.send('score', spectrogram());
    flow.send('score', odd);
    const [usual, unusual] = await flow.at('scores').received.take('scores', 2);
    assert.ok(Number(usual.payload) < 5 && Number(unusual.payload) > 20, `${usual.payload}, ${unusual.payload}`);
    assert.equal(unusual.score?.kind, 'level');
    assert.equal(unusual.score.level, unusual.payload);
    assert.ok(Number.isFinite(unusual.score.rl), 'the VAE scores beside it');
    await start('level');
    flow.send('score', odd);
    const [again] = await flow.at('scores').received.take('scores', 1);
    assert.equal(again.payload, unusual.payload);
  });

  it('is left out of a model with a warning where there are too few segments, and vae-score says why', async () => {
    await start('level');
    const report = await train(3);
    assert.match(report.warnings.join(), /3 segments were collected; level learns from at least 4/);
    assert.deepEqual(Object.keys(readModelMetadata(report.file).detectors), ['vae']);
    flow.send('score', spectrogram());
    assert.match((await flow.at('score').errors.take('error', 1))[0], /gives no score level, only rl, kl, total/);
  });
});
