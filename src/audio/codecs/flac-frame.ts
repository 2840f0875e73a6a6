// One frame of FLAC (RFC 9639, section 9): its header, its subframes and their checksums.
import type { Decoded } from './decoding';
import type { BitReader } from './flac-bits';

/** What STREAMINFO says of the whole stream (section 8.2). */
export interface StreamInfo {
  /** Hz */
  sampleRate: number;
  channels: number;
  bits: number;
  /** Of each channel; 0: not known when it was written. */
  samples: number;
}

interface FrameHeader {
  blockSize: number;
  sampleRate: number;
  channels: number;
  /** Which of two channels is a difference. */
  stereo: 'independent' | 'left-side' | 'side-right' | 'mid-side';
  bits: number;
}

type Samples = Int32Array | Float64Array;

/** What is there is no frame. */
export class NoFrame extends Error {}

const SAMPLE_RATES = [0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000];
const SAMPLE_BITS = [0, 8, 12, -1, 16, 20, 24, 32];
const STEREO = ['left-side', 'side-right', 'mid-side'] as const;
const FIXED_COEFFICIENTS = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];

/**
 * Decodes the frame that begins at the reader's byte.
 * @throws NoFrame where there is none, or a damaged one; OutOfBits where the bytes end within it
 */
export function decodeFrame(reader: BitReader, info: StreamInfo): Decoded {
  const start = reader.byte;
  const header = readHeader(reader, info);
  const { stereo, bits } = header;
  const decoded = Array.from({ length: header.channels }, (_, channel) => {
    const isSide = channel === 0 ? stereo === 'side-right' : stereo === 'left-side' || stereo === 'mid-side';
    return readSubframe(reader, header.blockSize, bits + (isSide ? 1 : 0));
  });
  reader.alignToByte();
  const end = reader.byte;
  if (reader.unsigned(16) !== crc16(reader.source, start, end)) throw new NoFrame('checksum of a frame');
  undoStereo(decoded, stereo);
  const scale = 2 ** (1 - bits);
  return { sampleRate: header.sampleRate, channelData: decoded.map(samples => scaled(samples, scale)) };
}

/** Section 9.1. */
function readHeader(reader: BitReader, info: StreamInfo): FrameHeader {
  const start = reader.byte;
  // 14 bits of sync and a zero; then whether blocks differ in size, which changes nothing here.
  if (reader.unsigned(15) !== 0x7ffc) throw new NoFrame('no sync code');
  reader.unsigned(1);
  const sizeCode = reader.unsigned(4);
  const rateCode = reader.unsigned(4);
  const channelCode = reader.unsigned(4);
  const bits = SAMPLE_BITS[reader.unsigned(3)] || info.bits;
  if (sizeCode === 0 || rateCode === 15 || channelCode > 10 || bits < 4 || reader.unsigned(1) !== 0) {
    throw new NoFrame('reserved values');
  }
  skipNumber(reader);
  const blockSize = readBlockSize(reader, sizeCode);
  const sampleRate = readSampleRate(reader, rateCode) || info.sampleRate;
  if (sampleRate === 0) throw new NoFrame('no sample rate');
  const end = reader.byte;
  if (reader.unsigned(8) !== crc8(reader.source, start, end)) throw new NoFrame('checksum of a header');
  return channelCode < 8
    ? { blockSize, sampleRate, bits, channels: channelCode + 1, stereo: 'independent' }
    : { blockSize, sampleRate, bits, channels: 2, stereo: STEREO[channelCode - 8] };
}

/** The frame's or first sample's number, in a longer UTF-8: the order in the file is what counts. */
function skipNumber(reader: BitReader): void {
  const ones = Math.clz32(~(reader.unsigned(8) << 24));
  if (ones === 1 || ones > 7) throw new NoFrame('number of a frame');
  for (let i = 1; i < ones; i++) {
    if (reader.unsigned(2) !== 2) throw new NoFrame('number of a frame');
    reader.unsigned(6);
  }
}

function readBlockSize(reader: BitReader, code: number): number {
  if (code === 1) return 192;
  if (code <= 5) return 144 << code;
  if (code === 6) return reader.unsigned(8) + 1;
  if (code === 7) return reader.unsigned(16) + 1;
  return 1 << code;
}

function readSampleRate(reader: BitReader, code: number): number {
  if (code === 12) return reader.unsigned(8) * 1000;
  if (code === 13) return reader.unsigned(16);
  if (code === 14) return reader.unsigned(16) * 10;
  return SAMPLE_RATES[code];
}

/** Section 9.2. */
function readSubframe(reader: BitReader, length: number, bits: number): Samples {
  if (reader.unsigned(1) !== 0) throw new NoFrame('reserved bit of a subframe');
  const type = reader.unsigned(6);
  const wasted = reader.unsigned(1) === 1 ? reader.unary() + 1 : 0;
  const width = bits - wasted;
  if (width < 1) throw new NoFrame('wasted bits');
  // Sums of 32-bit samples do not fit into 32 bits.
  const samples = bits > 30 ? new Float64Array(length) : new Int32Array(length);
  if (type === 0) samples.fill(reader.signed(width));
  else if (type === 1) for (let i = 0; i < length; i++) samples[i] = reader.signed(width);
  else if (type >= 8 && type <= 12) readFixed(reader, samples, width, type - 8);
  else if (type >= 32) readLinear(reader, samples, width, type - 31);
  else throw new NoFrame('reserved type of a subframe');
  // Predictions of doubles may grow beyond all bounds; Int32Array keeps to its own.
  if (samples instanceof Float64Array && samples.some(value => Math.abs(value) > 2 ** (width - 1))) {
    throw new NoFrame('samples of more bits than there are');
  }
  if (wasted > 0) for (let i = 0; i < length; i++) samples[i] *= 2 ** wasted;
  return samples;
}

function readFixed(reader: BitReader, samples: Samples, width: number, order: number): void {
  readWarmUp(reader, samples, width, order);
  readResidual(reader, samples, order);
  // At most 4 bits more than the samples have.
  predict(samples, FIXED_COEFFICIENTS[order], 0, width + 4 <= 32);
}

function readLinear(reader: BitReader, samples: Samples, width: number, order: number): void {
  readWarmUp(reader, samples, width, order);
  const precision = reader.unsigned(4) + 1;
  const shift = reader.signed(5);
  if (precision === 16 || shift < 0) throw new NoFrame('predictor');
  const coefficients = Array.from({ length: order }, () => reader.signed(precision));
  readResidual(reader, samples, order);
  predict(samples, coefficients, shift, width + precision + Math.ceil(Math.log2(order)) <= 32);
}

function readWarmUp(reader: BitReader, samples: Samples, width: number, order: number): void {
  if (order > samples.length) throw new NoFrame('order of a predictor');
  for (let i = 0; i < order; i++) samples[i] = reader.signed(width);
}

/** What the prediction misses, into the places of the samples (section 9.2.7). */
function readResidual(reader: BitReader, into: Samples, order: number): void {
  const method = reader.unsigned(2);
  if (method > 1) throw new NoFrame('coding of the residual');
  const parameterBits = 4 + method;
  const uncoded = 2 ** parameterBits - 1;
  const partitions = 1 << reader.unsigned(4);
  const size = into.length / partitions;
  if (!Number.isInteger(size) || size < order) throw new NoFrame('partitions of the residual');
  for (let partition = 0; partition < partitions; partition++) {
    const from = partition === 0 ? order : partition * size;
    const to = (partition + 1) * size;
    const parameter = reader.unsigned(parameterBits);
    if (parameter < uncoded) {
      reader.rice(parameter, into, from, to);
    } else {
      const width = reader.unsigned(5);
      for (let i = from; i < to; i++) into[i] = reader.signed(width);
    }
  }
}

/**
 * Adds to each residual what the samples before it predict.
 * @param coefficients the first is that of the sample just before
 * @param fitsIntegers whether no sum needs more than 32 bits; doubles hold all others exactly
 */
function predict(samples: Samples, coefficients: readonly number[], shift: number, fitsIntegers: boolean): void {
  const order = coefficients.length;
  const factors = Int32Array.from(coefficients);
  if (fitsIntegers && samples instanceof Int32Array) {
    for (let i = order; i < samples.length; i++) {
      let sum = 0;
      for (let j = 0; j < order; j++) sum = (sum + Math.imul(factors[j], samples[i - 1 - j])) | 0;
      samples[i] += sum >> shift;
    }
    return;
  }
  const divisor = 2 ** shift;
  for (let i = order; i < samples.length; i++) {
    let sum = 0;
    for (let j = 0; j < order; j++) sum += factors[j] * samples[i - 1 - j];
    samples[i] += Math.floor(sum / divisor);
  }
}

/** Section 9.1.3: left and right from what stands in their places. */
function undoStereo([first, second]: Samples[], stereo: FrameHeader['stereo']): void {
  if (stereo === 'independent') return;
  for (let i = 0; i < first.length; i++) {
    if (stereo === 'left-side') second[i] = first[i] - second[i];
    else if (stereo === 'side-right') first[i] += second[i];
    else {
      const side = second[i];
      // The mean lost the bit that the difference still has.
      const sum = first[i] * 2 + Math.abs(side % 2);
      first[i] = (sum + side) / 2;
      second[i] = (sum - side) / 2;
    }
  }
}

function scaled(samples: Samples, scale: number): Float32Array {
  const out = new Float32Array(samples.length);
  for (let i = 0; i < out.length; i++) out[i] = samples[i] * scale;
  return out;
}

const CRC8 = crcTable(8, 0x07);
const CRC16 = crcTable(16, 0x8005);

function crcTable(width: number, polynomial: number): Uint16Array {
  const [top, mask] = [1 << (width - 1), (1 << width) - 1];
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let crc = byte << (width - 8);
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & top ? polynomial : 0)) & mask;
    return crc;
  });
}

function crc8(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0;
  for (let i = from; i < to; i++) crc = CRC8[crc ^ bytes[i]];
  return crc;
}

function crc16(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0;
  for (let i = from; i < to; i++) crc = ((crc << 8) & 0xffff) ^ CRC16[(crc >> 8) ^ bytes[i]];
  return crc;
}
