// One class against everything else in the plane of rl and kl: what is learnt, how it is judged, what is refused.
import assert from 'node:assert/strict';
import { RlKlClassifier, type RlKlPoint, type RlKlSettings, trainRlKl } from '#src/detectors/rl-kl/rl-kl';
import { evaluateBinary } from '#src/stats/binary-evaluation';
import { Random } from '#src/stats/random';

const settings = (rest: Partial<RlKlSettings> = {}): RlKlSettings => ({
  ...{ kind: 'linear', hidden: [20, 20], epochs: 300, learningRate: 1e-2, weightDecay: 1e-5, positiveLabel: 'bark' },
  ...{ balance: false, validationSplit: 0, seed: 1 },
  ...rest,
});
const watch = { onEpoch: () => {}, cancelled: () => false };

/** `count` points around a place, rl and kl on very different scales as in life. */
function cloud(random: Random, label: string, count: number, rl: number, kl: number): RlKlPoint[] {
  return Array.from({ length: count }, () => ({
    rl: rl + 0.004 * random.normal(),
    kl: kl + 40 * random.normal(),
    label,
  }));
}

/** Barks at low rl and kl, others further out. */
function apart(barks = 30, others = 60): RlKlPoint[] {
  const random = new Random(12);
  return [...cloud(random, 'bark', barks, 0.02, 300), ...cloud(random, 'rain', others, 0.05, 700)];
}

/** Others on both sides: no straight line tells them apart. */
function between(): RlKlPoint[] {
  const random = new Random(12);
  return [
    ...cloud(random, 'bark', 40, 0.04, 500),
    ...cloud(random, 'rain', 40, 0.02, 300),
    ...cloud(random, 'sea', 40, 0.06, 700),
  ];
}

describe('evaluation of two classes', () => {
  it('equals what is counted by hand', () => {
    const result = evaluateBinary(
      [0.9, 0.6, 0.4, 0.7, 0.2, 0.1, 0.1, 0.3],
      [true, true, true, ...Array(5).fill(false)],
    );
    assert.equal(result.accuracy, 6 / 8);
    assert.equal(result.balancedAccuracy, (2 / 3 + 4 / 5) / 2);
    // Of 3 · 5 pairs the positive is higher in all but 0.6 < 0.7 and 0.4 < 0.7.
    assert.ok(Math.abs(result.auc - 13 / 15) < 1e-12);
    assert.equal(result.never, 5 / 8);
    assert.deepEqual(result.roc[0], [0, 0]);
    assert.deepEqual(result.roc.at(-1), [1, 1]);
  });

  it('gives "always no" its accuracy, but no balanced accuracy and no area', () => {
    const positive = [...Array(10).fill(true), ...Array(90).fill(false)];
    const result = evaluateBinary(
      positive.map(() => 0.1),
      positive,
    );
    assert.deepEqual([result.accuracy, result.never, result.balancedAccuracy, result.auc], [0.9, 0.9, 0.5, 0.5]);
  });
});

describe('rl-kl classifier', function () {
  this.timeout(60_000);

  it('tells two clouds apart by a straight line', () => {
    const { classifier, report } = trainRlKl(apart(), settings(), watch);
    assert.ok(report.accuracy > 0.97 && report.auc > 0.99, JSON.stringify([report.accuracy, report.auc]));
    assert.ok(classifier.probability(0.02, 300) > 0.9);
    assert.ok(classifier.probability(0.05, 700) < 0.1);
  });

  it('needs ReLU where the others lie on both sides', () => {
    const linear = trainRlKl(between(), settings(), watch).report;
    const relu = trainRlKl(between(), settings({ kind: 'relu' }), watch).report;
    assert.ok(linear.balancedAccuracy < 0.7, `linear ${linear.balancedAccuracy}`);
    assert.ok(relu.balancedAccuracy > 0.95, `relu ${relu.balancedAccuracy}`);
  });

  it('judges by points it has not seen, the same part of each class', () => {
    const { report } = trainRlKl(apart(30, 60), settings({ validationSplit: 0.3 }), watch);
    assert.deepEqual([report.evaluatedOn, report.evaluated], ['held-out', 9 + 18]);
    assert.equal(report.never, 18 / 27);
    assert.equal(report.points.length, 90);
    assert.equal(report.points.filter(({ positive }) => positive).length, 30);
  });

  it('finds the few among the many when balanced', () => {
    // One in twenty-one, in the middle of the others' cloud's edge.
    const random = new Random(3);
    const points = [...cloud(random, 'bark', 10, 0.035, 480), ...cloud(random, 'rain', 200, 0.04, 550)];
    const plain = trainRlKl(points, settings(), watch).report;
    const balanced = trainRlKl(points, settings({ balance: true }), watch).report;
    assert.ok(plain.accuracy > 0.95, `plain ${plain.accuracy}`);
    assert.ok(
      balanced.balancedAccuracy > plain.balancedAccuracy + 0.1,
      `balanced ${balanced.balancedAccuracy}, plain ${plain.balancedAccuracy}`,
    );
  });

  it('draws the surface over all points, first row lowest kl', () => {
    const points = apart();
    const { report, classifier } = trainRlKl(points, settings(), watch);
    const { rl, kl, columns, rows, probability } = report.surface;
    assert.equal(probability.length, columns * rows);
    assert.ok(points.every(point => point.rl > rl[0] && point.rl < rl[1] && point.kl > kl[0] && point.kl < kl[1]));
    assert.ok(Math.abs(probability[0] - classifier.probability(rl[0], kl[0])) < 1e-3);
    assert.ok(Math.abs(probability[columns - 1] - classifier.probability(rl[1], kl[0])) < 1e-3);
    assert.ok(Math.abs(probability[(rows - 1) * columns] - classifier.probability(rl[0], kl[1])) < 1e-3);
  });

  it('is the same for the same seed, and from its tensors', () => {
    const [one, two] = [0, 1].map(() => trainRlKl(apart(), settings({ epochs: 20 }), watch).classifier);
    assert.equal(one.probability(0.03, 400), two.probability(0.03, 400));
    const again = RlKlClassifier.fromTensors(one.shape, one.norm, one.tensors());
    assert.ok(Math.abs(again.probability(0.03, 400) - one.probability(0.03, 400)) < 1e-5);
  });

  it('survives points that are all the same', () => {
    const points = Array.from({ length: 8 }, (_, i) => ({ rl: 0.1, kl: 5, label: i < 4 ? 'bark' : 'rain' }));
    const { report } = trainRlKl(points, settings({ epochs: 5 }), watch);
    assert.equal(report.auc, 0.5);
    assert.ok(report.surface.probability.every(Number.isFinite));
  });

  it('refuses labels of one class only, naming those there are', () => {
    const none = /0 of 90 labelled scores are "cat"; expected at least 2 of them and 2 others.*labels are bark, rain/;
    assert.throws(() => trainRlKl(apart(), settings({ positiveLabel: 'cat' }), watch), none);
    assert.throws(() => trainRlKl(apart(30, 0), settings(), watch), /30 of 30 .* and 2 others.*the labels are bark/);
    assert.throws(() => trainRlKl([], settings(), watch), /0 of 0 .*there are none/);
    assert.throws(() => trainRlKl(apart(2, 9), settings({ validationSplit: 0.3 }), watch), /expected at least 3/);
  });

  it('says so when a learning rate is too high for it', () => {
    const wild = () => trainRlKl(apart(), settings({ kind: 'relu', learningRate: 1e160 }), watch);
    assert.throws(wild, /diverged.*Lower learningRate/);
  });
});
