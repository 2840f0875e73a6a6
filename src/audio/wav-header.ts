// Finds out what is in a WAV file: RIFF, RF64 and BW64 chunks down to where the samples lie. Header fields are
// promises that the file need not keep (streaming writers leave 0 or 4 GiB, cameras lose power), so every size is held
// against the size of the file. Reading the samples is wav-reader.ts.
import { UserError } from '../errors';

/** How one sample is stored. Integers are little-endian and signed, except 8-bit; A-law and µ-law are ITU-T G.711. */
export type WavEncoding = 'u8' | 's16' | 's24' | 's32' | 'f32' | 'f64' | 'alaw' | 'ulaw';

export interface WavHeader {
  encoding: WavEncoding;
  channels: number;
  /** Hz */
  sampleRate: number;
  /** Bytes of one sample of every channel. */
  frameBytes: number;
  /** Where the first sample lies in the file, in bytes. */
  dataOffset: number;
  /** Whole frames that are really in the file. */
  frames: number;
  /** What the header says that the file does not keep, one sentence each. */
  warnings: string[];
}

/** Reads `length` bytes at `position`; fewer at the end of the file. */
export type ReadAt = (position: number, length: number) => Buffer;

const BYTES: Record<WavEncoding, number> = { u8: 1, s16: 2, s24: 3, s32: 4, f32: 4, f64: 8, alaw: 1, ulaw: 1 };
const FORMAT = { pcm: 1, float: 3, alaw: 6, ulaw: 7, extensible: 0xfffe } as const;
/** The size a 32-bit field holds where the true one is unknown or stands in the ds64 chunk. */
const UNKNOWN_SIZE = 0xffffffff;
const COMMON_CHUNKS = new Set(['fmt ', 'data', 'fact', 'LIST', 'bext', 'cue ', 'JUNK', 'id3 ']);
const MAX_CHUNKS = 10000;
const MAX_CHANNELS = 1024;

/** Whether a file that starts with these bytes is of the WAV family. */
export function isWav(start: Buffer): boolean {
  const id = start.toString('latin1', 0, 4);
  return ['RIFF', 'RF64', 'BW64', 'RIFX'].includes(id) && start.toString('latin1', 8, 12) === 'WAVE';
}

/**
 * Reads the header of a WAV file (Microsoft RIFF/WAVE; RF64: EBU Tech 3306; BW64: ITU-R BS.2088).
 * @param fileSize bytes that the file really has
 * @throws UserError `sound-file` where the file holds no samples that can be read
 */
export function readWavHeader(readAt: ReadAt, fileSize: number): WavHeader {
  const start = readAt(0, 12);
  if (start.toString('latin1', 0, 4) === 'RIFX') {
    throw new UserError('sound-file', 'big-endian WAV (RIFX); expected RIFF or RF64. Convert it, e.g. with sox.');
  }
  if (!isWav(start)) throw new UserError('sound-file', 'not a WAV file: it does not start with RIFF … WAVE.');

  let format: Format | undefined;
  let longDataSize: number | undefined;
  for (const chunk of chunks(readAt, fileSize)) {
    if (chunk.id === 'ds64') longDataSize = readDataSize64(readAt(chunk.offset, 16));
    else if (chunk.id === 'fmt ') format = readFormat(readAt(chunk.offset, Math.min(chunk.size, 40)));
    else if (chunk.id === 'data') {
      if (!format) throw new UserError('sound-file', 'damaged WAV: the samples come before the fmt chunk.');
      return placeData(format, chunk, longDataSize, readAt, fileSize);
    }
  }
  throw new UserError(
    'sound-file',
    `the WAV ends before its samples: ${fileSize} bytes hold ${format ? 'a header without a data chunk' : 'no fmt chunk'}.`,
  );
}

interface Chunk {
  id: string;
  /** Of the content, in bytes from the start of the file. */
  offset: number;
  /** As the header says. */
  size: number;
}

type Format = Pick<WavHeader, 'encoding' | 'channels' | 'sampleRate' | 'frameBytes'>;

function* chunks(readAt: ReadAt, fileSize: number): Generator<Chunk> {
  let position = 12;
  for (let count = 0; position + 8 <= fileSize; count++) {
    if (count === MAX_CHUNKS) throw new UserError('sound-file', `damaged WAV: more than ${MAX_CHUNKS} chunks.`);
    const chunk = chunkAt(readAt, position);
    yield chunk;
    const end = chunk.offset + chunk.size;
    // Content of odd length is followed by a pad byte, which some writers forget.
    position = chunk.size % 2 === 1 && !COMMON_CHUNKS.has(chunkAt(readAt, end).id) ? end + 1 : end;
  }
}

function chunkAt(readAt: ReadAt, position: number): Chunk {
  const head = readAt(position, 8);
  const size = head.length === 8 ? head.readUInt32LE(4) : 0;
  return { id: head.toString('latin1', 0, 4), offset: position + 8, size };
}

const isChunkId = (id: string): boolean => /^[A-Za-z0-9_ ]{4}$/.test(id) && id.trim() !== '';

/** ds64: size of the file, size of the data chunk, count of samples, 64 bits each. */
function readDataSize64(content: Buffer): number | undefined {
  return content.length === 16 ? Number(content.readBigUInt64LE(8)) : undefined;
}

function readFormat(content: Buffer): Format {
  if (content.length < 14) throw new UserError('sound-file', 'damaged WAV: its fmt chunk is cut short.');
  const channels = content.readUInt16LE(2);
  const sampleRate = content.readUInt32LE(4);
  const blockAlign = content.readUInt16LE(12);
  const bits = content.length >= 16 ? content.readUInt16LE(14) : 0;
  let tag = content.readUInt16LE(0);
  // WAVE_FORMAT_EXTENSIBLE: the first two bytes of the sub-format GUID are the plain format tag.
  if (tag === FORMAT.extensible && content.length >= 26) tag = content.readUInt16LE(24);
  if (channels < 1 || channels > MAX_CHANNELS) {
    throw new UserError('sound-file', `damaged WAV: ${channels} channels; expected 1 to ${MAX_CHANNELS}.`);
  }
  if (sampleRate < 1) throw new UserError('sound-file', 'damaged WAV: a sample rate of 0 Hz.');
  const encoding = encodingOf(tag, containerBits(bits, blockAlign, channels));
  if (!encoding) {
    throw new UserError(
      'sound-file',
      `WAV format ${tag} with ${bits} bits is not supported; expected PCM (8, 16, 24, 32 bits), float (32, 64), A-law or µ-law.`,
    );
  }
  return { encoding, channels, sampleRate, frameBytes: BYTES[encoding] * channels };
}

/** 20 bits lie in 3 bytes, 24 bits sometimes in 4, always left-justified: the container says how to read. */
function containerBits(bits: number, blockAlign: number, channels: number): number {
  const packed = Math.ceil(bits / 8) * 8;
  const aligned = (blockAlign / channels) * 8;
  return Number.isInteger(aligned / 8) && aligned > packed && aligned <= 32 ? aligned : packed;
}

function encodingOf(tag: number, bits: number): WavEncoding | undefined {
  if (tag === FORMAT.pcm) return ({ 8: 'u8', 16: 's16', 24: 's24', 32: 's32' } as const)[bits];
  if (tag === FORMAT.float) return ({ 32: 'f32', 64: 'f64' } as const)[bits];
  if (tag === FORMAT.alaw && bits === 8) return 'alaw';
  if (tag === FORMAT.ulaw && bits === 8) return 'ulaw';
  return undefined;
}

function placeData(
  format: Format,
  chunk: Chunk,
  longSize: number | undefined,
  readAt: ReadAt,
  fileSize: number,
): WavHeader {
  const there = fileSize - chunk.offset;
  const promised = chunk.size === UNKNOWN_SIZE ? (longSize ?? UNKNOWN_SIZE) : chunk.size;
  const warnings: string[] = [];
  let bytes = promised;
  if (promised === UNKNOWN_SIZE || (promised === 0 && !endsInChunks(readAt, chunk.offset, fileSize))) {
    // Left by a writer that streamed and never came back to fill it in.
    bytes = there;
  } else if (promised > there) {
    bytes = there;
    warnings.push(`cut short: the header promises ${promised} bytes of sound, the file holds ${there}`);
  }
  const frames = Math.floor(bytes / format.frameBytes);
  if (frames === 0) throw new UserError('sound-file', 'the WAV is empty: a header without samples.');
  return { ...format, dataOffset: chunk.offset, frames, warnings };
}

/** Whether what follows is a tidy row of chunks to the end of the file: then a data size of 0 is meant. */
function endsInChunks(readAt: ReadAt, position: number, fileSize: number): boolean {
  for (let count = 0; position < fileSize && count < MAX_CHUNKS; count++) {
    const chunk = chunkAt(readAt, position);
    if (!isChunkId(chunk.id)) return false;
    position = chunk.offset + chunk.size + (chunk.size % 2);
  }
  return position === fileSize || position === fileSize + 1;
}
