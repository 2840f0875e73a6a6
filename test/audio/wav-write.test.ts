import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAudioFile } from '#src/audio/read-audio-file';
import { encodeWav, wavBytes, writeWav } from '#src/audio/wav-write';
import { smallDisk } from '../support/small-disk';
import { requireSystem } from '../support/system';
import { tempFolder } from '../support/temp';
import { bits } from './fixtures';

const noise = (samples: number): Float32Array =>
  Float32Array.from({ length: samples }, (_, i) => Math.sin(i * 12.9898) * 0.9);

describe('writing WAV files', () => {
  it('keeps every bit of float32', async () => {
    const file = join(tempFolder('write'), 'a.wav');
    const pcm = noise(200_000);
    pcm.set([Number.NaN, Number.POSITIVE_INFINITY, -0, 3.5]);
    await writeWav(file, pcm, 48000, 'float32');
    const back = await readAudioFile(file);
    assert.equal(back.sampleRate, 48000);
    assert.deepEqual(bits(back.pcm), bits(pcm));
  });

  it('gives back every 16-bit value exactly, so that a recording of a recording is the same', async () => {
    const file = join(tempFolder('write'), 'a.wav');
    const pcm = Float32Array.from({ length: 65536 }, (_, i) => (i - 32768) / 32768);
    await writeWav(file, pcm, 44100, 'pcm16');
    assert.deepEqual((await readAudioFile(file)).pcm, pcm);
  });

  it('limits what 16 bits cannot hold instead of letting it wrap around', async () => {
    const file = join(tempFolder('write'), 'a.wav');
    await writeWav(file, Float32Array.of(1, 1.5, -1, -7, 0.99999), 8000);
    const { pcm } = await readAudioFile(file);
    const top = 32767 / 32768;
    assert.deepEqual([...pcm], [top, top, -1, -1, top]);
  });

  it('makes the same bytes in memory as on disk, of the size it says', async () => {
    const file = join(tempFolder('write'), 'a.wav');
    for (const format of ['pcm16', 'float32'] as const) {
      const pcm = noise(70_000);
      await writeWav(file, pcm, 44100, format);
      const written = readFileSync(file);
      assert.ok(written.equals(encodeWav(pcm, 44100, format)));
      assert.equal(written.length, wavBytes(pcm.length, format));
    }
  });

  it('is read the same by libsndfile', function () {
    requireSystem(this, 'python3-soundfile');
    const file = join(tempFolder('write'), 'a.wav');
    const pcm = noise(1000);
    for (const [format, subtype] of [
      ['pcm16', 'PCM_16'],
      ['float32', 'FLOAT'],
    ] as const) {
      writeFileSync(file, encodeWav(pcm, 22050, format));
      const script = `
import soundfile as sf
info = sf.info('${file}')
print(info.samplerate, info.channels, info.frames, info.subtype)
sf.read('${file}', dtype='float32')[0].astype('<f4').tofile('${file}.f32')`;
      const said = execFileSync('/usr/bin/python3', ['-c', script], { encoding: 'utf8' }).trim();
      assert.equal(said, `22050 1 1000 ${subtype}`);
      const heard = readFileSync(`${file}.f32`);
      const expected = format === 'float32' ? pcm : pcm.map(sample => Math.round(sample * 32768) / 32768);
      assert.ok(heard.equals(Buffer.from(expected.buffer)), subtype);
    }
  });

  it('leaves no half file on a full disk, keeps what was there, and says what is full', async function () {
    const { folder, unmount } = smallDisk(this, 64);
    try {
      const old = join(folder, 'old.wav');
      await writeWav(old, noise(1000), 8000);
      for (const file of [join(folder, 'new.wav'), old]) {
        await assert.rejects(writeWav(file, noise(200_000), 8000), {
          code: 'disk-full',
          message: `no space left to write ${file}. Free some space or record less.`,
        });
      }
      assert.deepEqual(readdirSync(folder), ['old.wav']);
      assert.equal((await readAudioFile(old)).pcm.length, 1000);
      await writeWav(join(folder, 'small.wav'), noise(1000), 8000);
      assert.deepEqual(readdirSync(folder).sort(), ['old.wav', 'small.wav']);
    } finally {
      unmount();
    }
  });

  it('says when a folder is missing', async () => {
    const file = join(tempFolder('write'), 'nowhere', 'a.wav');
    await assert.rejects(writeWav(file, noise(10), 8000), { code: 'write-failed', message: /ENOENT/ });
  });
});
