// The thread for long segments: same numbers, the caller's memory untouched, failures told, closed in time.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { measureColumnTime } from '#src/dsp/frame-time';
import { DEFAULT_SPECTROGRAM, Spectrogram } from '#src/dsp/spectrogram';
import { SpectrogramThread } from '#src/tasks/spectrogram-thread';
import { tempFolder } from '../support/temp';

const SETTINGS = { ...DEFAULT_SPECTROGRAM, sampleRate: 44100 };
const sound = (samples: number) => Float32Array.from({ length: samples }, (_, i) => ((i * 7919) % 1000) / 1000 - 0.5);

describe('the spectrogram thread', () => {
  let thread: SpectrogramThread;
  beforeEach(() => {
    thread = new SpectrogramThread();
  });
  afterEach(() => thread.close());

  it('gives what the same settings give at once, and leaves the samples with the caller', async () => {
    const pcm = sound(3_000_000);
    const { values, info, milliseconds } = await thread.compute(SETTINGS, pcm);
    const expected = new Spectrogram(SETTINGS).compute(pcm);
    assert.deepEqual(values, expected.values);
    assert.deepEqual(info, expected.info);
    assert.ok(milliseconds > 0);
    assert.equal(pcm.length, 3_000_000);
  });

  it('follows when the settings change', async () => {
    await thread.compute(SETTINGS, sound(44100));
    const { info } = await thread.compute({ ...SETTINGS, sampleRate: 22050, scale: 'linear' }, sound(44100));
    assert.deepEqual([info.sampleRate, info.shape], [22050, [513, 128]]);
  });

  it('hands back what is wrong with the settings as the same error, and goes on', async () => {
    await assert.rejects(thread.compute({ ...SETTINGS, fMax: 30000 }, sound(44100)), {
      name: 'UserError',
      code: 'frequency-range',
      message: /fMax is 30000 Hz, above the Nyquist frequency 22050 Hz/,
    });
    assert.equal((await thread.compute(SETTINGS, sound(44100))).info.shape[0], 128);
  });

  it('ends within 2 s in the middle of a computation, which fails as closed', async () => {
    const work = assert.rejects(thread.compute(SETTINGS, sound(20_000_000)), { code: 'closed' });
    await sleep(150);
    const start = performance.now();
    await thread.close();
    assert.ok(performance.now() - start < 2000);
    await work;
    await assert.rejects(thread.compute(SETTINGS, sound(1000)), { code: 'closed' });
  });

  it('tells of its death, and the next segment gets a new thread', async () => {
    const folder = tempFolder('thread');
    const file = join(folder, 'mortal.cjs');
    const marker = join(folder, 'died-once');
    // Dies over its first segment only; afterwards it is the real one.
    writeFileSync(
      file,
      `const { existsSync, writeFileSync } = require('node:fs');
       if (existsSync(${JSON.stringify(marker)})) require(${JSON.stringify(require.resolve('#src/tasks/spectrogram-worker'))});
       else require('node:worker_threads').parentPort.on('message', () => {
         writeFileSync(${JSON.stringify(marker)}, '');
         throw new Error('out of luck');
       });`,
    );
    const mortal = new SpectrogramThread(file);
    try {
      await assert.rejects(mortal.compute(SETTINGS, sound(1000)), {
        code: 'thread-failed',
        message: /failed: out of luck\. This segment was left out; the next one gets a new thread/,
      });
      assert.deepEqual((await mortal.compute(SETTINGS, sound(1000))).info.shape, [128, 128]);
    } finally {
      await mortal.close();
    }
  });
});

describe('the time a column takes', () => {
  it('is measured in turns of the event loop, and foretells a segment within an order of magnitude', async () => {
    const spectrogram = new Spectrogram(SETTINGS);
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    const perColumn = await measureColumnTime(spectrogram);
    clearInterval(counting);
    assert.ok(turns >= 3, `${turns} turns of the event loop`);
    const pcm = sound(441_000);
    const times = [1, 2, 3].map(() => {
      const start = performance.now();
      spectrogram.compute(pcm);
      return performance.now() - start;
    });
    const ratio = Math.min(...times) / (perColumn * spectrogram.naturalFrames(pcm.length));
    assert.ok(ratio > 0.1 && ratio < 10, `took ${ratio} times what was foretold`);
  });
});
