// Labelled examples as a table: what a classifier is trained on, and how it is collected message by message.
import { describeValue, UserError } from '../../errors';

/** Rows in the order in which they came. */
export interface FeatureTable {
  /** What each column is. */
  features: string[];
  /** The classes, each at its index. */
  labels: string[];
  /** [count][features] row-major, finite */
  rows: Float64Array;
  /** Index into `labels`, one per row. */
  classes: Uint32Array;
  /** Which file a row is from, counted as they came; −1 where unknown. */
  files: Int32Array;
  /** Length of the sound behind a row; 0 where unknown. */
  seconds: Float64Array;
}

/** Where a row comes from, besides its features. */
export interface RowOrigin {
  label: string;
  file?: string;
  seconds?: number;
}

/** 32 MiB of values: twelve features of two days of half seconds. */
const MAX_VALUES = 2 ** 22;
const FIRST_ROOM = 256;

/**
 * The values of `features` in an object.
 * @throws UserError `unknown-feature` or `not-finite`, naming the feature and what there is
 */
export function featureValues(payload: Record<string, unknown>, features: readonly string[]): number[] {
  return features.map(name => {
    if (!(name in payload)) {
      const there = Object.keys(payload);
      throw new UserError(
        'unknown-feature',
        `the message has no feature "${name}"; it has ${there.slice(0, 20).join(', ') || 'none'}. Open the node and choose features that are there.`,
      );
    }
    return finiteNumber(name, payload[name]);
  });
}

/** Rows of a CSV may hold numbers as text. */
function finiteNumber(name: string, raw: unknown): number {
  const value = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new UserError(
    'not-finite',
    `the feature ${name} is ${typeof value === 'number' ? value : describeValue(raw)}; expected a finite number. The row was left out: check what makes it.`,
  );
}

/** Collects rows into a table that grows. */
export class FeatureCollector {
  private features: string[];
  private rows = new Float64Array(0);
  private readonly classes: number[] = [];
  private readonly rowFiles: number[] = [];
  private readonly seconds: number[] = [];
  private readonly labels = new Map<string, number>();
  private readonly files = new Map<string, number>();

  /** @param features which; empty: those of the first row, all that are numbers */
  constructor(features: readonly string[]) {
    this.features = [...features];
  }

  get count(): number {
    return this.classes.length;
  }

  get classCount(): number {
    return this.labels.size;
  }

  /** @throws UserError `unknown-feature`, `not-finite`, `no-features` or `too-many-rows`; the row is then left out */
  add(payload: Record<string, unknown>, { label, file, seconds = 0 }: RowOrigin): void {
    if (this.features.length === 0) this.features = numericColumns(payload);
    const values = featureValues(payload, this.features);
    const at = this.count * values.length;
    if (at + values.length > MAX_VALUES) {
      throw new UserError(
        'too-many-examples',
        `${this.count} examples of ${values.length} features are collected, as many as fit; this one was left out. Train with fewer, or with longer blocks.`,
      );
    }
    this.reserve(at + values.length);
    this.rows.set(values, at);
    this.classes.push(indexIn(this.labels, label));
    this.rowFiles.push(file === undefined ? -1 : indexIn(this.files, file));
    this.seconds.push(seconds);
  }

  /**
   * The table, in memory of its own.
   * @param order the labels in the order they shall have; the rest follows in natural order
   */
  table(order: readonly string[] = []): FeatureTable {
    const found = [...this.labels.keys()];
    const place = (label: string): number => (order.includes(label) ? order.indexOf(label) : order.length);
    const labels = found.sort((a, b) => place(a) - place(b) || a.localeCompare(b, 'en', { numeric: true }));
    const renumbered = new Map([...this.labels].map(([label, index]) => [index, labels.indexOf(label)]));
    return {
      features: this.features,
      labels,
      rows: this.rows.slice(0, this.count * this.features.length),
      classes: Uint32Array.from(this.classes, index => renumbered.get(index) as number),
      files: Int32Array.from(this.rowFiles),
      seconds: Float64Array.from(this.seconds),
    };
  }

  private reserve(values: number): void {
    if (values <= this.rows.length) return;
    const larger = new Float64Array(Math.max(2 * this.rows.length, values, FIRST_ROOM * this.features.length));
    larger.set(this.rows);
    this.rows = larger;
  }
}

function numericColumns(payload: Record<string, unknown>): string[] {
  const names = Object.keys(payload).filter(name => typeof payload[name] === 'number');
  if (names.length > 0) return names;
  throw new UserError(
    'not-features',
    `the message has no features: its payload is ${describeValue(payload)}, without a number in it. Wire an audio-features node to this one, or rows of a CSV.`,
  );
}

function indexIn(map: Map<string, number>, key: string): number {
  const known = map.get(key);
  if (known !== undefined) return known;
  map.set(key, map.size);
  return map.size - 1;
}
