// The spectrogram of long segments in a thread: same numbers, the caller's memory untouched, failures told.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { measureColumnTime } from '#src/dsp/frame-time';
import { DEFAULT_SPECTROGRAM, Spectrogram } from '#src/dsp/spectrogram';
import { type SpectrogramLane, spectrogramOf, spectrogramTask } from '#src/tasks/spectrogram';

const SETTINGS = { ...DEFAULT_SPECTROGRAM, sampleRate: 44100 };
const sound = (samples: number) => Float32Array.from({ length: samples }, (_, i) => ((i * 7919) % 1000) / 1000 - 0.5);

describe('a spectrogram in a thread', () => {
  let lane: SpectrogramLane;
  beforeEach(() => {
    lane = spectrogramTask.lane();
  });
  afterEach(() => lane.close());

  it('gives what the same settings give at once, and leaves the samples with the caller', async () => {
    const pcm = sound(3_000_000);
    const { values, info, milliseconds } = await spectrogramOf(lane, SETTINGS, pcm);
    const expected = new Spectrogram(SETTINGS).compute(pcm);
    assert.deepEqual(values, expected.values);
    assert.deepEqual(info, expected.info);
    assert.ok(milliseconds > 0);
    assert.equal(pcm.length, 3_000_000);
  });

  it('follows when the settings change', async () => {
    await spectrogramOf(lane, SETTINGS, sound(44100));
    const { info } = await spectrogramOf(lane, { ...SETTINGS, sampleRate: 22050, scale: 'linear' }, sound(44100));
    assert.deepEqual([info.sampleRate, info.shape], [22050, [513, 128]]);
  });

  it('hands back what is wrong with the settings as the same error, and goes on', async () => {
    await assert.rejects(spectrogramOf(lane, { ...SETTINGS, fMax: 30000 }, sound(44100)), {
      name: 'UserError',
      code: 'frequency-range',
      message: /fMax is 30000 Hz, above the Nyquist frequency 22050 Hz/,
    });
    assert.equal((await spectrogramOf(lane, SETTINGS, sound(44100))).info.shape[0], 128);
  });

  it('ends in the middle of a computation, which fails as closed', async () => {
    const work = assert.rejects(spectrogramOf(lane, SETTINGS, sound(20_000_000)), { code: 'closed' });
    await sleep(150);
    lane.close();
    await work;
    await assert.rejects(spectrogramOf(lane, SETTINGS, sound(1000)), { code: 'closed' });
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
