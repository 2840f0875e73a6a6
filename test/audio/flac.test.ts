// FLAC to the bit: files of the reference encoder with every block size, width and number of channels, and damaged ones.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSoundFile } from '#src/audio/sound-file';
import { Random } from '#src/stats/random';
import { missing, requireSystem } from '../support/system';
import { tempFolder } from '../support/temp';
import { bits, FIXTURES, fixtures } from './fixtures';

interface Read {
  /** Interleaved. */
  samples: Float32Array;
  channels: number;
  sampleRate: number;
  warnings: string[];
}

async function read(file: string): Promise<Read> {
  const sound = await openSoundFile(file);
  try {
    const blocks: Float32Array[][] = [];
    for await (const block of sound.channelBlocks()) blocks.push(block);
    const { channels, sampleRate, warnings } = sound;
    const frames = blocks.reduce((sum, [first]) => sum + first.length, 0);
    const samples = new Float32Array(frames * channels);
    let at = 0;
    for (const block of blocks) {
      for (let i = 0; i < block[0].length; i++) for (const channel of block) samples[at++] = channel[i];
    }
    return { samples, channels, sampleRate, warnings };
  } finally {
    sound.close();
  }
}

function written(bytes: Buffer): string {
  const file = join(tempFolder('flac'), 'sound.flac');
  writeFileSync(file, bytes);
  return file;
}

describe('reading FLAC', () => {
  for (const { name, file, expected, channels, sampleRate } of [...fixtures('.flac'), ...fixtures('.oga')]) {
    it(`reads each channel of ${name} to the bit`, async () => {
      const sound = await read(file);
      assert.deepEqual([sound.sampleRate, sound.channels, sound.warnings], [sampleRate, channels, []]);
      assert.deepEqual(bits(sound.samples), bits(expected));
    });
  }

  it("passes over an ID3 tag in front of the file, a player's", async () => {
    const tag = Buffer.alloc(10 + 300);
    tag.write('ID3\x04', 'latin1');
    tag.set([0, 0, 300 >> 7, 300 & 127], 6);
    const flac = readFileSync(join(FIXTURES, 'flac16.flac'));
    const { samples, warnings } = await read(written(Buffer.concat([tag, flac])));
    assert.deepEqual([samples.length, warnings], [600, []]);
  });

  it('does without the header, which each frame repeats', async () => {
    const flac = readFileSync(join(FIXTURES, 'flac16.flac'));
    // The sync code of the first frame.
    const { samples, channels, sampleRate } = await read(written(flac.subarray(flac.indexOf('\xff\xf8', 'latin1'))));
    assert.deepEqual([samples.length, channels, sampleRate], [600, 2, 16000]);
  });

  it('leaves out a frame whose prediction runs away beyond its bits', async () => {
    const header = readFileSync(join(FIXTURES, 'flac16.flac')).subarray(0, 42);
    header[4] |= 128;
    const frame = Buffer.from('//hgDgAP60CAAAAAkFGgeAA+eA==', 'base64');
    const file = written(Buffer.concat([header, frame]));
    await assert.rejects(
      read(file).then(({ samples }) => samples),
      { code: 'sound-file' },
    );
  });

  it('leaves out the frame that is damaged and reads the others', async () => {
    const [{ file, expected }] = fixtures('flac-blocks-of-16.flac');
    const bytes = readFileSync(file);
    // Frames of 16 samples of noise: some bytes before the end is the middle of one of the last.
    bytes[bytes.length - 100] ^= 0x10;
    const { samples, warnings } = await read(written(bytes));
    assert.deepEqual(warnings, ['cut short or damaged: the header promises 300 samples, 284 could be decoded']);
    assert.deepEqual(samples.subarray(0, 400), expected.subarray(0, 400));
    assert.deepEqual(samples.subarray(-16), expected.subarray(-16));
  });

  for (const [strategy, whose] of [
    [1, 'as the standard has it'],
    [0, 'as Flake 0.11 wrote it'],
  ] as const) {
    it(`reads blocks of differing sizes, ${whose}`, async () => {
      const lengths = [4608, 16, 17, 576, 1, 4095, 192, 1000];
      const random = new Random(5);
      const total = lengths.reduce((sum, length) => sum + length, 0);
      const samples = Int16Array.from({ length: total }, () => (random.uniform() - 0.5) * 65_536);
      const file = written(variableBlocks(samples, lengths, strategy));
      // The reference decoder, where it is there, takes the first for what it is.
      if (strategy === 1 && !missing('flac')) execFileSync('flac', ['-s', '-t', file], { stdio: 'ignore' });
      const expected = Float32Array.from(samples, sample => sample / 32_768);
      assertReadsNoise(file, await read(file), expected);
    });
  }

  it('reads 1 to 8 channels of 8, 16 and 24 bits, of any length, without a total in the header', async function () {
    requireSystem(this, 'flac');
    this.timeout(120_000);
    let turn = 0;
    for (const width of [8, 16, 24]) {
      for (let channels = 1; channels <= 8; channels++) {
        const frames = [1, 17, 4095, 4096, 4097, 9001][turn % 6];
        const { raw, expected } = noise(frames * channels, width);
        const args = [
          ...['-s', '-f', '--force-raw-format', '--endian=little', '--sign=signed', '--sample-rate=44100', '--lax'],
          ...[`--channels=${channels}`, `--bps=${width}`, `-${turn++ % 9}`, '-'],
        ];
        const bytes = execFileSync('flac', [...args, '-c'], { input: raw, stdio: ['pipe', 'pipe', 'ignore'] });
        // Written to a pipe, the encoder cannot come back to the header: the total is 0 there.
        const file = written(bytes);
        assertReadsNoise(`${width} bits, ${channels} channels`, await read(file), expected);
      }
    }
  });

  describe("of the reference encoder's", () => {
    const cases = [
      { channels: 1, width: 16, blockSize: 16, frames: 20_011 },
      { channels: 2, width: 16, blockSize: 192, frames: 60_001 },
      { channels: 2, width: 8, blockSize: 254, frames: 30_000 },
      { channels: 2, width: 24, blockSize: 1152, frames: 163_691 },
      { channels: 3, width: 8, blockSize: 4096, frames: 50_000 },
      { channels: 2, width: 16, blockSize: 65_535, frames: 200_000 },
      // A frame of half a megabyte and more.
      { channels: 8, width: 24, blockSize: 65_535, frames: 70_000 },
    ];
    for (const { channels, width, blockSize, frames } of cases) {
      it(`reads ${frames} samples of ${channels} × ${width} bits in blocks of ${blockSize}`, async function () {
        requireSystem(this, 'flac');
        const file = join(tempFolder('flac'), 'sound.flac');
        const { raw, expected } = noise(frames * channels, width);
        execFileSync(
          'flac',
          [
            ...['-s', '-f', '--lax', '--force-raw-format', '--endian=little', '--sign=signed', '--sample-rate=44100'],
            ...[`--channels=${channels}`, `--bps=${width}`, `--blocksize=${blockSize}`, '-o', file, '-'],
          ],
          { input: raw },
        );
        const sound = await read(file);
        assert.deepEqual([sound.channels, sound.warnings], [channels, []]);
        assert.ok(Buffer.from(sound.samples.buffer).equals(Buffer.from(expected.buffer)), 'other samples');
      });
    }
  });
});

/** What `read` gives of an encoder's file of noise. */
function assertReadsNoise(file: string, sound: Read, expected: Float32Array): void {
  assert.deepEqual(sound.warnings, []);
  assert.ok(Buffer.from(sound.samples.buffer).equals(Buffer.from(expected.buffer)), `other samples: ${file}`);
}

/** The sum that ends a frame's header (8 bits, 0x07) or the frame (16 bits, 0x8005). */
function crc(bytes: number[], width: 8 | 16): number {
  const [polynomial, top, mask] = width === 8 ? [0x07, 0x80, 0xff] : [0x8005, 0x8000, 0xffff];
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << (width - 8);
    for (let bit = 0; bit < 8; bit++) sum = ((sum << 1) ^ (sum & top ? polynomial : 0)) & mask;
  }
  return sum;
}

/** The number of a sample in a frame's header: UTF-8 for numbers below 2¹⁶. */
const coded = (number: number): number[] => [...Buffer.from(String.fromCodePoint(number))];

/**
 * A mono file of 16 bits whose frames, each its samples as they are, are of these lengths.
 * @param strategy the bit that says so: 1 in the standard, 0 in files of Flake 0.11
 */
function variableBlocks(samples: Int16Array, lengths: number[], strategy: 0 | 1): Buffer {
  const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
  const info = Buffer.alloc(34);
  info.writeUInt16BE(least, 0);
  info.writeUInt16BE(most, 2);
  // 16 kHz, one channel, 16 bits; the number of samples.
  info.writeUInt32BE((16_000 << 12) | (15 << 4), 10);
  info.writeUInt32BE(samples.length, 14);
  const parts = [Buffer.from('fLaC'), Buffer.from([0x80, 0, 0, 34]), info];
  let at = 0;
  for (const length of lengths) {
    const header = [0xff, 0xf8 | strategy, 0x75, 0x08, ...coded(at), (length - 1) >> 8, (length - 1) & 255];
    const frame = [...header, crc(header, 8), 0x02];
    for (const sample of samples.subarray(at, at + length)) frame.push((sample >> 8) & 255, sample & 255);
    const sum = crc(frame, 16);
    parts.push(Buffer.from([...frame, sum >> 8, sum & 255]));
    at += length;
  }
  return Buffer.concat(parts);
}

/** Loud noise with silence in between: frames of all kinds. */
function noise(count: number, width: number): { raw: Buffer; expected: Float32Array } {
  const random = new Random(width + count);
  const size = width / 8;
  const full = 2 ** (width - 1);
  const raw = Buffer.alloc(count * size);
  const expected = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const isSilent = i > count / 3 && i < count / 2;
    const value = isSilent ? 0 : Math.floor((random.uniform() * 2 - 1) * full);
    raw.writeIntLE(value, i * size, size);
    expected[i] = value / full;
  }
  return { raw, expected };
}
