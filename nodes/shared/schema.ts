// How a node declares its properties, once each, in nodes/TYPE/fields.ts: reading a flow, the checks of the editor's form,
// the form's rows and the table on the docs page all go by that. Nothing here needs Node.js or a browser: both run it.
import type { ErrorCode } from '../../src/error-codes';

/** Reads another property of the same node; undefined where that is wrong, or known only when the flow starts. */
export type Get = (name: string) => unknown;

type Scalar = string | number | boolean;

/** Other properties and what they must be for this one to matter: a value, one of several, or what a test says. */
export type Conditions = Readonly<Record<string, Scalar | readonly Scalar[] | ((value: unknown) => boolean)>>;

/** A limit that may hang on other properties. */
export type Limit = number | ((get: Get) => number);

/** What every property may declare besides its kind. */
export interface Common {
  /** A name of Font Awesome 4, without `fa-`, for the form's row. */
  icon?: string;
  /** Where it does not matter it is neither shown nor looked at, and reads as its default. */
  when?: Conditions;
  /**
   * An empty field is refused: what is expected there, e.g. "the threshold as a number". Where a flow leaves the property
   * out altogether its default, if it has one, still stands in.
   */
  required?: string;
  /** What a new node's form holds, where that is not the default itself. */
  initial?: Scalar;
  /** Names that it has, or had, in flows from elsewhere. */
  was?: readonly string[];
  /** What is expected, for messages about what is not: "a number from 0 to 1". */
  expected?: string;
  /** Under `error` in the catalogue: the sentence about a wrong value; by itself the property's own name. */
  error?: string;
  /** Width of the field in pixels, where the usual one of its kind does not do. */
  width?: number;
  /** What stands in the empty field, where it is neither the default nor in the catalogue. */
  placeholder?: string;
}

export type Kind = 'text' | 'texts' | 'number' | 'numbers' | 'choice' | 'flag' | 'folder' | 'model' | 'written';

/** A property of a node; `T` is what it reads as. */
export interface Field<T = unknown> extends Common {
  readonly kind: Kind;
  /** What it reads as where it is empty. */
  readonly default?: T | ((get: Get) => T);
  readonly min?: Limit;
  readonly max?: Limit;
  /** A number that is taken though it is out of range. */
  readonly or?: number;
  readonly integer?: boolean;
  /** Steps of the arrows beside the number. */
  readonly step?: number;
  /** Unit of a number, as messages name it. */
  readonly unit?: string;
  readonly options?: readonly string[];
  /** Of what is not empty. */
  read(raw: unknown, get: Get): T | Misfit;
}

export type Fields = Readonly<Record<string, Field>>;
type ValueOf<F> = F extends Field<infer T> ? T : never;
/** What a node's properties read as. */
export type Config<F extends Fields> = { -readonly [Name in keyof F]: ValueOf<F[Name]> };

/** What is wrong with a value. */
export class Misfit {
  /**
   * @param expected what was expected instead, in English
   * @param about where that is not all: the catalogue's key of another sentence below `error`, values for it; a whole
   *   sentence in English and its code, where the usual one does not do
   */
  constructor(
    readonly expected: string,
    readonly about: { error?: string; values?: Record<string, unknown>; sentence?: string; code?: ErrorCode } = {},
  ) {}
}

/** Declares the properties of a node, in the order of its form. */
export function defineFields<const F extends Fields>(fields: F): F {
  for (const [name, { when = {} }] of Object.entries<Field>(fields)) {
    const missing = Object.keys(when).find(other => !(other in fields));
    if (missing) throw new Error(`${name} hangs on ${missing}, which is no property`);
  }
  return fields;
}

/** For `when`: any value but these. */
export const not =
  (...values: Scalar[]) =>
  (value: unknown): boolean =>
    value !== undefined && !values.includes(value as Scalar);

/** For `when`: a number above this. */
export const above =
  (limit: number) =>
  (value: unknown): boolean =>
    Number(value) > limit;

/** Any property may be left empty: blank is empty, too. */
export const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

/** What was entered, as text. A flow that was written by hand may hold anything, also what has no text of its own. */
const textOf = (raw: unknown): string => (typeof raw === 'object' ? JSON.stringify(raw) : String(raw)).trim();

/** Asks more of a value than its kind does: true, or what is wrong. */
type Check<T> = (value: T, get: Get) => true | Misfit;
type Fallback<T> = T | ((get: Get) => T);

const limitOf = (limit: Limit | undefined, get: Get): number | undefined =>
  typeof limit === 'function' ? limit(get) : limit;

/** A text, trimmed. `most`: characters. */
export function text(
  options: Common & { default?: string; most?: number; check?: Check<string> } = {},
): Field<string> & { kind: 'text' } {
  const {
    default: fallback = options.required ? undefined : '',
    most = Number.POSITIVE_INFINITY,
    check = () => true,
  } = options;
  return {
    ...{ ...options, kind: 'text', default: fallback },
    read(raw, get) {
      const value = textOf(raw);
      if (value.length > most) return new Misfit(`at most ${most} characters`);
      const verdict = check(value, get);
      return verdict === true ? value : verdict;
    },
  };
}

/** The name that a node carries in the editor. */
export const nodeName = (): Field<string> => text({ icon: 'tag' });

/** A text with a form of its own, e.g. "2/3", that reads as something else. `parse` gives undefined for what is not of it. */
export function written<T>(
  options: Common & { default: string; expected: string; parse: (text: string, get: Get) => T | undefined | Misfit },
): Field<T> & { kind: 'written' } {
  const { default: usual, parse, expected } = options;
  const read = (raw: unknown, get: Get): T | Misfit => parse(textOf(raw), get) ?? new Misfit(expected);
  return {
    ...{
      ...options,
      kind: 'written',
      initial: options.initial ?? usual,
      placeholder: options.placeholder ?? usual,
      read,
    },
    default(get) {
      const value = read(usual, get);
      if (value instanceof Misfit) throw new Error(`the default "${usual}" is no ${expected}`);
      return value;
    },
  };
}

const parts = (raw: unknown): string[] => (Array.isArray(raw) ? raw : textOf(raw).split(',')).map(textOf);

/** Texts with commas between them; empty ones are left out. */
export function texts(options: Common & { most?: number; check?: Check<string[]> } = {}): Field<string[]> & {
  kind: 'texts';
} {
  const { most = Number.POSITIVE_INFINITY, check = () => true } = options;
  return {
    ...{ ...options, kind: 'texts', default: [] },
    read(raw, get) {
      if (textOf(raw).length > most) return new Misfit(`at most ${most} characters`);
      const list = parts(raw).filter(Boolean);
      const verdict = check(list, get);
      return verdict === true ? list : verdict;
    },
  };
}

export interface NumberOptions extends Common {
  default?: number | ((get: Get) => number);
  min?: Limit;
  max?: Limit;
  or?: number;
  integer?: boolean;
  step?: number;
  unit?: string;
  check?: Check<number>;
}

/** A number; `min` and `max` are inclusive. Without a default an empty field reads as undefined. */
export function number(options: NumberOptions & { default: Fallback<number> }): Field<number> & { kind: 'number' };
export function number(options: NumberOptions): Field<number | undefined> & { kind: 'number' };
export function number(options: NumberOptions): Field<number | undefined> & { kind: 'number' } {
  const { integer = false, or, unit, check = () => true } = options;
  return {
    ...{ ...options, kind: 'number' },
    read(raw, get) {
      const value = typeof raw === 'boolean' || typeof raw === 'object' ? Number.NaN : Number(raw);
      const [min, max] = [limitOf(options.min, get), limitOf(options.max, get)];
      const isInside =
        or === value || !(value < (min ?? Number.NEGATIVE_INFINITY) || value > (max ?? Number.POSITIVE_INFINITY));
      if (Number.isFinite(value) && isInside && (!integer || Number.isInteger(value))) {
        const verdict = check(value, get);
        return verdict === true ? value : verdict;
      }
      const range = min === undefined && max === undefined ? '' : ` from ${min ?? '-∞'} to ${max ?? '∞'}`;
      const usual = `a ${integer ? 'whole ' : ''}number${range}${unit ? ` ${unit}` : ''}${or === undefined ? '' : `, or ${or}`}`;
      return new Misfit(options.expected ?? usual, { values: { min, max } });
    },
  };
}

/** Whole numbers with commas between them, at most so many. */
export function numbers(
  options: Common & { default: readonly number[] | ((get: Get) => number[]); min: number; max: number; most: number },
): Field<readonly number[]> & { kind: 'numbers' } {
  const { min, max, most } = options;
  return {
    ...{ ...options, kind: 'numbers', integer: true },
    read(raw) {
      const list = parts(raw).map(part => Number(part || Number.NaN));
      const isRight =
        list.length <= most && list.every(value => Number.isInteger(value) && value >= min && value <= max);
      const expected = `at most ${most} whole numbers from ${min} to ${max} with commas between them`;
      return isRight ? list : new Misfit(options.expected ?? expected, { values: { min, max, most } });
    },
  };
}

/** One of several words. */
export function choice<const T extends string>(
  options_: readonly T[],
  options: Common & { default: Fallback<NoInfer<T>>; check?: Check<T> },
): Field<T> & { kind: 'choice'; options: readonly T[] } {
  const { check = () => true } = options;
  return {
    ...{ ...options, kind: 'choice', options: options_ },
    read(raw, get) {
      const found = options_.find(option => option === textOf(raw));
      const choices = options_.join(', ');
      if (found === undefined) return new Misfit(`one of ${choices}`, { values: { choices } });
      const verdict = check(found, get);
      return verdict === true ? found : verdict;
    },
  };
}

/** A tick box. */
export function flag(options: Common & { default: Fallback<boolean> }): Field<boolean> & { kind: 'flag' } {
  return {
    ...{ ...options, kind: 'flag' },
    read(raw) {
      if (raw === true || raw === 'true') return true;
      return raw === false || raw === 'false' ? false : new Misfit('true or false');
    },
  };
}

/** The sounds that come with the package, as `earshot:NAME`. */
export const BUNDLED = /^earshot:(.*)$/s;

/**
 * A folder, as it is written: below Node-RED's user directory unless it starts with a slash.
 * @param options `output`: it is written to, so it cannot be one of the package's own
 */
export function folder(options: Common & { default: string; output?: boolean }): Field<string> & { kind: 'folder' } {
  return {
    ...{ ...options, kind: 'folder' },
    read(raw) {
      const value = textOf(raw);
      return folderMisfit(value, options.output) ?? value;
    },
  };
}

/** Why a folder cannot be used, as far as its name tells. */
export function folderMisfit(name: string, output = false): Misfit | undefined {
  if (name.includes('\0')) return new Misfit('a path without a NUL character', { code: 'folder' });
  const [, bundled] = BUNDLED.exec(name) ?? [];
  if (bundled === undefined) return undefined;
  if (output) {
    return new Misfit("a folder below Node-RED's user directory", {
      code: 'folder',
      sentence: `${name} is where the package keeps its own sounds, and nothing else lasts there; expected a folder below Node-RED's user directory or a path that starts with /. Open the node and correct it.`,
    });
  }
  if (!bundled.startsWith('/') && !bundled.split('/').includes('..')) return undefined;
  return new Misfit('earshot:NAME', {
    code: 'folder',
    sentence: `${name} leads out of the bundled sounds; expected earshot:NAME, e.g. earshot:motor.`,
  });
}

/** The id of an audio-model config node; whether there is one is for who looks it up. */
export function model(options: Common = {}): Field<string> & { kind: 'model' } {
  return { icon: 'cube', ...options, kind: 'model', default: '', read: textOf };
}

/** Stands for what is known only when the flow starts: an environment variable in a form. */
export const LATER = Symbol('known when the flow starts');

/** Reads the properties of one node, each at most once. */
export class FieldReader {
  private readonly known = new Map<string, unknown>();
  /** Those being read: a property whose default or limits hang on itself would never end. */
  private readonly open = new Set<string>();

  /** @param raw a property as it is saved or typed in */
  constructor(
    private readonly fields: Fields,
    private readonly raw: (name: string) => unknown,
  ) {}

  readonly get: Get = name => {
    const value = this.read(name);
    return value instanceof Misfit ? undefined : value;
  };

  /** Whether a property matters as the others are. */
  matters(name: string): boolean {
    return Object.entries(this.fieldOf(name).when ?? {}).every(([other, wanted]) => {
      const value = this.matters(other) ? this.get(other) : undefined;
      if (typeof wanted === 'function') return wanted(value);
      return Array.isArray(wanted) ? wanted.includes(value as Scalar) : wanted === value;
    });
  }

  /** What an empty property stands for. */
  fallback(name: string): unknown {
    const { default: fallback } = this.fieldOf(name);
    return typeof fallback === 'function' ? (fallback as (get: Get) => unknown)(this.get) : fallback;
  }

  /** A property's value, or what is wrong with it. */
  read(name: string): unknown {
    if (this.known.has(name)) return this.known.get(name);
    if (this.open.has(name)) throw new Error(`${name} hangs on itself`);
    this.open.add(name);
    const value = this.readAnew(name);
    this.open.delete(name);
    this.known.set(name, value);
    return value;
  }

  private readAnew(name: string): unknown {
    const field = this.fieldOf(name);
    if (!this.matters(name)) return this.fallback(name);
    const given = [name, ...(field.was ?? [])].map(this.raw).filter(value => value !== undefined && value !== null);
    const raw = given.find(value => !isEmpty(value));
    if (raw === LATER) return new Misfit('what is known when the flow starts');
    if (raw !== undefined) return field.read(raw, this.get);
    const isMissing = field.required && (given.length > 0 || field.default === undefined);
    return isMissing ? new Misfit(field.required!) : this.fallback(name);
  }

  private fieldOf(name: string): Field {
    const field = this.fields[name];
    if (!field) throw new Error(`there is no property ${name}`);
    return field;
  }
}

/** What a new node's form holds: what must be entered, or hangs on other properties, is empty. */
export function initialOf({ kind, initial, required, default: fallback }: Field): Scalar {
  if (initial !== undefined) return initial;
  if (required || fallback === undefined || typeof fallback === 'function' || kind === 'model') return '';
  return Array.isArray(fallback) ? fallback.join(',') : (fallback as Scalar);
}
