// FLAC: the fixtures, changed anywhere, and frames whose checksums are right whatever stands in them (RFC 9639, section 9).
import fc from 'fast-check';
import { mutated } from '../mutation';
import { defineTarget } from '../target';
import { soundFiles, takeSound } from './sound';

/** Writes bits, the highest of each byte first. */
class BitWriter {
  private readonly bits: number[] = [];

  /** The lowest `count` bits, in two's complement. */
  put(value: number, count: number): this {
    for (let bit = BigInt(count) - 1n; bit >= 0n; bit--)
      this.bits.push(Number((BigInt(Math.trunc(value)) >> bit) & 1n));
    return this;
  }

  bytes(): number[] {
    while (this.bits.length % 8 > 0) this.bits.push(0);
    return Array.from({ length: this.bits.length / 8 }, (_, i) =>
      this.bits.slice(8 * i, 8 * i + 8).reduce((byte, bit) => 2 * byte + bit, 0),
    );
  }
}

function crc(bytes: readonly number[], width: number, polynomial: number): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << (width - 8);
    for (let bit = 0; bit < 8; bit++)
      sum = ((sum << 1) ^ (sum & (1 << (width - 1)) ? polynomial : 0)) & (2 ** width - 1);
  }
  return sum;
}

/** Whatever number a place may hold: cut to its width when it is written. */
const sample = fc.oneof(
  fc.constantFrom(0, -1, 1, 2 ** 31 - 1, -(2 ** 31), 2 ** 15 - 1, -(2 ** 15)),
  fc.maxSafeInteger(),
);

const subframe = fc.record({
  kind: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('constant', 'verbatim', 'fixed', 'linear') },
    fc.constant('reserved'),
  ),
  order: fc.integer({ min: 1, max: 32 }),
  precision: fc.integer({ min: 1, max: 16 }),
  shift: fc.integer({ min: -16, max: 15 }),
  wasted: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 40 })),
  method: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(3)),
  partitions: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(15)),
  residualBits: fc.nat(31),
  coefficients: fc.array(sample, { minLength: 1, maxLength: 32 }),
  values: fc.array(sample, { minLength: 1, maxLength: 8 }),
});

const frame = fc.record({
  sizeCode: fc.oneof({ weight: 6, arbitrary: fc.constant(6) }, fc.nat(15)),
  blockSize: fc.oneof(fc.constantFrom(1, 16, 32), fc.integer({ min: 1, max: 256 })),
  rateCode: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(0, 5, 9) }, fc.nat(15)),
  rate: fc.oneof(fc.constantFrom(0, 1, 8), fc.nat(0xffff)),
  channelCode: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(0, 1, 8, 9, 10) }, fc.nat(15)),
  bitsCode: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(1, 4, 6, 7) }, fc.nat(7)),
  subframes: fc.array(subframe, { minLength: 1, maxLength: 8 }),
});
type Subframe = typeof subframe extends fc.Arbitrary<infer T> ? T : never;
type Frame = typeof frame extends fc.Arbitrary<infer T> ? T : never;

const WIDTHS = [16, 8, 12, 16, 16, 20, 24, 32];

function putSubframe(out: BitWriter, how: Subframe, length: number, bits: number): void {
  const { kind, wasted, shift, partitions, residualBits } = how;
  const method = how.method;
  const order = Math.min(kind === 'fixed' ? Math.min(4, how.order) : how.order, length);
  const type = { constant: 0, verbatim: 1, fixed: 8 + order, linear: 31 + order, reserved: 2 }[kind] ?? 0;
  out
    .put(0, 1)
    .put(type, 6)
    .put(wasted > 0 ? 1 : 0, 1);
  if (wasted > 0) out.put(1, wasted);
  const width = Math.max(1, bits - wasted);
  const value = (i: number): number => how.values[i % how.values.length];
  if (kind === 'constant') out.put(value(0), width);
  if (kind === 'verbatim') for (let i = 0; i < length; i++) out.put(value(i), width);
  if (kind !== 'fixed' && kind !== 'linear') return;
  for (let i = 0; i < order; i++) out.put(value(i), width);
  if (kind === 'linear') {
    out.put(how.precision - 1, 4).put(shift, 5);
    for (let i = 0; i < order; i++) out.put(how.coefficients[i % how.coefficients.length], how.precision);
  }
  out.put(method, 2).put(partitions, 4);
  // Every partition uncoded: then its length is known, whatever stands in it.
  const count = 2 ** partitions;
  for (let partition = 0; partition < Math.min(count, length); partition++) {
    out.put(-1, 4 + (method % 2)).put(residualBits, 5);
    const size = Math.floor(length / count) - (partition === 0 ? order : 0);
    for (let i = 0; i < size; i++) out.put(value(i + 1), residualBits);
  }
}

function frameBytes({ sizeCode, blockSize, rateCode, rate, channelCode, bitsCode, subframes }: Frame): number[] {
  const head = new BitWriter().put(0x7ffc, 15).put(0, 1).put(sizeCode, 4).put(rateCode, 4).put(channelCode, 4);
  head.put(bitsCode, 3).put(0, 1).put(0, 8);
  if (sizeCode === 6) head.put(blockSize - 1, 8);
  if (sizeCode === 7) head.put(blockSize - 1, 16);
  if (rateCode === 12) head.put(rate, 8);
  if (rateCode === 13 || rateCode === 14) head.put(rate, 16);
  const start = head.bytes();
  const body = new BitWriter();
  const length = sizeCode === 1 ? 192 : sizeCode === 6 || sizeCode === 7 ? blockSize : 256;
  const channels = channelCode < 8 ? channelCode + 1 : 2;
  for (let channel = 0; channel < channels; channel++) {
    const isSide = channelCode === 9 ? channel === 0 : channelCode > 7 && channel === 1;
    putSubframe(body, subframes[channel % subframes.length], length, WIDTHS[bitsCode] + (isSide ? 1 : 0));
  }
  const bytes = [...start, crc(start, 8, 0x07), ...body.bytes()];
  const sum = crc(bytes, 16, 0x8005);
  return [...bytes, sum >> 8, sum & 255];
}

/** STREAMINFO alone, as of a 16-bit file, so that frames may lean on it. */
const STREAM = Buffer.from(soundFiles('flac16.flac')[0].subarray(0, 42));
STREAM[4] |= 128;

export const flac = defineTarget({
  name: 'flac',
  inputs: mutated(soundFiles('.flac')),
  take: (bytes, step) => takeSound(bytes, step),
  bytesOf: bytes => bytes,
});

export const flacFrames = defineTarget({
  name: 'flac-frames',
  inputs: fc
    .array(frame, { minLength: 1, maxLength: 2 })
    .map(frames => Buffer.concat([STREAM, ...frames.map(each => Buffer.from(frameBytes(each)))])),
  take: (bytes, step) => takeSound(bytes, step),
  bytesOf: bytes => bytes,
});
