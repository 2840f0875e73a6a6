// WAV: the fixtures, changed anywhere, and headers with hostile numbers.
import fc from 'fast-check';
import { mutated } from '../mutation';
import { defineTarget } from '../target';
import { soundFiles, takeSound } from './sound';

const u16 = fc.oneof(fc.constantFrom(0, 1, 2, 3, 8, 16, 24, 32, 64, 1024, 0xfffe, 0xffff), fc.nat(0xffff));
const u32 = fc.oneof(
  fc.constantFrom(0, 1, 8, 1000, 8000, 44_100, 48_000, 0x7fffffff, 0xfffffffe, 0xffffffff),
  fc.nat(),
);

const header = fc.record({
  id: fc.constantFrom('RIFF', 'RF64', 'BW64', 'RIFX'),
  tag: fc.oneof(fc.constantFrom(1, 3, 6, 7, 0xfffe), u16),
  channels: fc.oneof(fc.constantFrom(1, 2, 3, 8), u16),
  sampleRate: u32,
  align: u16,
  bits: fc.oneof(fc.constantFrom(8, 16, 24, 32, 64), u16),
  formatBytes: fc.oneof(fc.constantFrom(16, 18, 40), u32),
  dataBytes: u32,
  chunk: fc.option(fc.record({ id: fc.constantFrom('LIST', 'ds64', 'data', 'fmt ', 'JUNK', '    '), size: u32 })),
  data: fc.uint8Array({ maxLength: 600 }),
});

type Header = typeof header extends fc.Arbitrary<infer T> ? T : never;

function wavOf({ id, tag, channels, sampleRate, align, bits, formatBytes, dataBytes, chunk, data }: Header): Buffer {
  const extra = chunk ? Buffer.alloc(8 + Math.min(chunk.size, 64), 1) : Buffer.alloc(0);
  if (chunk) {
    extra.write(chunk.id, 0, 'latin1');
    extra.writeUInt32LE(chunk.size, 4);
  }
  const format = Buffer.alloc(8 + Math.min(formatBytes, 40));
  format.write('fmt ');
  format.writeUInt32LE(formatBytes, 4);
  const fields = Buffer.alloc(40);
  fields.writeUInt16LE(tag, 0);
  fields.writeUInt16LE(channels, 2);
  fields.writeUInt32LE(sampleRate, 4);
  fields.writeUInt16LE(align, 12);
  fields.writeUInt16LE(bits, 14);
  fields.writeUInt16LE(1, 24);
  fields.copy(format, 8);
  const head = Buffer.from(`${id}\xff\xff\xff\xffWAVE`, 'latin1');
  const start = Buffer.from('data\0\0\0\0', 'latin1');
  start.writeUInt32LE(dataBytes, 4);
  return Buffer.concat([head, extra, format, start, data]);
}

export const wav = defineTarget({
  name: 'wav',
  inputs: fc.record({
    bytes: fc.oneof(mutated(soundFiles('.wav')), header.map(wavOf)),
    sampleRate: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.constantFrom(16_000, 384_000)),
  }),
  take: ({ bytes, sampleRate }, step) => takeSound(bytes, step, { sampleRate, holdsFloats: true }),
  bytesOf: ({ bytes }) => bytes,
});
