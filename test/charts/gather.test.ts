// What the plots gather from messages, in the form in which the nodes send them: bounded, in order, forgotten on reset.
import assert from 'node:assert/strict';
import type { Figure } from '#src/charts/figures/draw';
import type { PlotName } from '#src/charts/gather/plot-names';
import { gathererFor } from '#src/charts/gather/plots';
import type { Message } from '#src/messages';
import { rocCurve } from '#src/stats/roc';

const OPTIONS = {
  positiveLabels: ['damaged', 'broken'],
  rocOf(negative: number[], positive: number[]): [number, number][] {
    const { falsePositiveRate, truePositiveRate } = rocCurve(negative, positive);
    return falsePositiveRate.map((rate, i) => [rate, truePositiveRate[i]]);
  },
};

const gather = (plot: PlotName, messages: object[], options = OPTIONS) => {
  const gatherer = gathererFor(plot, options);
  for (const msg of messages) gatherer.add(msg as Message);
  return gatherer;
};
function figureOf<K extends PlotName>(plot: K, messages: object[], options = OPTIONS) {
  const figure = gather(plot, messages, options).figure();
  assert.ok(figure, 'there is nothing to draw');
  return figure as Extract<Figure, { kind: K }>;
}
const isEmpty = (plot: PlotName, messages: object[]) => gather(plot, messages).figure() === undefined;
const refuses = (plot: PlotName, msg: object, message: RegExp) =>
  assert.throws(() => gathererFor(plot, OPTIONS).add(msg as Message), { name: 'UserError', message });

const scored = (payload: number, more: object = {}) => ({
  payload,
  score: { kind: 'rl', rl: payload, kl: 10 * payload, total: payload, latent: [payload, 1, 2] },
  ...more,
});

describe('gathering scores', () => {
  const decided = (startedAt: number, more: object = {}) => ({
    ...scored(0.02),
    anomaly: { state: 'normal', score: 0.02, threshold: 0.03, startedAt },
    ...more,
  });

  it('stand over the clock where they come from a microphone, over their number where they come from files', () => {
    const heard = figureOf('scores', [decided(1000), decided(3000)]);
    assert.deepEqual([heard.time, heard.series[0].points.map(({ at }) => at)], ['clock', [1000, 3000]]);
    const read = figureOf('scores', [decided(1000, { filename: 'b.wav' }), decided(3000, { filename: 'a.wav' })]);
    assert.deepEqual([read.time, read.series[0].points.map(({ at }) => at)], ['number', [1, 2]]);
    assert.equal(figureOf('scores', [decided(3000), decided(1000)]).time, 'number');
    assert.equal(figureOf('scores', [{ payload: 1 }, { payload: 2 }]).time, 'number');
  });

  it('keep the last 1000 of the last 8 topics', () => {
    const many = figureOf(
      'scores',
      Array.from({ length: 2500 }, (_, i) => ({ payload: i })),
    );
    assert.deepEqual(
      [many.series[0].points.length, many.series[0].points[0].at, many.series[0].points[999].score],
      [1000, 1501, 2499],
    );
    const topics = figureOf(
      'scores',
      Array.from({ length: 20 }, (_, i) => ({ payload: i, topic: `topic ${i + 10}` })),
    );
    assert.deepEqual(
      topics.series.map(({ name }) => name),
      Array.from({ length: 8 }, (_, i) => `topic ${i + 22}`),
    );
  });

  it('take threshold and state from the decision', () => {
    const { series, measure } = figureOf('scores', [
      decided(1, { anomaly: { state: 'anomaly', threshold: 0.01, startedAt: 1 } }),
    ]);
    assert.deepEqual(series[0].points[0], { at: 1, score: 0.02, threshold: 0.01, anomaly: true });
    assert.equal(measure, 'rl');
  });
});

describe('gathering the progress of a training', () => {
  const epoch = (number: number, more: object = {}) => ({
    topic: 'progress',
    payload: {
      phase: 'training',
      epoch: number,
      epochs: 9,
      loss: 1 / number,
      rl: 0.1,
      kl: 2,
      valLoss: 3,
      secondsLeft: 5,
      ...more,
    },
  });

  it('has a line for each loss, in a fixed order, and none for other numbers', () => {
    const { series, epochs, of } = figureOf('loss', [epoch(1), epoch(2)]);
    assert.deepEqual(
      series.map(({ name }) => name),
      ['loss', 'validation', 'RL', 'KL'],
    );
    assert.deepEqual([epochs, of, series[0].values], [[1, 2], 9, [1, 0.5]]);
  });

  it('starts over with a new training, and leaves out what is told before and after', () => {
    const blank = { topic: 'progress', payload: { phase: 'preparing', epoch: 0, epochs: 9 } };
    const saving = epoch(3, { phase: 'saving' });
    assert.deepEqual(figureOf('loss', [blank, epoch(1), epoch(2), epoch(3), saving]).epochs, [1, 2, 3]);
    assert.deepEqual(figureOf('loss', [epoch(1), epoch(2), blank, epoch(1)]).epochs, [1]);
  });

  it('says which training of a sweep or a search it is', () => {
    assert.equal(figureOf('loss', [epoch(1, { run: 2, runs: 10, rlWeight: 10 })]).stage, 'run 2 of 10');
    assert.equal(figureOf('loss', [epoch(1, { phase: 'search', trial: 3, trials: 20 })]).stage, 'trial 3 of 20');
    assert.equal(figureOf('loss', [epoch(1)]).stage, '');
  });

  it('thins out a long training, evenly, up to its latest epoch', () => {
    const { epochs, series } = figureOf(
      'loss',
      Array.from({ length: 30_000 }, (_, i) => epoch(i + 1)),
    );
    assert.ok(epochs.length <= 1001 && epochs.length > 400, String(epochs.length));
    assert.deepEqual([epochs[0], epochs.at(-1), series[0].values.length], [1, 30_000, epochs.length]);
    const gaps = epochs.slice(1).map((value, i) => value - epochs[i]);
    assert.ok(Math.max(...gaps) <= 150, `a gap of ${Math.max(...gaps)} epochs`);
  });

  it('keeps the values of an epoch together where a loss was not told', () => {
    const { series } = figureOf('loss', [epoch(1, { valLoss: null }), epoch(2), epoch(3, { rl: undefined })]);
    const valuesOf = (name: string) => series.find(one => one.name === name)?.values;
    assert.deepEqual(valuesOf('validation'), [Number.NaN, 3, 3]);
    assert.deepEqual(valuesOf('RL'), [0.1, 0.1, Number.NaN]);
  });
});

describe('gathering counts', () => {
  const segment = (label: string | undefined, id = 'pass') => ({
    payload: Buffer.alloc(4),
    label,
    audio: { seconds: 2 },
    parts: { id, index: 0 },
  });

  it('counts segments and seconds of each label, the most first', () => {
    assert.deepEqual(figureOf('counts', [segment('a'), segment('b'), segment('b'), segment(undefined)]).counts, [
      { label: 'b', segments: 2, seconds: 4 },
      { label: '', segments: 1, seconds: 2 },
      { label: 'a', segments: 1, seconds: 2 },
    ]);
  });

  it('starts over with another pass', () => {
    assert.deepEqual(
      figureOf('counts', [segment('a'), segment('b', 'next')]).counts.map(({ label }) => label),
      ['b'],
    );
  });

  it('shows 30 bars at most; the last is for all others', () => {
    const messages = Array.from({ length: 5000 }, (_, i) => segment(`file ${i}`));
    const { counts } = figureOf('counts', [...messages, segment('often'), segment('often')]);
    assert.deepEqual([counts.length, counts.reduce((sum, { segments }) => sum + segments, 0)], [30, 5002]);
    assert.match(counts[29].label, /others$/);
  });
});

describe('gathering RL and KL', () => {
  const report = {
    topic: 'report',
    payload: {
      kind: 'rl-kl',
      classifier: 'relu',
      positiveLabel: 'dog',
      auc: 0.9312,
      balancedAccuracy: 0.871,
      points: [
        { rl: 1, kl: 2, label: 'dog', positive: true },
        { rl: 3, kl: 4, label: 'cat', positive: false },
      ],
      roc: [
        [0, 0],
        [0.5, 1],
        [1, 1],
      ],
      surface: { rl: [0, 4], kl: [0, 5], columns: 2, rows: 2, probability: [0, 1, 0, 1] },
    },
  };

  it('takes points of scores by label, and a report with its surface in their place', () => {
    const before = figureOf('rl-kl', [scored(1, { label: 'b' }), scored(2, { label: 'a' })]);
    assert.deepEqual(
      [before.rl, before.kl, before.classes, before.classOf],
      [
        [1, 2],
        [10, 20],
        ['a', 'b'],
        [1, 0],
      ],
    );
    const after = figureOf('rl-kl', [scored(1, { label: 'b' }), report, scored(5, { label: 'cat' })]);
    assert.deepEqual(
      [after.rl, after.classes, after.classOf],
      [
        [1, 3, 5],
        ['cat', 'dog'],
        [1, 0, 0],
      ],
    );
    assert.deepEqual(
      [after.note, after.positiveLabel, after.surface?.columns],
      ['AUC 0.931, balanced accuracy 87 %', 'dog', 2],
    );
  });

  it('does without a surface that does not fit, and leaves out progress', () => {
    const broken = { payload: { ...report.payload, surface: { ...report.payload.surface, columns: 9 } } };
    assert.equal(figureOf('rl-kl', [broken]).surface, undefined);
    assert.ok(isEmpty('rl-kl', [{ topic: 'progress', payload: { phase: 'training', epoch: 1, loss: 1 } }]));
    refuses('rl-kl', { payload: 0.3 }, /expects a score.*got msg.score undefined and the payload number 0.3/);
  });

  it('adds a curve of each classifier to the ROC plot', () => {
    const { curves } = figureOf('roc', [
      report,
      { payload: { ...report.payload, classifier: 'linear', auc: undefined } },
    ]);
    assert.deepEqual(
      curves.map(({ name, auc }) => [name, auc]),
      [
        ['relu', 0.9312],
        ['linear', 0.75],
      ],
    );
  });

  it('orders labels that are numbers as numbers, and takes at most 16 classes', () => {
    const { classes } = figureOf(
      'rl-kl',
      ['10', '9', '1'].map(label => scored(1, { label })),
    );
    assert.deepEqual(classes, ['1', '9', '10']);
    const many = figureOf(
      'rl-kl',
      Array.from({ length: 50 }, (_, i) => scored(i, { label: `l${i}` })),
    );
    assert.deepEqual([many.classes.length, many.classes.at(-1), Math.max(...many.classOf)], [16, 'others', 15]);
  });
});

describe('gathering latent vectors', () => {
  const latent = (values: number[], label?: string) => ({ payload: 1, label, score: { latent: values } });

  it('starts over when the model has other dimensions, and needs two points', () => {
    assert.ok(isEmpty('latent', [latent([1, 2])]));
    const { dims, latents, classOf } = figureOf('latent', [
      latent([1, 2]),
      latent([1, 2, 3], 'a'),
      latent([4, 5, 6], 'b'),
    ]);
    assert.deepEqual([dims, [...latents], classOf], [3, [1, 2, 3, 4, 5, 6], [0, 1]]);
    refuses(
      'latent',
      { payload: 1, score: { latent: [1, Number.NaN] } },
      /latent vector \(msg\.score\.latent\).*an object with latent/,
    );
  });

  it('keeps 2000 at most, and 4 MB', () => {
    const count = (dims: number) =>
      figureOf(
        'latent',
        Array.from({ length: 2100 }, () => latent(new Array(dims).fill(1))),
      ).latents.length / dims;
    assert.deepEqual([count(2), count(1024)], [2000, 1024]);
  });
});

describe('gathering scores for a ROC curve', () => {
  const messages = [
    [1, 'healthy'],
    [2, 'fine'],
    [3, 'damaged'],
    [1.5, 'broken'],
    [4, 'damaged'],
  ].map(([payload, label]) => ({ payload, label }));

  it('takes the labels that were named as anomalies, all others as normal', () => {
    const { curves, note } = figureOf('roc', messages);
    assert.equal(note, '3 anomalous of 5');
    // Of the 6 pairs of a normal and an anomalous score, one is the wrong way round.
    assert.ok(Math.abs(curves[0].auc - 5 / 6) < 1e-12);
  });

  it('waits until there are both kinds, and asks which labels are the anomalies', () => {
    assert.ok(isEmpty('roc', messages.slice(0, 2)));
    assert.equal(gather('roc', messages.slice(0, 2)).summary(), 'no damaged, broken yet');
    assert.throws(
      () => figureOf('roc', messages, { ...OPTIONS, positiveLabels: [] }),
      /"positive labels" is empty.*so far came healthy/,
    );
    refuses('roc', { payload: 1 }, /labelled score.*msg\.label undefined/);
  });
});

describe('gathering reports', () => {
  const report = {
    kind: 'classification',
    labels: ['a', 'b'],
    confusion: [
      [3, 1],
      [0, 2],
    ],
    accuracy: 0.83,
    never: 0.6,
    predictions: [{ seconds: 0, label: 'a', probabilities: [0.9, 0.1] }],
  };

  it('takes confusion and predictions of a classifier, and waits while it trains', () => {
    const progress = { topic: 'progress', payload: { phase: 'search', trial: 1, epoch: 2, loss: 1 } };
    const confusion = figureOf('confusion', [progress, { topic: 'report', payload: report }]);
    assert.deepEqual(confusion, {
      kind: 'confusion',
      labels: ['a', 'b'],
      confusion: [
        [3, 1],
        [0, 2],
      ],
      accuracy: 0.83,
      never: 0.6,
    });
    assert.equal(figureOf('predictions', [{ payload: report }]).predictions.length, 1);
    assert.ok(isEmpty('confusion', [progress]));
  });

  it('refuses reports that do not fit together', () => {
    refuses('confusion', { payload: { ...report, confusion: [[1, 2]] } }, /as many rows of confusion/);
    refuses(
      'confusion',
      {
        payload: {
          ...report,
          confusion: [
            [1, 2],
            [3, Number.NaN],
          ],
        },
      },
      /Wire output 2 of a feature-classifier/,
    );
    refuses(
      'predictions',
      { payload: { ...report, predictions: [{ seconds: 1, label: 'a', probabilities: [1] }] } },
      /predictions with seconds/,
    );
    refuses('sweep', { payload: { points: [] } }, /the report of a sweep.*got an object with points/);
  });

  it('takes a sweep by ascending weight', () => {
    const points = [
      { rlWeight: 100, rl: 1, kl: 2, loss: 3, epochs: 4 },
      { rlWeight: 1, rl: 5, kl: 6, loss: 7, epochs: 8 },
    ];
    const { points: shown, best } = figureOf('sweep', [
      { topic: 'sweep', payload: { kind: 'sweep', points, best: 100 } },
    ]);
    assert.deepEqual([shown.map(({ rlWeight }) => rlWeight), best], [[1, 100], 100]);
  });
});
