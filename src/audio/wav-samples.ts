// Turns the bytes of WAV samples into float32, sample for sample what libsndfile's float reading gives: integers
// divided by 2^(bits−1), G.711 expanded to 16 bits first, floats as they are (NaN and infinity too).
import type { WavEncoding } from './wav-header';

/** ITU-T G.711 A-law to 16-bit linear. */
function expandALaw(byte: number): number {
  const toggled = byte ^ 0x55;
  const exponent = (toggled >> 4) & 7;
  const mantissa = (toggled & 15) << 4;
  const magnitude = exponent === 0 ? mantissa + 8 : (mantissa + 0x108) << (exponent - 1);
  return toggled & 0x80 ? magnitude : -magnitude;
}

/** ITU-T G.711 µ-law to 16-bit linear. */
function expandMuLaw(byte: number): number {
  const inverted = ~byte & 0xff;
  const magnitude = ((((inverted & 15) << 3) + 0x84) << ((inverted >> 4) & 7)) - 0x84;
  return inverted & 0x80 ? 0 - magnitude : magnitude;
}

const tableOf = (expand: (byte: number) => number): Float32Array =>
  Float32Array.from({ length: 256 }, (_, byte) => expand(byte) / 32768);
const A_LAW = tableOf(expandALaw);
const MU_LAW = tableOf(expandMuLaw);

/**
 * Decodes interleaved samples.
 * @param bytes `into.length` samples in the given encoding, little-endian
 * @param into receives one float32 per sample, −1…1 for integers
 */
export function decodeSamples(bytes: Uint8Array, encoding: WavEncoding, into: Float32Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = into.length;
  switch (encoding) {
    case 'u8':
      for (let i = 0; i < count; i++) into[i] = (bytes[i] - 128) / 128;
      return;
    case 's16':
      for (let i = 0; i < count; i++) into[i] = view.getInt16(i * 2, true) / 32768;
      return;
    case 's24':
      for (let i = 0, p = 0; i < count; i++, p += 3) {
        into[i] = ((bytes[p] << 8) | (bytes[p + 1] << 16) | (bytes[p + 2] << 24)) / 2147483648;
      }
      return;
    case 's32':
      for (let i = 0; i < count; i++) into[i] = view.getInt32(i * 4, true) / 2147483648;
      return;
    case 'f32':
      for (let i = 0; i < count; i++) into[i] = view.getFloat32(i * 4, true);
      return;
    case 'f64':
      for (let i = 0; i < count; i++) into[i] = view.getFloat64(i * 8, true);
      return;
    case 'alaw':
      for (let i = 0; i < count; i++) into[i] = A_LAW[bytes[i]];
      return;
    case 'ulaw':
      for (let i = 0; i < count; i++) into[i] = MU_LAW[bytes[i]];
      return;
  }
}

/** The mean of the channels of interleaved samples; a fresh array of `interleaved.length / channels`. */
export function mixToMono(interleaved: Float32Array, channels: number): Float32Array {
  if (channels === 1) return interleaved.slice();
  const mono = new Float32Array(interleaved.length / channels);
  for (let frame = 0, i = 0; frame < mono.length; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += interleaved[i++];
    mono[frame] = sum / channels;
  }
  return mono;
}

/** The channels of interleaved samples; a fresh array of `interleaved.length / channels` for each. */
export function separate(interleaved: Float32Array, channels: number): Float32Array[] {
  const length = interleaved.length / channels;
  return Array.from({ length: channels }, (_, channel) =>
    Float32Array.from({ length }, (_, frame) => interleaved[frame * channels + channel]),
  );
}
