// MP3, FLAC, Ogg Vorbis and Opus through audio-decode (WebAssembly decoders), fed piece by piece so that a long file
// neither lies in memory as a whole nor keeps the reader from being stopped.
import { UserError } from '../errors';
import type { SoundBytes, SoundFile } from './file-bytes';

export type CompressedFormat = 'mp3' | 'flac' | 'oga' | 'opus';

const NAMES: Record<CompressedFormat, string> = { mp3: 'MP3', flac: 'FLAC', oga: 'Ogg Vorbis', opus: 'Ogg Opus' };
/** Bytes given to the decoder at a time: small, because silence in FLAC grows five hundredfold. */
const PIECE_BYTES = 16 * 1024;

/** Tells the format by the first bytes (64 are enough). */
export function sniffCompressed(start: Buffer): CompressedFormat | undefined {
  const text = start.toString('latin1');
  if (text.startsWith('fLaC')) return 'flac';
  if (text.startsWith('OggS')) {
    if (text.includes('OpusHead')) return 'opus';
    return text.includes('\x7fFLAC') ? 'flac' : 'oga';
  }
  if (text.startsWith('ID3')) return 'mp3';
  // An MPEG audio frame: 11 bits of sync, then layer III with neither a reserved version, bit rate nor sample rate.
  const [first, second, third] = start;
  const isFrame = first === 0xff && (second & 0xe6) === 0xe2 && (second & 0x18) !== 0x08;
  return isFrame && third >> 4 !== 15 && (third & 0x0c) !== 0x0c ? 'mp3' : undefined;
}

/**
 * @throws UserError `sound-file` where not even the first block can be decoded
 */
export async function openCompressed(bytes: SoundBytes, format: CompressedFormat): Promise<SoundFile> {
  const flac = format === 'flac' ? readFlacInfo(bytes.read(0, 42)) : undefined;
  const decoded = decodePieces(bytes, format);
  const first = await decoded.next();
  if (first.done) {
    throw new UserError(
      'sound-file',
      `no sound could be decoded from this ${NAMES[format]} file: cut short or damaged.`,
    );
  }
  const { sampleRate, channelData } = first.value;
  const warnings: string[] = [];

  async function* decodedBlocks(): AsyncGenerator<Float32Array[], void> {
    let samples = 0;
    for (let next = first; !next.done; next = await decoded.next()) {
      if (next.value.sampleRate !== sampleRate) {
        warnings.push(
          `ends early: the sample rate changes from ${sampleRate} to ${next.value.sampleRate} Hz on the way`,
        );
        return;
      }
      samples += next.value.channelData[0].length;
      yield next.value.channelData;
    }
    if (flac && samples < flac.samples) {
      warnings.push(`cut short or damaged: the header promises ${flac.samples} samples, ${samples} could be decoded`);
    }
  }

  async function* blocks(): AsyncGenerator<Float32Array, void> {
    for await (const channels of decodedBlocks()) {
      const mono = mean(channels);
      if (flac) alignToGrid(mono, channels.length, flac.bits);
      yield mono;
    }
  }

  async function* channelBlocks(): AsyncGenerator<Float32Array[], void> {
    for await (const channels of decodedBlocks()) {
      yield channels.map(channel => {
        const samples = channel.slice();
        if (flac) alignToGrid(samples, 1, flac.bits);
        return samples;
      });
    }
  }

  let closed = false;
  return {
    sampleRate,
    channels: channelData.length,
    frames: flac?.samples || undefined,
    warnings,
    blocks,
    channelBlocks,
    close() {
      if (closed) return;
      closed = true;
      void decoded.return();
      bytes.close();
    },
  };
}

interface Decoded {
  channelData: Float32Array[];
  sampleRate: number;
}

async function* decodePieces(bytes: SoundBytes, format: CompressedFormat): AsyncGenerator<Decoded, void> {
  // An ES module: only a dynamic import can load it from CommonJS.
  const { default: decode } = await import('audio-decode');
  const decoder = await decode[format]();
  try {
    for (let position = 0; position < bytes.size; position += PIECE_BYTES) {
      const decoded = await decoder(bytes.read(position, PIECE_BYTES));
      if (decoded.channelData.length > 0) yield decoded;
    }
    const rest = await decoder.flush();
    if (rest.channelData.length > 0) yield rest;
  } finally {
    decoder.free();
  }
}

function mean(channels: Float32Array[]): Float32Array {
  const mono = channels[0].slice();
  if (channels.length === 1) return mono;
  for (let i = 0; i < mono.length; i++) {
    let sum = 0;
    for (const channel of channels) sum += channel[i];
    mono[i] = sum / channels.length;
  }
  return mono;
}

/** STREAMINFO of a native FLAC file (RFC 9639, section 8.2): bits per sample and total samples. */
function readFlacInfo(start: Buffer): { bits: number; samples: number } | undefined {
  if (start.length < 42 || start.toString('latin1', 0, 4) !== 'fLaC') return undefined;
  const bits = (((start[20] & 1) << 4) | (start[21] >> 4)) + 1;
  return { bits, samples: (start[21] & 15) * 2 ** 32 + start.readUInt32BE(22) };
}

/**
 * The decoder divides by 2^(bits−1) − 1, everyone else by 2^(bits−1). The integers it started from are known to lie on
 * a grid (a grid of fractions for the mean of several channels), so the step back is exact up to 24 bits.
 */
function alignToGrid(mono: Float32Array, channels: number, bits: number): void {
  const full = 2 ** (bits - 1);
  for (let i = 0; i < mono.length; i++) mono[i] = Math.round(mono[i] * (full - 1) * channels) / (full * channels);
}
