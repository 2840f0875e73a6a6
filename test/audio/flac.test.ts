// FLAC to the bit: files of the reference encoder with every block size, width and number of channels, and damaged ones.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSoundFile } from '#src/audio/sound-file';
import { Random } from '#src/stats/random';
import { requireSystem } from '../support/system';
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
