// MP3, FLAC, Ogg Vorbis and Opus as a stream of blocks, decoded piece by piece so that a long file neither lies in memory
// as a whole nor keeps the reader from being stopped.
import { asError, UserError } from '../errors';
import type { Decoded, Decoding } from './codecs/decoding';
import { afterId3, decodeFlac, decodeOggFlac } from './codecs/flac';
import { decodeMp3 } from './codecs/mp3';
import { decodeOpus } from './codecs/opus';
import { decodeVorbis } from './codecs/vorbis';
import type { SoundBytes, SoundFile } from './file-bytes';

interface Format {
  name: string;
  decode(bytes: SoundBytes): Decoding;
}

const MP3: Format = { name: 'MP3', decode: decodeMp3 };
const FLAC: Format = { name: 'FLAC', decode: decodeFlac };
const OGG_FLAC: Format = { name: 'Ogg FLAC', decode: decodeOggFlac };
const VORBIS: Format = { name: 'Ogg Vorbis', decode: decodeVorbis };
const OPUS: Format = { name: 'Ogg Opus', decode: decodeOpus };

/** Tells the format by the first bytes; undefined where it is none of these. */
export function sniffCompressed(bytes: SoundBytes): Format | undefined {
  const start = bytes.read(0, 64);
  const text = start.toString('latin1');
  if (text.startsWith('fLaC')) return FLAC;
  if (text.startsWith('OggS')) {
    if (text.includes('OpusHead')) return OPUS;
    return text.includes('\x7fFLAC') ? OGG_FLAC : VORBIS;
  }
  if (text.startsWith('ID3')) return bytes.read(afterId3(bytes), 4).toString('latin1') === 'fLaC' ? FLAC : MP3;
  // A FLAC frame, its STREAMINFO lost or left out.
  if (start[0] === 0xff && (start[1] & 0xfe) === 0xf8) return FLAC;
  // An MPEG audio frame: 11 bits of sync, then layer III with neither a reserved version, bit rate nor sample rate.
  const [first, second, third] = start;
  const isFrame = first === 0xff && (second & 0xe6) === 0xe2 && (second & 0x18) !== 0x08;
  return isFrame && third >> 4 !== 15 && (third & 0x0c) !== 0x0c ? MP3 : undefined;
}

/**
 * @throws UserError `sound-file` where not even the first block can be decoded
 */
export async function openCompressed(bytes: SoundBytes, { name, decode }: Format): Promise<SoundFile> {
  const { pieces, samples: promised } = decode(bytes);
  const first = await nextOf(pieces);
  if (first instanceof Error || first.done) {
    const cause = first instanceof Error ? first : undefined;
    throw new UserError('sound-file', `no sound could be decoded from this ${name} file: cut short or damaged.`, {
      cause,
    });
  }
  const { sampleRate, channelData } = first.value;
  const channels = channelData.length;
  const warnings: string[] = [];

  async function* channelBlocks(): AsyncGenerator<Float32Array[], void> {
    let samples = 0;
    let next: Next = first;
    for (; !(next instanceof Error || next.done); next = await nextOf(pieces)) {
      const { value } = next;
      if (value.sampleRate !== sampleRate) {
        warnings.push(`ends early: the sample rate changes from ${sampleRate} to ${value.sampleRate} Hz on the way`);
        return;
      }
      if (value.channelData.length !== channels) {
        warnings.push(`ends early: ${channels} channels become ${value.channelData.length} on the way`);
        return;
      }
      samples += value.channelData[0].length;
      yield value.channelData;
    }
    if (next instanceof Error) warnings.push(`ends early: damaged after ${samples} samples`);
    else if (promised && samples < promised) {
      warnings.push(`cut short or damaged: the header promises ${promised} samples, ${samples} could be decoded`);
    }
  }

  async function* blocks(): AsyncGenerator<Float32Array, void> {
    for await (const block of channelBlocks()) yield mean(block);
  }

  let closed = false;
  return {
    sampleRate,
    channels,
    frames: promised || undefined,
    warnings,
    blocks,
    channelBlocks,
    close() {
      if (closed) return;
      closed = true;
      void pieces.return();
      bytes.close();
    },
  };
}

type Next = IteratorResult<Decoded, void> | Error;

/**
 * The next piece. A decoder that fails over damaged data says so in words of its own, or in those of a mistake in it
 * ("logError is not defined"): returned, for they are for nobody.
 */
async function nextOf(pieces: Decoding['pieces']): Promise<Next> {
  try {
    return await pieces.next();
  } catch (thrown) {
    const error = asError(thrown);
    // The file itself could not be read any further.
    if (error instanceof UserError || 'syscall' in error) throw error;
    return error;
  }
}

function mean(channels: Float32Array[]): Float32Array {
  if (channels.length === 1) return channels[0];
  return channels[0].map((_, i) => {
    let sum = 0;
    for (const channel of channels) sum += channel[i];
    return sum / channels.length;
  });
}
