// MP3 by libmpg123 (WebAssembly), which cuts off what encoders add at both ends.

import { inPieces, type SoundBytes } from '../file-bytes';
import type { Decoded, Decoding } from './decoding';

/** Bytes given to the decoder at a time: about a second of sound. */
const PIECE_BYTES = 16 * 1024;

export function decodeMp3(bytes: SoundBytes): Decoding {
  return { pieces: pieces(bytes) };
}

async function* pieces(bytes: SoundBytes): AsyncGenerator<Decoded, void> {
  const { MPEGDecoder } = await import('mpg123-decoder');
  const decoder = new MPEGDecoder();
  await decoder.ready;
  try {
    for (const piece of inPieces(bytes, PIECE_BYTES)) {
      const { channelData, sampleRate, samplesDecoded } = decoder.decode(piece);
      if (samplesDecoded > 0) yield { channelData, sampleRate };
    }
  } finally {
    decoder.free();
  }
}
