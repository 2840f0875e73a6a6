import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PassEvent, PassOptions, SoundSegment } from '#src/audio/folder-pass';
import { openSoundFile } from '#src/audio/sound-file';
import { folderPassTask } from '#src/tasks/folder-pass';
import { counts, FIXTURES, fixtures, wav16, writeRamp } from '../audio/fixtures';
import { tempFolder } from '../support/temp';
import { sleep, within } from '../support/wait';

const options = (folder: string, changes: Partial<PassOptions> = {}): PassOptions => ({
  folder,
  recursive: true,
  labels: 'folder',
  onlyLabels: [],
  sampleRate: 0,
  segmentSeconds: 0,
  hopSeconds: 0,
  pad: 'right',
  channels: 'mix',
  ...changes,
});

async function readAll(folder: string, changes?: Partial<PassOptions>): Promise<PassEvent[]> {
  const reader = folderPassTask.open(options(folder, changes));
  const events: PassEvent[] = [];
  try {
    for await (const event of reader) events.push(event);
  } finally {
    await reader.close();
  }
  return events;
}

const segmentsOf = (events: PassEvent[]): SoundSegment[] => events.filter(event => event.type === 'segment');

describe('reading a folder in a thread', () => {
  it('gives every segment of every file with its place', async () => {
    const folder = tempFolder('pass');
    mkdirSync(join(folder, 'normal'));
    writeRamp(join(folder, 'normal', 'a_20260102_030405.wav'), 8000 * 3);
    const second = writeRamp(join(folder, 'b.wav'), 4000, 100);
    utimesSync(second, 1000, 1000);
    const events = await readAll(folder, { segmentSeconds: 1, hopSeconds: 0.75 });
    assert.deepEqual(events[0], { type: 'listed', files: 2 });
    const recorded = new Date(2026, 0, 2, 3, 4, 5).getTime();
    assert.deepEqual(
      segmentsOf(events).map(({ name, label, sequence, startedAt, pcm }) => [
        name,
        label,
        sequence,
        startedAt,
        pcm.length,
        pcm[0] * 32768,
      ]),
      [
        ['b.wav', folder.split('/').pop(), 0, 1_000_000, 8000, 100],
        ...[0, 1, 2, 3].map(i => ['normal/a_20260102_030405.wav', 'normal', i, recorded + i * 750, 8000, i * 6000]),
      ],
    );
  });

  it('resamples, with segments measured at the new rate', async () => {
    const folder = tempFolder('pass');
    writeRamp(join(folder, 'a.wav'), 8000, 0, 8000);
    const [first, second, ...rest] = segmentsOf(await readAll(folder, { sampleRate: 16000, segmentSeconds: 0.5 }));
    assert.equal(rest.length, 0);
    assert.deepEqual([first.pcm.length, second.pcm.length, first.sampleRate], [8000, 8000, 16000]);
    // Every other sample is an old one; away from the ends, where the ramp begins and ends abruptly.
    assert.ok(Math.abs(counts(first.pcm)[4000] - 2000) < 0.01);
  });

  it('sends each channel by itself, stretch by stretch, with no sample in the wrong place', async () => {
    const folder = tempFolder('pass');
    // Left counts up, right counts down.
    const stereo = Int16Array.from({ length: 2 * 900 }, (_, i) => (i % 2 === 0 ? i / 2 : -(i - 1) / 2));
    writeFileSync(join(folder, 'stereo.wav'), wav16(stereo, { channels: 2 }));
    const whole = segmentsOf(await readAll(folder, { channels: 'each' }));
    const ramp = Array.from({ length: 900 }, (_, i) => i);
    assert.deepEqual(
      whole.map(({ channel, sequence, pcm }) => [channel, sequence, counts(pcm)]),
      [
        [1, 0, ramp],
        [2, 0, ramp.map(value => -value || 0)],
      ],
    );
    const cut = segmentsOf(await readAll(folder, { channels: 'each', segmentSeconds: 0.05 }));
    assert.deepEqual(
      cut.map(({ channel, sequence, pcm, startedAt }) => [
        channel,
        sequence,
        counts(pcm)[1],
        startedAt - cut[0].startedAt,
      ]),
      [0, 1, 2].flatMap(i => [
        [1, i, 400 * i + 1, 50 * i],
        [2, i, -400 * i - 1, 50 * i],
      ]),
    );
    const mixed = segmentsOf(await readAll(folder));
    assert.deepEqual([mixed.length, mixed[0].channel, Math.max(...mixed[0].pcm)], [1, undefined, 0]);
  });

  it('separates the channels of every format as libsndfile does', async () => {
    const all = ['.wav', '.flac', '.ogg', '.opus', '.mp3'].flatMap(fixtures).filter(({ channels }) => channels > 1);
    assert.ok(new Set(all.map(({ name }) => name.split('.')[1])).size > 1, 'more than one format has several channels');
    for (const { name, file, channels, expected } of all) {
      const sound = await openSoundFile(file);
      const parts: Float32Array[][] = [];
      for await (const block of sound.channelBlocks()) parts.push(block);
      sound.close();
      for (let channel = 0; channel < channels; channel++) {
        const got = parts.flatMap(block => [...block[channel]]);
        const theirs = expected.filter((_, i) => i % channels === channel);
        assert.equal(got.length, theirs.length, name);
        const worst = got.reduce((most, sample, i) => Math.max(most, Math.abs(sample - theirs[i])), 0);
        assert.ok(worst < 5e-6, `${name}, channel ${channel + 1}: off by ${worst}`);
      }
    }
  });

  it('skips and names what cannot be read, and the good files still come through', async () => {
    const folder = tempFolder('pass');
    writeRamp(join(folder, 'good1.wav'), 800);
    writeFileSync(join(folder, 'empty.wav'), '');
    writeFileSync(join(folder, 'fake.wav'), 'just text');
    writeFileSync(join(folder, 'header.wav'), wav16([]));
    writeFileSync(join(folder, 'lies.wav'), wav16(new Int16Array(800), { promised: 4_000_000_000 }));
    writeFileSync(join(folder, 'notes.txt'), 'heard something');
    copyFileSync(join(FIXTURES, 'mp3.mp3'), join(folder, 'song.mp3'));
    writeRamp(join(folder, 'z.wav'), 800);
    const events = await readAll(folder);
    const named = (type: string) =>
      events.flatMap(event => (event.type === type && 'filename' in event ? [event.filename.split('/').pop()] : []));
    assert.deepEqual(named('skipped'), ['notes.txt', 'empty.wav', 'fake.wav', 'header.wav']);
    assert.deepEqual(named('flawed'), ['lies.wav']);
    assert.deepEqual(
      segmentsOf(events).map(({ name }) => name),
      ['good1.wav', 'lies.wav', 'song.mp3', 'z.wav'],
    );
  });

  it('says so when incomplete segments are dropped and nothing is left of a file', async () => {
    const folder = tempFolder('pass');
    writeRamp(join(folder, 'short.wav'), 800);
    const events = await readAll(folder, { segmentSeconds: 1, pad: 'drop' });
    assert.deepEqual(events.at(-1), {
      type: 'skipped',
      filename: join(folder, 'short.wav'),
      reason: 'shorter than one segment of 1 s, and incomplete segments are dropped',
    });
  });

  it('tells what is wrong with a folder', async () => {
    const folder = tempFolder('pass');
    await assert.rejects(readAll(join(folder, 'missing')), { code: 'folder', message: /no such folder: .*missing/ });
    await assert.rejects(readAll(folder), { code: 'no-sound', message: /no sound file in / });
    writeRamp(join(folder, 'a.wav'), 10);
    await assert.rejects(readAll(folder, { onlyLabels: ['test', 'x'] }), {
      code: 'no-sound',
      message: /has the label test or x; the labels there are \S+pass\./,
    });
  });

  it('does not run ahead of a slow reader', async () => {
    const folder = tempFolder('pass');
    for (let i = 0; i < 30; i++) writeRamp(join(folder, `${i}.wav`), 8000);
    const reader = folderPassTask.open(options(folder, { segmentSeconds: 0.1 }));
    const waiting = () => (reader as unknown as { events: PassEvent[] }).events.length;
    let most = 0;
    let segments = 0;
    for await (const event of reader) {
      if (event.type !== 'segment') continue;
      segments++;
      if (segments <= 10) await sleep(20);
      most = Math.max(most, waiting());
    }
    await reader.close();
    assert.equal(segments, 300);
    assert.ok(most > 0 && most <= 4, `${most} events waited`);
  });

  it('ends at once in the middle of a long file', async () => {
    const folder = tempFolder('pass');
    writeFileSync(join(folder, 'long.wav'), wav16(new Int16Array(20 * 2 ** 20), { sampleRate: 44100 }));
    // One whole-file segment at another rate: seconds of work before the first segment.
    const reader = folderPassTask.open(options(folder, { sampleRate: 16000 }));
    const events: PassEvent[] = [];
    const reading = (async () => {
      for await (const event of reader) events.push(event);
    })();
    while (events.length < 2) await sleep(10);
    await sleep(100);
    await reader.close();
    await within(5000, 'end of the iteration', reading);
    assert.equal(segmentsOf(events).length, 0);
  });

  it('refuses segments that would take hundreds of megabytes each', async () => {
    const folder = tempFolder('pass');
    writeRamp(join(folder, 'a.wav'), 8000);
    writeRamp(join(folder, 'b.wav'), 100);
    const events = await readAll(folder, { segmentSeconds: 3600, sampleRate: 384000 });
    const skipped = events.filter(event => event.type === 'skipped');
    assert.equal(skipped.length, 2);
    assert.match(skipped[0].reason, /too long for one segment/);
  });

  it('refuses files whose header tells no rate of sound, and names the rate', async () => {
    const folder = tempFolder('pass');
    for (const rate of [1, 999, 1000, 1_000_000, 1_000_001]) {
      writeFileSync(join(folder, `${rate}.wav`), wav16(new Int16Array(300), { sampleRate: rate }));
    }
    const events = await readAll(folder, { sampleRate: 8000 });
    const reasons = events.flatMap(event => (event.type === 'skipped' ? [event.reason] : []));
    const reason = (rate: number) =>
      `a sample rate of ${rate} Hz; expected 1000 to 1000000 Hz. Its header is damaged or made wrongly.`;
    assert.deepEqual(reasons, [1, 999, 1_000_001].map(reason));
    assert.deepEqual(
      segmentsOf(events).map(({ pcm }) => pcm.length),
      [2400, 3],
    );
  });

  it('takes no more memory for a low rate made a high one than for its segments', async () => {
    const folder = tempFolder('pass');
    // What is read at a time are 131 072 samples, which 384 kHz make 50 million: 200 MB.
    writeFileSync(join(folder, 'long.wav'), wav16(new Int16Array(2 ** 17), { sampleRate: 1000 }));
    const reader = folderPassTask.open(options(folder, { sampleRate: 384_000, segmentSeconds: 1 }));
    const before = process.memoryUsage().rss;
    let [most, segments] = [0, 0];
    for await (const event of reader) {
      most = Math.max(most, process.memoryUsage().rss - before);
      if (event.type === 'segment' && ++segments === 3) break;
    }
    await reader.close();
    assert.equal(segments, 3);
    assert.ok(most < 120 * 2 ** 20, `${(most / 2 ** 20).toFixed()} MiB`);
  });

  it('refuses segments whose channels together would take hundreds of megabytes', async () => {
    const folder = tempFolder('pass');
    writeFileSync(join(folder, 'many.wav'), wav16(new Int16Array(64 * 100), { sampleRate: 44_100, channels: 64 }));
    const skipped = (await readAll(folder, { channels: 'each', segmentSeconds: 60 })).filter(
      event => event.type === 'skipped',
    );
    assert.deepEqual(
      skipped.map(({ reason }) => reason),
      [
        'too long for one segment: more than 1048576 samples of each of its 64 channels (0.4 minutes at 44.1 kHz). Set a shorter segment length.',
      ],
    );
    assert.equal(segmentsOf(await readAll(folder, { segmentSeconds: 60 })).length, 1);
  });
});
