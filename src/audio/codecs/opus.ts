// Ogg Opus by libopus (WebAssembly).
import { inPieces, type SoundBytes } from '../file-bytes';
import type { Decoded, Decoding } from './decoding';

const PIECE_BYTES = 16 * 1024;

export function decodeOpus(bytes: SoundBytes): Decoding {
  return { pieces: pieces(bytes) };
}

async function* pieces(bytes: SoundBytes): AsyncGenerator<Decoded, void> {
  const { decoder: createDecoder } = await import('@audio/decode-opus');
  const decoder = await createDecoder();
  try {
    for (const piece of inPieces(bytes, PIECE_BYTES)) {
      const decoded = decoder.decode(piece);
      if (decoded.channelData.length > 0) yield decoded;
    }
    const rest = decoder.flush();
    if (rest.channelData.length > 0) yield rest;
  } finally {
    decoder.free();
  }
}
