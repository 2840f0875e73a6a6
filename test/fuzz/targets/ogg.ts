// Ogg with Vorbis, Opus and FLAC in it: changed anywhere, the checksums of the pages made right again in most of them, so
// that the decoders behind them see the damage.
import fc from 'fast-check';
import { mutated } from '../mutation';
import { defineTarget } from '../target';
import { soundFiles, takeSound } from './sound';

const HEADER_BYTES = 27;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

/** The file with the checksum (RFC 3533, section 6) that each of its pages should have. */
function withChecksums(file: Buffer): Buffer {
  const bytes = Buffer.from(file);
  for (let at = bytes.indexOf('OggS'); at >= 0; at = bytes.indexOf('OggS', at + 4)) {
    if (at + HEADER_BYTES > bytes.length) break;
    const lacing = bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + bytes[at + 26]);
    const end = at + HEADER_BYTES + lacing.reduce((sum, segment) => sum + segment, lacing.length);
    if (end > bytes.length) continue;
    bytes.writeUInt32LE(0, at + 22);
    let crc = 0;
    for (let i = at; i < end; i++) crc = (crc << 8) ^ CRC_TABLE[((crc >>> 24) ^ bytes[i]) & 255];
    bytes.writeUInt32LE(crc >>> 0, at + 22);
  }
  return bytes;
}

const target = (name: string, ending: string) =>
  defineTarget({
    name,
    // Each has a decoder of its own made; that of an undamaged file takes up to 40 MiB.
    cases: 20,
    decoderBytes: 48 * 2 ** 20,
    inputs: fc
      .tuple(mutated(soundFiles(ending)), fc.integer({ min: 0, max: 3 }))
      .map(([bytes, die]) => (die > 0 ? withChecksums(bytes) : bytes)),
    take: (bytes, step) => takeSound(bytes, step),
    bytesOf: bytes => bytes,
  });

export const vorbis = target('ogg-vorbis', '.ogg');
export const opus = target('ogg-opus', '.opus');
export const oggFlac = target('ogg-flac', '.oga');
