// Files as they come out of a broken disk, a cut connection or a hostile hand: real ones, changed in a few places.
import fc from 'fast-check';

/** What stands in a size field of a file that lies. */
const EXTREMES = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/** A place in a file: mostly among the first bytes, where the headers are, else anywhere. */
const place = fc.oneof(
  { weight: 2, arbitrary: fc.record({ from: fc.constant('start' as const), at: fc.nat(127) }) },
  { weight: 2, arbitrary: fc.record({ from: fc.constant('share' as const), at: fc.nat(9999) }) },
);
type Place = { from: 'start' | 'share'; at: number };

const change = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), place, value: fc.nat(7) }),
  fc.record({ kind: fc.constant('byte' as const), place, value: fc.nat(255) }),
  fc.record({
    kind: fc.constantFrom('u16le' as const, 'u16be' as const, 'u32le' as const, 'u32be' as const),
    place,
    value: fc.oneof(fc.constantFrom(...EXTREMES), fc.nat(0xffff)),
  }),
  fc.record({ kind: fc.constantFrom('cut' as const, 'drop' as const, 'repeat' as const), place, value: fc.nat(300) }),
  fc.record({ kind: fc.constant('swap' as const), place, value: fc.nat(64) }),
  fc.record({ kind: fc.constant('insert' as const), place, value: fc.uint8Array({ maxLength: 40 }) }),
  fc.record({ kind: fc.constant('splice' as const), place, value: fc.nat(9999) }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

const offset = ({ from, at }: Place, length: number): number =>
  from === 'start' ? Math.min(at, length) : Math.floor((at * length) / 10_000);

/** @param other what is spliced in */
function changed(bytes: Buffer, { kind, place, value }: Change, other: Buffer): Buffer {
  const at = offset(place, bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  if (kind === 'insert') return Buffer.concat([before, value, after]);
  if (kind === 'cut') return before;
  if (kind === 'drop') return Buffer.concat([before, after.subarray(value)]);
  if (kind === 'repeat') return Buffer.concat([before, after.subarray(0, value), after]);
  if (kind === 'swap')
    return Buffer.concat([
      before,
      after.subarray(value, 2 * value),
      after.subarray(0, value),
      after.subarray(2 * value),
    ]);
  if (kind === 'splice') return Buffer.concat([before, other.subarray(Math.floor((value * other.length) / 10_000))]);
  const copy = Buffer.from(bytes);
  if (kind === 'flip' && at < copy.length) copy[at] ^= 1 << value;
  if (kind === 'byte' && at < copy.length) copy[at] = value;
  if (kind.startsWith('u16') && at + 2 <= copy.length) {
    if (kind === 'u16le') copy.writeUInt16LE(value & 0xffff, at);
    else copy.writeUInt16BE(value & 0xffff, at);
  }
  if (kind.startsWith('u32') && at + 4 <= copy.length) {
    if (kind === 'u32le') copy.writeUInt32LE(value, at);
    else copy.writeUInt32BE(value, at);
  }
  return copy;
}

/** One of these files, changed in one to five places. */
export function mutated(files: readonly Buffer[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.constantFrom(...files), fc.array(change, { minLength: 1, maxLength: 5 }), fc.constantFrom(...files))
    .map(([file, changes, other]) => changes.reduce((bytes, next) => changed(bytes, next, other), file));
}

/** What stands in JSON that somebody else wrote, or that somebody wants to hurt us with. */
export const hostileValue = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, '', ' ', 'x', '__proto__', 'NaN', '1e999', '../..', 'a\0b', [], {}, [[]]),
  fc.constantFrom<unknown>(0, -0, -1, 0.5, 1, 2, 3, 7, 1024, 65_535, 2 ** 31, 2 ** 32, 2 ** 53, 1e18, 1e308, -1e308),
  fc.string({ maxLength: 30 }),
  fc.jsonValue({ maxDepth: 2 }),
);

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** All places in a JSON value. */
function* pathsOf(value: Json, path: string[] = []): Generator<string[]> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) yield* pathsOf((value as Record<string, Json>)[key], [...path, key]);
}

/** The same with something else in one place; without that place where `put` is undefined. */
function replaced(value: unknown, [key, ...rest]: string[], put: unknown): unknown {
  if (key === undefined) return put;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  if (rest.length === 0 && put === undefined) delete copy[key];
  else copy[key] = replaced(copy[key], rest, put);
  return copy;
}

/** A JSON value like this one, with something hostile in one to four places, or nothing there. */
export function mutatedJson(original: unknown): fc.Arbitrary<unknown> {
  const paths = [...pathsOf(original as Json)].filter(path => path.length > 0);
  const change = fc.tuple(fc.constantFrom(...paths), fc.option(hostileValue, { nil: undefined, freq: 5 }));
  return fc.array(change, { minLength: 1, maxLength: 4 }).map(changes =>
    changes.reduce<unknown>((value, [path, put]) => {
      const isThere = path
        .slice(0, -1)
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | null)?.[key], value);
      return typeof isThere === 'object' && isThere !== null ? replaced(value, path, put) : value;
    }, original),
  );
}
