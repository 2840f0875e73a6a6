// Ogg Vorbis by libvorbis (WebAssembly).

import { inPieces, type SoundBytes } from '../file-bytes';
import type { Decoded, Decoding } from './decoding';

const PIECE_BYTES = 16 * 1024;

/** Vorbis I, section 4.3.9: where the channels of WAV files stand among those of Vorbis, by their number. */
const WAV_ORDER: Record<number, number[]> = {
  3: [0, 2, 1],
  5: [0, 2, 1, 3, 4],
  6: [0, 2, 1, 5, 3, 4],
  7: [0, 2, 1, 6, 5, 3, 4],
  8: [0, 2, 1, 7, 5, 6, 3, 4],
};

export function decodeVorbis(bytes: SoundBytes): Decoding {
  return { pieces: pieces(bytes) };
}

async function* pieces(bytes: SoundBytes): AsyncGenerator<Decoded, void> {
  const { OggVorbisDecoder } = await import('@wasm-audio-decoders/ogg-vorbis');
  const decoder = new OggVorbisDecoder();
  await decoder.ready;
  try {
    for (const piece of inPieces(bytes, PIECE_BYTES)) {
      const decoded = await decoder.decode(piece);
      if (decoded.samplesDecoded > 0) yield inWavOrder(decoded);
    }
    const rest = await decoder.flush();
    if (rest.samplesDecoded > 0) yield inWavOrder(rest);
  } finally {
    decoder.free();
  }
}

/** The channels in the order of WAV files. */
function inWavOrder({ channelData, sampleRate }: Decoded): Decoded {
  const order = WAV_ORDER[channelData.length];
  return { channelData: order ? order.map(channel => channelData[channel]) : channelData, sampleRate };
}
