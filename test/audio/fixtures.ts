// The sound files of test/fixtures/audio, and small WAVs made on the spot.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const FIXTURES = join(__dirname, '..', 'fixtures', 'audio');

interface Fixture {
  name: string;
  file: string;
  channels: number;
  frames: number;
  sampleRate: number;
  /** What libsndfile reads: interleaved float32. */
  expected: Float32Array;
}

/** All fixtures whose name ends so. */
export function fixtures(ending: string): Fixture[] {
  const index = JSON.parse(readFileSync(join(FIXTURES, 'index.json'), 'utf8')) as Record<string, Fixture>;
  return Object.entries(index)
    .filter(([name]) => name.endsWith(ending))
    .map(([name, entry]) => ({ ...entry, name, file: join(FIXTURES, name), expected: readFloats(`${name}.f32`) }));
}

/** A raw float32 file of the fixtures. */
export function readFloats(name: string): Float32Array {
  const bytes = readFileSync(join(FIXTURES, name));
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** The bits of the samples: tells −0 from 0 and lets NaN equal NaN. */
export function bits(samples: Float32Array): Uint32Array {
  return new Uint32Array(samples.buffer, samples.byteOffset, samples.length);
}

export interface WavOptions {
  sampleRate?: number;
  channels?: number;
  /** What the header says the data has, in bytes; the truth where left out. */
  promised?: number;
}

/** A 16-bit PCM WAV, built by hand so that the tests of reading do not lean on our writing. */
export function wav16(samples: ArrayLike<number>, options: WavOptions = {}): Buffer {
  const { sampleRate = 8000, channels = 1 } = options;
  const bytes = samples.length * 2;
  const buffer = Buffer.alloc(44 + bytes);
  buffer.write('RIFF', 0);
  buffer.writeUInt32LE(36 + bytes, 4);
  buffer.write('WAVEfmt ', 8);
  buffer.writeUInt32LE(16, 16);
  buffer.writeUInt16LE(1, 20);
  buffer.writeUInt16LE(channels, 22);
  buffer.writeUInt32LE(sampleRate, 24);
  buffer.writeUInt32LE(sampleRate * channels * 2, 28);
  buffer.writeUInt16LE(channels * 2, 32);
  buffer.writeUInt16LE(16, 34);
  buffer.write('data', 36);
  buffer.writeUInt32LE(options.promised ?? bytes, 40);
  for (let i = 0; i < samples.length; i++) buffer.writeInt16LE(samples[i], 44 + i * 2);
  return buffer;
}

/** Writes a WAV whose samples count up from `first`, so that a segment tells where it comes from; returns its path. */
export function writeRamp(file: string, samples: number, first = 0, sampleRate = 8000): string {
  writeFileSync(
    file,
    wav16(
      Int16Array.from({ length: samples }, (_, i) => (first + i) % 32768),
      { sampleRate },
    ),
  );
  return file;
}

/** The counts in a segment made by `writeRamp`. */
export const counts = (pcm: Float32Array): number[] => Array.from(pcm, value => value * 32768);
