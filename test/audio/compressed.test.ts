import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MemoryBytes } from '#src/audio/file-bytes';
import { readAudioFile } from '#src/audio/read-audio-file';
import { openSound } from '#src/audio/sound-file';
import { UserError } from '#src/errors';
import { Random } from '#src/stats/random';
import { tempFolder } from '../support/temp';
import { bits, FIXTURES, fixtures } from './fixtures';

function copyOf(name: string, change: (bytes: Buffer) => Buffer, as = name): string {
  const file = join(tempFolder('compressed'), as);
  writeFileSync(file, change(readFileSync(join(FIXTURES, name))));
  return file;
}

/** All that may be said of a damaged file. */
const OUR_WORDS =
  /^(no sound could be decoded from this |not a sound file: |cut short or damaged: |ends early: |a sample rate of )/;

const meanOf = (interleaved: Float32Array, channels: number): Float32Array =>
  Float32Array.from({ length: interleaved.length / channels }, (_, frame) => {
    const samples = interleaved.subarray(frame * channels, (frame + 1) * channels);
    return samples.reduce((sum, sample) => sum + sample, 0) / channels;
  });

describe('reading compressed files', () => {
  for (const { name, file, expected, channels, sampleRate } of fixtures('.flac')) {
    it(`reads ${name} to the bit`, async () => {
      const sound = await readAudioFile(file);
      assert.deepEqual([sound.sampleRate, sound.channels, sound.warnings], [sampleRate, channels, []]);
      assert.deepEqual(bits(sound.pcm), bits(meanOf(expected, channels)));
    });
  }

  for (const { name, file, expected, sampleRate } of [...fixtures('.ogg'), ...fixtures('.opus'), ...fixtures('.mp3')]) {
    it(`reads ${name} as libsndfile does, same length and within a millionth of full scale`, async () => {
      const { pcm, sampleRate: rate } = await readAudioFile(file);
      assert.equal(rate, sampleRate);
      assert.equal(pcm.length, expected.length);
      const worst = pcm.reduce((most, sample, i) => Math.max(most, Math.abs(sample - expected[i])), 0);
      assert.ok(worst < 5e-6, `off by ${worst}`);
    });
  }

  it('tells the format by the content, not by the name', async () => {
    const file = copyOf('flac16.flac', bytes => bytes, 'misnamed.wav');
    assert.equal((await readAudioFile(file)).pcm.length, 300);
  });

  it('reads a FLAC that is cut short as far as it goes, and says so', async () => {
    const long = copyOf('flac16.flac', bytes => bytes);
    const whole = readFileSync(long);
    // One frame holds all 300 samples: without its end nothing can be decoded.
    await assert.rejects(readAudioFile(copyOf('flac16.flac', () => whole.subarray(0, whole.length >> 1))), {
      code: 'sound-file',
      message: /no sound could be decoded from this FLAC file: cut short or damaged/,
    });
    // Twice as many samples promised as there are: STREAMINFO's 36-bit count ends at byte 26.
    const promising = Buffer.from(whole);
    promising.writeUInt32BE(600, 22);
    const { pcm, warnings } = await readAudioFile(copyOf('flac16.flac', () => promising));
    assert.equal(pcm.length, 300);
    assert.deepEqual(warnings, ['cut short or damaged: the header promises 600 samples, 300 could be decoded']);
  });

  for (const name of ['vorbis.ogg', 'opus.opus', 'mp3.mp3', 'flac24.flac']) {
    it(`refuses a ${name} of which only the first bytes are left`, async () => {
      await assert.rejects(readAudioFile(copyOf(name, bytes => bytes.subarray(0, 50))), {
        code: 'sound-file',
        message: /no sound could be decoded/,
      });
    });
  }

  for (const name of ['vorbis.ogg', 'opus.opus', 'mp3.mp3', 'flac-in-ogg.oga', 'flac24.flac']) {
    it(`says in its own words what is wrong with a damaged ${name}, never in those of a decoder`, async function () {
      this.timeout(120_000);
      const whole = readFileSync(join(FIXTURES, name));
      const random = new Random(1);
      for (let i = 0; i < 50; i++) {
        const bytes = new Uint8Array(whole);
        // Headers and what lies between them are what decoders trip over.
        for (let n = 0; n < 12; n++) bytes[Math.floor(random.uniform() ** 2 * bytes.length)] = random.uniform() * 256;
        const said: string[] = [];
        try {
          const sound = await openSound(new MemoryBytes(bytes));
          for await (const _ of sound.blocks());
          said.push(...sound.warnings);
          sound.close();
        } catch (error) {
          assert.ok(error instanceof UserError, `copy ${i}: ${error}`);
          said.push(error.message);
        }
        for (const text of said) assert.match(text, OUR_WORDS, `copy ${i}`);
      }
    });
  }
});
