// Parts a table for training, validation and test. Neighbouring blocks of a recording sound alike, so they are never
// dealt out one by one: whole files go to a part, or whole stretches.
import { UserError } from '../../errors';
import { Random } from '../../stats/random';
import type { FeatureTable } from './feature-table';

export const PARTS = ['training', 'validation', 'test'] as const;
export type Shares = [training: number, validation: number, test: number];

/** Row numbers, ascending. */
export type Split = Record<(typeof PARTS)[number], Uint32Array>;

/**
 * file: whole files, drawn by chance; order: the last stretch of each class tests, stretches before it train and
 * validate by turns; auto: by file where the file of every row is known, else by order.
 */
export const SPLIT_BY = ['auto', 'file', 'order'] as const;
export type SplitBy = (typeof SPLIT_BY)[number];

/** Rows left out where two stretches meet: the last of one and the first of the next are neighbours, in two channels. */
const GAP_ROWS = 2;
/** In order, training and validation take turns so often at most, so that both hear all that there is to hear … */
const MOST_PAIRS = 10;
/** … and each pair of stretches comes from at least so many rows; with fewer, none can be spared for gaps. */
const LEAST_ROWS_OF_A_PAIR = 40;

/**
 * Every class is in every part.
 * @param shares of the three parts, above 0, of any sum
 * @throws UserError `one-class`, `too-few-files`, `too-few-rows` or `no-files`
 */
export function splitTable(table: FeatureTable, shares: Shares, by: SplitBy, seed: number): Split {
  const { labels, classes, files } = table;
  if (labels.length < 2) {
    throw new UserError(
      'one-class',
      `all ${classes.length} examples have the label ${labels[0] ?? '(none)'}; expected at least two classes. Collect examples of another class too, each with its msg.label.`,
    );
  }
  const known = files.every(file => file >= 0);
  if (by === 'file' && !known) {
    throw new UserError(
      'no-files',
      'the examples are to be parted by file, but some came without msg.filename. Choose to part them by order.',
    );
  }
  const byFile = by === 'file' || (by === 'auto' && known);
  const random = new Random(seed);
  const parts: number[][] = [[], [], []];
  labels.forEach((label, index) => {
    const rows = [...classes.keys()].filter(row => classes[row] === index);
    const pieces = byFile ? dealFiles(label, rows, files, shares, random) : cutStretches(label, rows, shares);
    pieces.forEach((piece, part) => {
      for (const row of piece) parts[part].push(row);
    });
  });
  const [training, validation, test] = parts.map(part => Uint32Array.from(part).sort());
  return { training, validation, test };
}

function dealFiles(label: string, rows: number[], files: Int32Array, shares: Shares, random: Random): number[][] {
  const own = [...new Set(rows.map(row => files[row]))];
  if (own.length < PARTS.length) {
    throw new UserError(
      'too-few-examples',
      `the class ${label} comes from ${own.length} ${own.length === 1 ? 'file' : 'files'}; expected at least ${PARTS.length}, one each for training, validation and test. Add recordings, or choose to part them by order.`,
    );
  }
  const partOf = new Map<number, number>();
  const order = random.permutation(own.length);
  let next = 0;
  apportion(own.length, shares).forEach((count, part) => {
    for (let i = 0; i < count; i++) partOf.set(own[order[next++]], part);
  });
  return PARTS.map((_, part) => rows.filter(row => partOf.get(files[row]) === part));
}

function cutStretches(label: string, rows: number[], shares: Shares): number[][] {
  if (rows.length < PARTS.length) {
    throw new UserError(
      'too-few-examples',
      `the class ${label} has ${rows.length} examples; expected at least ${PARTS.length}, one each for training, validation and test, better a hundred.`,
    );
  }
  const pairs = Math.min(MOST_PAIRS, Math.max(1, Math.floor(rows.length / LEAST_ROWS_OF_A_PAIR)));
  const gap = rows.length >= LEAST_ROWS_OF_A_PAIR ? GAP_ROWS : 0;
  const [training, validation] = apportion(rows.length - 2 * pairs * gap, shares);
  const parts: number[][] = [[], [], []];
  let next = 0;
  const take = (part: number, count: number): void => {
    parts[part].push(...rows.slice(next, next + count));
    next += count + gap;
  };
  const evenly = (count: number, pair: number): number =>
    Math.floor((count * (pair + 1)) / pairs) - Math.floor((count * pair) / pairs);
  for (let pair = 0; pair < pairs; pair++) {
    take(0, evenly(training, pair));
    take(1, evenly(validation, pair));
  }
  take(2, rows.length - next);
  return parts;
}

/** Shares out `count` ≥ 3 things in whole numbers, at least one to each part. */
function apportion(count: number, shares: Shares): Shares {
  const sum = shares.reduce((total, share) => total + share, 0);
  const given: Shares = [1, 1, 1];
  for (let left = count - given.length; left > 0; left--) {
    const missing = shares.map((share, part) => (share / sum) * count - given[part]);
    given[missing.indexOf(Math.max(...missing))]++;
  }
  return given;
}
