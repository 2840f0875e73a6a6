// The samples of a WAV file in blocks: interleaved for those who want the channels, mono for everyone else.
import type { SoundBytes, SoundFile } from './file-bytes';
import { readWavHeader, type WavHeader } from './wav-header';
import { decodeSamples, mixToMono, separate } from './wav-samples';

/** Bytes decoded at a time. */
const BLOCK_BYTES = 256 * 1024;

export function openWav(bytes: SoundBytes): SoundFile {
  const header = readWavHeader((position, length) => bytes.read(position, length), bytes.size);
  return {
    sampleRate: header.sampleRate,
    channels: header.channels,
    frames: header.frames,
    warnings: header.warnings,
    async *blocks() {
      for (const interleaved of interleavedBlocks(bytes, header)) yield mixToMono(interleaved, header.channels);
    },
    async *channelBlocks() {
      for (const interleaved of interleavedBlocks(bytes, header)) yield separate(interleaved, header.channels);
    },
    close: () => bytes.close(),
  };
}

/** All channels, frame by frame; the array is used again for the next block. */
export function* interleavedBlocks(bytes: SoundBytes, header: WavHeader): Generator<Float32Array, void> {
  const { frameBytes, channels, dataOffset, encoding } = header;
  const blockFrames = Math.min(header.frames, Math.max(1, Math.floor(BLOCK_BYTES / frameBytes)));
  const raw = new Uint8Array(blockFrames * frameBytes);
  const samples = new Float32Array(blockFrames * channels);
  for (let frame = 0; frame < header.frames; frame += blockFrames) {
    const wanted = Math.min(blockFrames, header.frames - frame);
    const read = bytes.readInto(raw.subarray(0, wanted * frameBytes), dataOffset + frame * frameBytes);
    const frames = Math.floor(read / frameBytes);
    const block = samples.subarray(0, frames * channels);
    decodeSamples(raw, encoding, block);
    if (frames > 0) yield block;
    if (frames < wanted) {
      header.warnings.push('cut short: the file became shorter while it was read');
      return;
    }
  }
}
