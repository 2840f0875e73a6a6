// FLAC as a file of its own (RFC 9639) and in Ogg (section 10.1), frame by frame. Frames that are damaged are left out.
// Of our own because the WebAssembly decoders for Node.js lose samples or cannot read files that the format allows.

import type { SoundBytes } from '../file-bytes';
import { join } from '../resample';
import type { Decoded, Decoding } from './decoding';
import { BitReader, OutOfBits } from './flac-bits';
import { decodeFrame, NoFrame, type StreamInfo } from './flac-frame';
import { type OggPacket, oggPackets } from './ogg';

/** Read at a time; more where a frame is longer. */
const WINDOW_BYTES = 256 * 1024;
/** No frame is longer: 8 channels of 65 535 samples of 32 bits, and half as much again. */
const MAX_WINDOW_BYTES = 4 << 20;
/** Per piece handed on, at least; the last may be shorter. */
const PIECE_SAMPLES = 4096;
const STREAM_INFO_BYTES = 34;
const MARK = 'fLaC';
/** Frames mostly say themselves what they hold. */
const UNKNOWN: StreamInfo = { sampleRate: 0, channels: 0, bits: 0, samples: 0 };

/** A file of its own. */
export function decodeFlac(bytes: SoundBytes): Decoding {
  const { info, framesAt } = readMetadata(bytes);
  return { pieces: joined(flacFrames(bytes, framesAt, info)), samples: info.samples };
}

/** FLAC in Ogg. */
export function decodeOggFlac(bytes: SoundBytes): Decoding {
  const { value: first } = oggPackets(bytes).next();
  return { pieces: joined(oggFrames(bytes)), samples: first ? oggStreamInfo(first)?.samples : undefined };
}

/** Frames may be as short as 16 samples: several of them as one piece. */
async function* joined(frames: Iterable<Decoded>): AsyncGenerator<Decoded, void> {
  let [parts, samples]: [Decoded[], number] = [[], 0];
  for (const frame of frames) {
    const differs = parts.length > 0 && !isAlike(parts[0], frame);
    if (differs) yield joinPieces(parts.splice(0));
    samples = (differs ? 0 : samples) + frame.channelData[0].length;
    parts.push(frame);
    if (samples < PIECE_SAMPLES) continue;
    yield joinPieces(parts);
    [parts, samples] = [[], 0];
  }
  if (parts.length > 0) yield joinPieces(parts);
}

function isAlike(one: Decoded, other: Decoded): boolean {
  return one.sampleRate === other.sampleRate && one.channelData.length === other.channelData.length;
}

function joinPieces(parts: Decoded[]): Decoded {
  if (parts.length === 1) return parts[0];
  const { channelData, sampleRate } = parts[0];
  return {
    sampleRate,
    channelData: channelData.map((_, channel) => join(parts.map(part => part.channelData[channel]))),
  };
}

/** Reads STREAMINFO, passing over the other blocks; a stream may also do without, or begin with its first frame. */
function readMetadata(bytes: SoundBytes): { info: StreamInfo; framesAt: number } {
  let info: StreamInfo | undefined;
  let position = afterId3(bytes);
  if (bytes.read(position, 4).toString('latin1') === MARK) {
    position += 4;
    for (let isLast = false; !isLast; ) {
      const header = bytes.read(position, 4);
      if (header.length < 4) break;
      const [type, length] = [header[0] & 127, header.readUIntBE(1, 3)];
      isLast = (header[0] & 128) !== 0;
      if (type === 0) info ??= parseStreamInfo(bytes.read(position + 4, STREAM_INFO_BYTES));
      position += 4 + length;
    }
  }
  return { info: info ?? UNKNOWN, framesAt: position };
}

/** Players put their tag before the file, though the format has a place for it. */
export function afterId3(bytes: SoundBytes): number {
  const tag = bytes.read(0, 10);
  if (tag.length < 10 || tag.toString('latin1', 0, 3) !== 'ID3') return 0;
  return 10 + ((tag[6] << 21) | (tag[7] << 14) | (tag[8] << 7) | tag[9]);
}

function parseStreamInfo(block: Buffer): StreamInfo | undefined {
  if (block.length < STREAM_INFO_BYTES) return undefined;
  const reader = new BitReader(block, 10);
  const [sampleRate, channels, bits] = [reader.unsigned(20), reader.unsigned(3) + 1, reader.unsigned(5) + 1];
  return { sampleRate, channels, bits, samples: reader.unsigned(36) };
}

/** The frames from `position` to the end of the file. */
function* flacFrames(bytes: SoundBytes, position: number, info: StreamInfo): Generator<Decoded, void> {
  for (let size = WINDOW_BYTES; position < bytes.size; ) {
    const window = bytes.read(position, size);
    const isLast = position + window.length >= bytes.size;
    const used = yield* framesIn(window, isLast, size < MAX_WINDOW_BYTES, info);
    size = used === 0 ? size * 2 : WINDOW_BYTES;
    position += used;
  }
}

/**
 * @param isLast there are no bytes behind the window
 * @param mayGrow a frame that does not fit into it is asked for again with a larger one
 * @returns how many bytes are done with; the rest may begin a frame
 */
function* framesIn(window: Buffer, isLast: boolean, mayGrow: boolean, info: StreamInfo): Generator<Decoded, number> {
  let reader = new BitReader(window);
  for (;;) {
    const start = reader.byte;
    try {
      yield decodeFrame(reader, info);
    } catch (thrown) {
      if (!(thrown instanceof OutOfBits || thrown instanceof NoFrame)) throw thrown;
      if (thrown instanceof OutOfBits && !isLast && (start > 0 || mayGrow)) return start;
      const next = nextSync(window, start + 1);
      if (next === undefined) return isLast ? window.length : Math.max(start + 1, window.length - 1);
      reader = new BitReader(window, next);
    }
  }
}

/** Where the next frame may begin. */
function nextSync(window: Buffer, from: number): number | undefined {
  for (let at = window.indexOf(0xff, from); at >= 0 && at + 1 < window.length; at = window.indexOf(0xff, at + 1)) {
    if ((window[at + 1] & 0xfe) === 0xf8) return at;
  }
  return undefined;
}

/** The frames of FLAC in Ogg: one in each packet. */
function* oggFrames(bytes: SoundBytes): Generator<Decoded, void> {
  let stream: { serial: number; info: StreamInfo } | undefined;
  for (const packet of oggPackets(bytes)) {
    const info = packet.isFirst ? oggStreamInfo(packet) : undefined;
    if (info) stream = { serial: packet.serial, info };
    const frame = stream?.serial === packet.serial ? frameOf(packet, stream.info) : undefined;
    if (frame) yield frame;
  }
}

/** STREAMINFO from the first packet of FLAC in Ogg. */
function oggStreamInfo({ data }: OggPacket): StreamInfo | undefined {
  const packet = Buffer.from(data);
  // \x7fFLAC, version, number of further headers, then what begins a file of its own.
  if (packet.toString('latin1', 0, 5) !== '\x7fFLAC' || packet.toString('latin1', 9, 13) !== MARK) return undefined;
  return parseStreamInfo(packet.subarray(17));
}

/** The frame in a packet of FLAC in Ogg; none in the packets of the headers, or where it is damaged. */
function frameOf({ data }: OggPacket, info: StreamInfo): Decoded | undefined {
  if (data[0] !== 0xff) return undefined;
  try {
    return decodeFrame(new BitReader(data), info);
  } catch (thrown) {
    if (thrown instanceof NoFrame || thrown instanceof OutOfBits) return undefined;
    throw thrown;
  }
}
