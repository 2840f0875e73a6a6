// The feature classifier: collecting, parting without leaks, training, and what it promises about both.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FeatureCollector, type FeatureTable } from '#src/detectors/features/feature-table';
import { judge } from '#src/detectors/features/judgement';
import { type Shares, type SplitBy, splitTable } from '#src/detectors/features/split';
import {
  type ClassifierOptions,
  type ClassifierProgress,
  trainClassifier,
} from '#src/detectors/features/train-classifier';
import { Random } from '#src/stats/random';
import { Cancelled } from '#src/threads/cancelled';

const OPTIONS: ClassifierOptions = {
  ...{ balance: true, split: [50, 25, 25], splitBy: 'order', trials: 5, epochs: 60 },
  ...{ batchSize: 16, learningRate: 1e-3, patience: 2, seed: 1 },
};

interface Row {
  label: string;
  file?: string;
}

/** A table of one column that holds each row's number. */
function tableOf(rows: Row[]): FeatureTable {
  const collector = new FeatureCollector(['x']);
  rows.forEach(({ label, file }, x) => {
    collector.add({ x }, { label, file, seconds: 0.5 });
  });
  return collector.table();
}

const repeat = (count: number, row: Row): Row[] => new Array<Row>(count).fill(row);
const files = (label: string, count: number, rows = 4): Row[] =>
  Array.from({ length: count }, (_, i) => repeat(rows, { label, file: `${label}${i}` })).flat();

function split(rows: Row[], by: SplitBy = 'auto', shares: Shares = [50, 25, 25], seed = 1) {
  const { training, validation, test } = splitTable(tableOf(rows), shares, by, seed);
  return [training, validation, test].map(part => [...part]);
}

/** Two clouds in the plane, far enough apart to be told, with a third column of nothing. */
function clouds(count: number, shares = 0.5): FeatureTable {
  const random = new Random(1);
  const collector = new FeatureCollector([]);
  for (let i = 0; i < count; i++) {
    const right = random.uniform() < shares;
    const at = right ? 1.5 : -1.5;
    const payload = { x: 1e4 + at + random.normal(), y: 1e-4 * (at + random.normal()), constant: 7 };
    collector.add(payload, { label: right ? 'right' : 'left', seconds: 0.5 });
  }
  return collector.table();
}

function genreTable(): FeatureTable {
  const text = readFileSync(join(__dirname, '..', 'fixtures', 'features', 'genre.csv'), 'utf8');
  const [header, ...lines] = text.trim().split('\n');
  const columns = header.split(',');
  const collector = new FeatureCollector(columns.slice(0, -1));
  for (const line of lines) {
    const values = line.split(',');
    const row = Object.fromEntries(columns.map((column, i) => [column, values[i]]));
    collector.add(row, { label: row.label, seconds: 0.5 });
  }
  return collector.table();
}

describe('collecting examples', () => {
  it('takes the features asked for, in that order, and grows without end', () => {
    const collector = new FeatureCollector(['b', 'a']);
    for (let i = 0; i < 1000; i++) collector.add({ a: i, b: -i, c: 'x' }, { label: `l${i % 2}`, file: `f${i % 3}` });
    const table = collector.table();
    assert.deepEqual([collector.count, table.features, table.rows.length], [1000, ['b', 'a'], 2000]);
    assert.deepEqual([...table.rows.subarray(1998)], [-999, 999]);
    assert.deepEqual([...table.files.subarray(0, 4)], [0, 1, 2, 0]);
  });

  it('takes all columns that are numbers where none are asked for', () => {
    const collector = new FeatureCollector([]);
    collector.add({ a: 1, name: 'x', b: 2 }, { label: 'l' });
    assert.deepEqual(collector.table().features, ['a', 'b']);
    assert.throws(() => new FeatureCollector([]).add({ name: 'x' }, { label: 'l' }), { code: 'not-features' });
  });

  it('names labels in the order asked for, else naturally', () => {
    const rows = ['10', '9', 'b', '9'].map(label => ({ label }));
    assert.deepEqual(tableOf(rows).labels, ['9', '10', 'b']);
    const collector = new FeatureCollector(['x']);
    for (const { label } of rows) collector.add({ x: 1 }, { label });
    const table = collector.table(['b', '10']);
    assert.deepEqual(
      [table.labels, [...table.classes]],
      [
        ['b', '10', '9'],
        [1, 2, 0, 2],
      ],
    );
  });

  it('reads numbers that a CSV left as text', () => {
    const collector = new FeatureCollector(['a', 'b']);
    collector.add({ a: '1.5', b: ' -2e3 ' }, { label: 'l' });
    assert.deepEqual([...collector.table().rows], [1.5, -2000]);
  });

  it('refuses unknown features and what is no number, naming them, and keeps the rest', () => {
    const collector = new FeatureCollector(['a', 'b']);
    assert.throws(() => collector.add({ a: 1, c: 2 }, { label: 'l' }), {
      code: 'unknown-feature',
      message: /no feature "b"; it has a, c\./,
    });
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 'loud', '', null, undefined, {}]) {
      assert.throws(() => collector.add({ a: 1, b: bad }, { label: 'l' }), {
        code: 'not-finite',
        message: /feature b is/,
      });
    }
    collector.add({ a: 1, b: 2 }, { label: 'l' });
    assert.equal(collector.table().classes.length, 1);
  });
});

describe('parting examples', () => {
  it('by file: all rows of a file go to one part, every class is in every part', () => {
    const rows = [...files('a', 8), ...files('b', 4), ...files('c', 3)];
    for (let seed = 1; seed <= 20; seed++) {
      const parts = split(rows, 'auto', [50, 25, 25], seed);
      assert.deepEqual(
        parts.flat().sort((x, y) => x - y),
        [...rows.keys()],
      );
      const filesOf = parts.map(part => new Set(part.map(row => rows[row].file)));
      for (const part of filesOf) assert.deepEqual(new Set([...part].map(file => file?.[0])), new Set(['a', 'b', 'c']));
      assert.equal(filesOf[0].size + filesOf[1].size + filesOf[2].size, 15);
      assert.deepEqual(
        parts.map(part => part.filter(row => rows[row].label === 'a').length),
        [16, 8, 8],
      );
    }
    assert.notDeepEqual(split(rows, 'file', [50, 25, 25], 1), split(rows, 'file', [50, 25, 25], 2));
    assert.deepEqual(split(rows, 'file', [50, 25, 25], 1), split(rows, 'file', [50, 25, 25], 1));
  });

  it('by order: the test part is the end of each class, no row has a neighbour in another part', () => {
    const rows = [...repeat(400, { label: 'a' }), ...repeat(100, { label: 'b' })];
    const [training, validation, test] = split(rows);
    for (const [label, from, to] of [
      ['a', 0, 400],
      ['b', 400, 500],
    ] as const) {
      const own = [training, validation, test].map(part => part.filter(row => row >= from && row < to));
      const sizes = own.map(part => part.length / (to - from));
      [0.5, 0.25, 0.25].forEach((share, i) => {
        assert.ok(Math.abs(sizes[i] - share) < 0.07, `${label}: ${sizes}`);
      });
      assert.equal(own[2].at(-1), to - 1);
      assert.ok(own[2][0] > (own[0].at(-1) as number) && own[2][0] > (own[1].at(-1) as number));
      // Training and validation take turns, so both hear the beginning and the end.
      assert.ok(own[1][0] < from + (to - from) * 0.4);
    }
    const partOf = new Map([training, validation, test].flatMap((part, i) => part.map(row => [row, i])));
    for (const [row, part] of partOf) {
      for (const neighbour of [row + 1, row + 2]) {
        const other = partOf.get(neighbour);
        const sameClass = rows[row].label === rows[neighbour]?.label;
        assert.ok(other === undefined || other === part || !sameClass, `rows ${row} and ${neighbour}`);
      }
    }
  });

  it('by order where asked for, or where not every file is known', () => {
    const rows = files('a', 8).concat(files('b', 8));
    assert.deepEqual(split(rows, 'order'), split(rows.map(({ label }) => ({ label }))));
    rows[3] = { label: 'a' };
    assert.deepEqual(split(rows, 'auto'), split(rows, 'order'));
    assert.throws(() => split(rows, 'file'), { code: 'no-files', message: /some came without msg\.filename/ });
  });

  it('works with as few rows as can be', () => {
    const parts = split([...repeat(3, { label: 'a' }), ...repeat(3, { label: 'b' })]);
    assert.deepEqual(parts, [
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
  });

  it('refuses what cannot be parted, saying what is missing', () => {
    const one = { code: 'one-class', message: /all 5 examples have the label a; expected at least two classes/ };
    assert.throws(() => split(repeat(5, { label: 'a' })), one);
    assert.throws(() => split([...files('a', 8), ...files('b', 2)]), {
      code: 'too-few-examples',
      message: /the class b comes from 2 files; expected at least 3, .* or choose to part them by order/,
    });
    assert.throws(() => split([...repeat(9, { label: 'a' }), ...repeat(2, { label: 'b' })]), {
      code: 'too-few-examples',
      message: /the class b has 2 examples; expected at least 3/,
    });
  });
});

describe('judging', () => {
  it('counts by hand', () => {
    const probabilities = Float64Array.of(0.8, 0.2, 0.4, 0.6, 0.9, 0.1, 0.5, 0.5);
    const judgement = judge(probabilities, [0, 0, 1, 0], 2);
    assert.deepEqual(judgement.confusion, [
      [2, 1],
      [1, 0],
    ]);
    assert.deepEqual([judgement.accuracy, judgement.balancedAccuracy, judgement.never], [0.5, 1 / 3, 0.75]);
    const expected = -(Math.log(0.8) + Math.log(0.4) + Math.log(0.1) + Math.log(0.5)) / 4;
    assert.ok(Math.abs(judgement.crossEntropy - expected) < 1e-12);
  });

  it('stays finite where the true class was thought impossible', () => {
    assert.ok(Number.isFinite(judge(Float64Array.of(1, 0), [1], 2).crossEntropy));
  });
});

describe('training a classifier', function () {
  this.timeout(60_000);

  it('tells two clouds apart, whatever the scale of the columns', () => {
    const { report } = trainClassifier(clouds(600), { ...OPTIONS, trials: 3 });
    assert.ok(report.accuracy > 0.95, `${report.accuracy}`);
    assert.deepEqual(report.labels, ['left', 'right']);
    assert.equal(report.trials.length, 3);
    assert.deepEqual(report.hidden, report.trials[0].hidden);
    for (const { hidden } of report.trials) {
      assert.ok(hidden.length >= 1 && hidden.length <= 5);
      assert.ok(hidden.every(units => units >= 2 && units <= 16 && units % 2 === 0));
    }
    const counted = report.confusion.flat().reduce((sum, count) => sum + count, 0);
    assert.equal(counted, report.rows.test);
    assert.equal(report.predictions.length, report.rows.test);
    assert.deepEqual(
      report.predictions.slice(0, 3).map(({ seconds }) => seconds),
      [0, 0.5, 1],
    );
    for (const { label, probabilities } of report.predictions) {
      assert.ok(report.labels.includes(label));
      assert.ok(Math.abs(probabilities[0] + probabilities[1] - 1) < 1e-9);
    }
  });

  it('normalises by the training part alone', () => {
    const table = clouds(300);
    const { test } = splitTable(table, OPTIONS.split, 'order', 1);
    const before = trainClassifier(table, { ...OPTIONS, trials: 1 }).norm;
    for (const row of test) table.rows[row * 3] += 1e6;
    assert.deepEqual(trainClassifier(table, { ...OPTIONS, trials: 1 }).norm, before);
  });

  it('with balance, a rare class counts as much as a common one', () => {
    const table = clouds(1500, 0.04);
    for (const row of table.classes.keys()) table.rows[row * 3] = 1e4 + (table.rows[row * 3] - 1e4) * 0.6;
    const balanced = trainClassifier(table, { ...OPTIONS, epochs: 30 }).report;
    const plain = trainClassifier(table, { ...OPTIONS, epochs: 30, balance: false }).report;
    const recall = ({ confusion }: typeof plain) => confusion[1][1] / (confusion[1][0] + confusion[1][1]);
    assert.ok(recall(balanced) > recall(plain), `${recall(balanced)} with, ${recall(plain)} without`);
  });

  it('gives the same for the same seed', () => {
    const report = (seed: number) => trainClassifier(clouds(200), { ...OPTIONS, trials: 2, seed }).report;
    const { seconds: _, ...first } = report(5);
    const { seconds: __, ...second } = report(5);
    assert.deepEqual(first, second);
    assert.notEqual(report(6).crossEntropy, first.crossEntropy);
  });

  it('tells how far it is, and stops when it is told to', () => {
    const told: ClassifierProgress[] = [];
    trainClassifier(clouds(200), { ...OPTIONS, trials: 2 }, progress => told.push(progress));
    assert.deepEqual(
      [...new Set(told.map(({ phase, trial }) => `${phase} ${trial}`))],
      ['search 1', 'search 2', 'training 2'],
    );
    assert.ok(told.every(({ loss, valLoss, secondsLeft }) => [loss, valLoss, secondsLeft].every(Number.isFinite)));
    let calls = 0;
    assert.throws(() => trainClassifier(clouds(200), OPTIONS, undefined, () => ++calls > 5), Cancelled);
    assert.equal(calls, 6);
  });

  it('tells the genres of the small table apart', () => {
    const { report } = trainClassifier(genreTable(), { ...OPTIONS, split: [53, 13, 34], epochs: 250, trials: 8 });
    const { accuracy, never, crossEntropy } = report;
    console.log(
      `      accuracy ${accuracy.toFixed(3)}, cross-entropy ${crossEntropy.toFixed(3)}, never ${never.toFixed(3)}`,
    );
    assert.ok(accuracy > 0.72, `${accuracy}`);
    assert.ok(never < 0.35);
  });
});
