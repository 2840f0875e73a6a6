// Reads the arrays made with librosa (test/fixtures/golden) and compares with them.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const FOLDER = join(__dirname, '..', 'fixtures', 'golden');

/** The two signals: sample rate in Hz by the prefix of their arrays. */
export const SIGNALS = { s44k: 44100, s22k: 22050 } as const;
export type SignalName = keyof typeof SIGNALS;

/** One array; complex ones with re and im interleaved. */
export function golden(name: string): Float32Array {
  const file = ['.f32', '.c64', '.f32.gz'].map(extension => join(FOLDER, name + extension)).find(existsSync);
  if (!file) throw new Error(`no golden array ${name}`);
  const bytes = file.endsWith('.gz') ? gunzipSync(readFileSync(file)) : readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

type Numbers = ArrayLike<number>;

function largest(values: Numbers): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) max = Math.max(max, Math.abs(values[i]));
  return max;
}

/** The largest absolute difference; NaN anywhere gives NaN, which passes no comparison. */
function largestDifference(got: Numbers, expected: Numbers): number {
  assert.equal(got.length, expected.length, 'number of values');
  let max = 0;
  for (let i = 0; i < got.length; i++) max = Math.max(max, Math.abs(got[i] - expected[i]));
  return max;
}

function hold(name: string, difference: number, tolerance: number, unit: string): void {
  console.log(`      ${name}: largest difference ${difference.toExponential(1)}${unit} (allowed ${tolerance}${unit})`);
  assert.ok(difference <= tolerance, `${name} differs by ${difference}${unit}, allowed ${tolerance}${unit}`);
}

/** Asserts, and prints, the largest absolute difference from a golden array. */
export function holdAbsolute(name: string, got: Numbers, tolerance: number, unit = ''): void {
  hold(name, largestDifference(got, golden(name)), tolerance, unit && ` ${unit}`);
}

/** Asserts, and prints, the largest absolute difference over the array's largest value. */
export function holdRelative(name: string, got: Numbers, tolerance: number): void {
  const expected = golden(name);
  hold(name, largestDifference(got, expected) / largest(expected), tolerance, ' of the largest');
}

/** As `holdRelative` for complex arrays, re and im interleaved: by magnitudes. */
export function holdComplex(name: string, got: Numbers, tolerance: number): void {
  const expected = golden(name);
  assert.equal(got.length, expected.length, 'number of values');
  let difference = 0;
  for (let i = 0; i < got.length; i += 2) {
    difference = Math.max(difference, Math.hypot(got[i] - expected[i], got[i + 1] - expected[i + 1]));
  }
  hold(name, difference / largest(magnitudes(expected)), tolerance, ' of the largest');
}

/** Magnitudes of complex values, re and im interleaved. */
export function magnitudes(complex: Numbers): Float64Array {
  return Float64Array.from({ length: complex.length / 2 }, (_, i) => Math.hypot(complex[2 * i], complex[2 * i + 1]));
}
