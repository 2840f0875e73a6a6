import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, ftruncateSync, openSync, readFileSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FileBytes } from '#src/audio/file-bytes';
import { readAudioFile } from '#src/audio/read-audio-file';
import { openSoundFile } from '#src/audio/sound-file';
import { readWavHeader } from '#src/audio/wav-header';
import { interleavedBlocks } from '#src/audio/wav-reader';
import { UserError } from '#src/errors';
import { requireSystem } from '../support/system';
import { tempFolder } from '../support/temp';
import { bits, FIXTURES, fixtures, wav16 } from './fixtures';

/** All channels, as libsndfile returns them. */
function readInterleaved(file: string) {
  const bytes = FileBytes.open(file);
  const header = readWavHeader((position, length) => bytes.read(position, length), bytes.size);
  const parts = [...interleavedBlocks(bytes, header)].flatMap(block => Array.from(block));
  bytes.close();
  return { header, samples: Float32Array.from(parts) };
}

const folder = () => tempFolder('wav');
function fileOf(content: Uint8Array | string, name = 'test.wav'): string {
  const file = join(folder(), name);
  writeFileSync(file, content);
  return file;
}

describe('reading WAV files', () => {
  for (const { name, file, expected, channels, sampleRate, frames } of fixtures('.wav')) {
    it(`reads ${name} to the bit as libsndfile does`, () => {
      const { header, samples } = readInterleaved(file);
      assert.deepEqual([header.channels, header.sampleRate, header.frames], [channels, sampleRate, frames]);
      assert.deepEqual(bits(samples), bits(expected));
    });
  }

  it('covers every encoding', () => {
    const encodings = new Set(fixtures('.wav').map(({ file }) => readInterleaved(file).header.encoding));
    assert.deepEqual([...encodings].sort(), ['alaw', 'f32', 'f64', 's16', 's24', 's32', 'u8', 'ulaw']);
  });

  it('mixes channels to their mean, 8 as well as 2', async () => {
    for (const { file, channels, expected } of fixtures('.wav').filter(fixture => fixture.channels > 1)) {
      const { pcm, channels: read } = await readAudioFile(file);
      const mean = Float32Array.from({ length: expected.length / channels }, (_, frame) => {
        const samples = expected.subarray(frame * channels, (frame + 1) * channels);
        return samples.reduce((sum, sample) => sum + sample, 0) / channels;
      });
      assert.equal(read, channels);
      assert.deepEqual(bits(pcm), bits(mean));
    }
  });

  it('equals libsndfile on freshly written noise in every format', function () {
    requireSystem(this, 'python3-soundfile');
    const out = folder();
    const script = `
import soundfile as sf, numpy as np
x = np.random.default_rng(7).uniform(-1, 1, (5000, 3))
for kind in ['WAV', 'WAVEX', 'RF64']:
    for sub in ['PCM_U8', 'PCM_16', 'PCM_24', 'PCM_32', 'FLOAT', 'DOUBLE', 'ALAW', 'ULAW']:
        name = '${out}/' + kind + sub + '.wav'
        sf.write(name, x, 44100, sub, format=kind)
        sf.read(name, dtype='float32')[0].astype('<f4').tofile(name + '.f32')
        print(name)`;
    const names = execFileSync('/usr/bin/python3', ['-c', script], { encoding: 'utf8' }).trim().split('\n');
    assert.equal(names.length, 24);
    for (const name of names) {
      const expected = readFileSync(`${name}.f32`);
      const { samples } = readInterleaved(name);
      assert.ok(Buffer.from(samples.buffer).equals(expected), name);
    }
  });

  describe('whose header lies', () => {
    it('reads what a streaming writer left open to the end of the file, without a word', async () => {
      for (const name of ['stream-4gib.wav', 'stream-zero.wav', 'rf64-stream.wav']) {
        const { pcm, warnings } = await readAudioFile(join(FIXTURES, name));
        assert.equal(pcm.length, 300, name);
        assert.deepEqual(warnings, [], name);
      }
    });

    it('reads a file that is cut short as far as it goes, and says so with both sizes', async () => {
      const { pcm, warnings } = await readAudioFile(join(FIXTURES, 'truncated.wav'));
      assert.equal(pcm.length, 249);
      assert.deepEqual(warnings, ['cut short: the header promises 600 bytes of sound, the file holds 499']);
      const rf64 = await readAudioFile(join(FIXTURES, 'rf64-promises-too-much.wav'));
      assert.match(rf64.warnings[0], /promises 1099511627776 bytes of sound, the file holds 600/);
    });

    it('never takes more memory than the file is long', async () => {
      for (const promised of [0xfffffffe, 0xffffffff, 0x7fffffff]) {
        const file = fileOf(wav16(new Int16Array(1000), { promised }));
        const before = process.memoryUsage().arrayBuffers;
        const sound = await openSoundFile(file);
        let most = 0;
        for await (const block of sound.blocks()) {
          most = Math.max(most, process.memoryUsage().arrayBuffers - before, block.byteLength);
        }
        sound.close();
        assert.ok(most < 2 ** 20, `${most} bytes for a file of 2044`);
      }
    });

    it('reads a file of any length block by block', async () => {
      const file = join(folder(), 'long.wav');
      const descriptor = openSync(file, 'w');
      writeSync(descriptor, wav16([], { promised: 0xffffffff }));
      ftruncateSync(descriptor, 96 * 2 ** 20);
      const sound = await openSoundFile(file);
      let samples = 0;
      let longest = 0;
      for await (const block of sound.blocks()) {
        samples += block.length;
        longest = Math.max(longest, block.length);
      }
      sound.close();
      assert.equal(samples, (96 * 2 ** 20 - 44) / 2);
      assert.ok(longest <= 2 ** 17, `${longest} samples at once`);
    });
  });

  describe('that cannot be read', () => {
    const header = wav16([1, 2, 3]);
    const changed = (offset: number, ...bytes: number[]) => {
      const copy = Buffer.from(header);
      copy.set(bytes, offset);
      return copy;
    };
    const cases: [string, Uint8Array | string, RegExp][] = [
      ['an empty file', '', /the file is empty \(0 bytes\)/],
      ['a text', 'this is no sound at all, '.repeat(20), /not a sound file: its content is none of WAV, MP3/],
      ['random bytes', Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 167 + 13) % 251)), /not a sound file/],
      ['a header cut in its middle', header.subarray(0, 30), /its fmt chunk is cut short/],
      ['the first 12 bytes of a header', header.subarray(0, 12), /ends before its samples: 12 bytes hold no fmt chunk/],
      ['a header without samples', header.subarray(0, 44), /the WAV is empty: a header without samples/],
      ['a header without a data chunk', header.subarray(0, 36), /a header without a data chunk/],
      ['no channels', changed(22, 0, 0), /0 channels; expected 1 to 1024/],
      ['65535 channels', changed(22, 255, 255), /65535 channels; expected 1 to 1024/],
      ['a sample rate of 0', changed(24, 0, 0, 0, 0), /a sample rate of 0 Hz/],
      ['64-bit integers', changed(32, 8, 0, 64, 0), /WAV format 1 with 64 bits is not supported; expected PCM/],
      ['ADPCM', changed(20, 2, 0), /WAV format 2 with 16 bits is not supported/],
      ['big-endian samples', changed(3, 'X'.charCodeAt(0)), /big-endian WAV \(RIFX\)/],
      ['a fmt chunk of a gibibyte', changed(16, 0, 0, 0, 64), /ends before its samples/],
    ];
    for (const [what, content, reason] of cases) {
      it(`refuses ${what}, naming the file and the reason`, async () => {
        const file = fileOf(content);
        await assert.rejects(readAudioFile(file), (error: unknown) => {
          assert.ok(error instanceof UserError, String(error));
          assert.equal(error.code, 'sound-file');
          assert.ok(error.message.startsWith(`${file}: `), error.message);
          assert.match(error.message, reason);
          return true;
        });
      });
    }

    it('refuses what is missing, a folder, a broken link or forbidden', async () => {
      const dir = folder();
      symlinkSync(join(dir, 'nowhere'), join(dir, 'broken.wav'));
      await assert.rejects(readAudioFile(join(dir, 'missing.wav')), { code: 'file-unreadable', message: /ENOENT/ });
      await assert.rejects(readAudioFile(join(dir, 'broken.wav')), { code: 'file-unreadable', message: /ENOENT/ });
      await assert.rejects(readAudioFile(dir), { code: 'file-unreadable', message: /not a regular file/ });
      const file = fileOf(header);
      chmodSync(file, 0);
      await asOrdinaryUser(() =>
        assert.rejects(readAudioFile(file), { code: 'file-unreadable', message: /EACCES: permission denied/ }),
      );
    });
  });
});

/** Root may read everything: the administrator's run steps down for a moment. */
async function asOrdinaryUser(run: () => Promise<void>): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    await run();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
