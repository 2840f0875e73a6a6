// The live state: nothing is computed or sent while nothing is watched, everything it keeps has a bound, alarms bring
// their sound and picture along.
import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ALARM_LIMITS, AlarmList } from '#src/live/alarm-list';
import { LiveState, MAX_MODELS, MAX_SCORES_TOLD, MAX_SOURCES } from '#src/live/live-state';
import { CURVE_LIMIT, ModelView } from '#src/live/model-view';
import { RECENT_LIMITS, RecentSegments } from '#src/live/recent-segments';
import { bufferOf, type Message } from '#src/messages';
import { usualGrowth } from '../support/memory';
import { sleep, until } from '../support/wait';

const RATE = 16_000;
/** Shorter than in a running Node-RED, so that nobody waits for them here. */
const LEASE_MS = 1000;
const TELL_EVERY_MS = 50;
/** Within it a round of events has come, had there been something to tell. */
const ROUND_MS = 3 * TELL_EVERY_MS;
const BY = { kind: 'rl', model: 'checksum 1' } as const;

interface ModelEvent {
  from: number;
  scores: unknown[][];
  alarmsChanged: number;
}

/** A segment as it comes out of vae-score. */
function scoredSegment(sequence: number, score: number, model = 'model'): Message {
  return {
    topic: 'bench',
    payload: score,
    audio: { sampleRate: RATE, samples: 16, seconds: 0.001, startedAt: sequence, source: 'mic', sequence, overruns: 0 },
    score: {
      kind: 'rl',
      rl: score,
      kl: 0,
      total: score,
      latent: [],
      model: { id: model, name: model, version: 1, checksum: BY.model },
    },
  };
}

/** Sends one segment the way it takes: audio, spectrogram, score, threshold. */
function pass(live: LiveState, sequence: number, score: number, threshold = 1): void {
  const msg = scoredSegment(sequence, score);
  live.segment({ ...msg, payload: bufferOf(new Float32Array(16).fill(sequence / 1000)) });
  const picture = bufferOf(new Float32Array(4));
  const spectrogram = { shape: [2, 2], normalize: 'model' } as unknown as Message['spectrogram'];
  live.scored('model', BY, score, { ...msg, payload: picture, spectrogram });
  const state = score > threshold ? 'anomaly' : 'normal';
  live.judged('thr', 'manual', score, { state, threshold: { value: threshold } }, msg);
  const text = 'Anomaly';
  const anomaly = { state, score, threshold, method: 'manual', startedAt: 0, source: 'mic', text } as const;
  if (state === 'anomaly') live.alarm('thr', { ...msg, anomaly });
}

describe('live state', () => {
  let live: LiveState;
  let events: [string, object][];
  const modelEvents = () =>
    events.filter(([topic]) => topic === 'audio-anomaly/model/model').map(([, data]) => data as ModelEvent);

  beforeEach(() => {
    events = [];
    live = new LiveState(60_000, TELL_EVERY_MS);
    live.open((topic, data) => events.push([topic, data]));
  });
  afterEach(() => live.close());

  it('computes nothing, sends nothing and lets no clock run while nobody looks', async () => {
    live.judgeComes('thr');
    for (let i = 0; i < 200; i++) {
      live.sound('mic', new Float32Array(1600).fill(0.5), RATE);
      pass(live, i, 0.5);
    }
    await sleep(ROUND_MS);
    assert.deepEqual(events, []);
    const { leases, sources, ticking } = live.figures();
    assert.deepEqual({ leases, sources, ticking }, { leases: 0, sources: 0, ticking: false });
    assert.equal(live.source('mic'), undefined);
  });

  it('shows the level and the running spectrogram of a source that somebody looks at', async () => {
    assert.ok(live.watchSource('mic'));
    const tone = Float32Array.from({ length: RATE }, (_, i) => Math.sin((2 * Math.PI * 1000 * i) / RATE));
    for (let from = 0; from < tone.length; from += 1600) live.sound('mic', tone.subarray(from, from + 1600), RATE);
    await until('frames', () => (live.source('mic')?.strip.end ?? 0) > 25);
    const [, told] = await until('an event', () =>
      events.find(([topic, data]) => topic === 'audio-anomaly/source/mic' && 'level' in data && data.level),
    );
    const { level } = told as { level: { rms: number; peak: number; clipped: number } };
    assert.ok(Math.abs(level.rms + 3) < 0.2 && Math.abs(level.peak) < 0.2, JSON.stringify(level));
    assert.ok(level.clipped > 0, 'a sine at full scale is cut off');
    const { strip } = live.source('mic')!;
    const { frames } = strip.since(20);
    const loudest = frames.subarray(0, strip.format!.bins).indexOf(Math.max(...frames.subarray(0, strip.format!.bins)));
    const oneKilohertz = strip.format!.axis.ticks.find(({ label }) => label === '1')!.at * strip.format!.bins;
    assert.ok(Math.abs(loudest - oneKilohertz) < 2, `row ${loudest}, the axis says ${oneKilohertz}`);
  });

  it('leaves out stretches of sound where too many come at once, and counts them', async () => {
    live.watchSource('folder');
    for (let i = 0; i < 50; i++) live.sound('folder', new Float32Array(RATE), RATE);
    const view = live.source('folder')!;
    assert.ok(view.dropped >= 30, `${view.dropped}`);
    await until('the rest', () => view.strip.end > 0);
  });

  it('stops looking when the lease runs out, and not before', async () => {
    live = new LiveState(LEASE_MS, TELL_EVERY_MS);
    live.open((topic, data) => events.push([topic, data]));
    const began = performance.now();
    live.watchSource('mic');
    live.watchModel('model');
    assert.equal(live.figures().ticking, true);
    await until('the end of the lease', () => !live.figures().ticking, { every: 10 });
    assert.ok(performance.now() - began >= LEASE_MS);
    assert.equal(live.source('mic'), undefined);
    const before = events.length;
    pass(live, 1, 0.5);
    live.sound('mic', new Float32Array(1600), RATE);
    await sleep(ROUND_MS);
    assert.equal(events.length, before);
  });

  it('tells scores once, with the verdict that came after them', async () => {
    pass(live, 0, 0.5);
    live.watchModel('model');
    pass(live, 1, 0.5);
    pass(live, 2, 2);
    const [told] = await until('an event', () => (modelEvents().length > 0 ? modelEvents() : undefined));
    assert.equal(told.from, 1, 'what was there before is in the snapshot');
    assert.deepEqual(
      told.scores.map(([, ...rest]) => rest),
      [
        [0.5, 1, 'normal'],
        [2, 1, 'anomaly'],
      ],
    );
    await sleep(ROUND_MS);
    assert.equal(modelEvents().length, 1, 'nothing new, nothing told');
  });

  it('tells a flood of scores in events of a bounded size', async () => {
    live.watchModel('model');
    for (let i = 0; i < 5000; i++) pass(live, i, 0.5);
    const [told] = await until('an event', () => (modelEvents().length > 0 ? modelEvents() : undefined));
    assert.equal(told.scores.length, MAX_SCORES_TOLD);
    assert.equal(told.from, 5000 - MAX_SCORES_TOLD);
  });

  it('gives an alarm the sound and the picture of its segment, and joins what belongs together', () => {
    live.judgeComes('thr');
    for (const [i, score] of [0.5, 2, 3, 2.5, 0.5, 4].entries()) pass(live, i, score);
    const alarms = live.model('model')!.alarms.notices();
    assert.deepEqual(
      alarms.map(({ score, count }) => [score, count]),
      [
        [4, 1],
        [3, 3],
      ],
    );
    assert.ok(alarms.every(({ hasSound, hasSpectrogram, hasHeatmap }) => hasSound && hasSpectrogram && !hasHeatmap));
    const { sound } = live.model('model')!.alarms.find(alarms[1].id)!;
    assert.equal(sound!.payload.readFloatLE(0), Math.fround(0.002), 'of the strangest segment');
  });

  it('keeps no sound where no threshold node is there to raise an alarm', () => {
    pass(live, 1, 0.5);
    assert.equal(live.figures().segments, 0);
    live.judgeComes('thr');
    pass(live, 2, 0.5);
    assert.equal(live.figures().segments, 1);
    live.judgeGoes('thr');
    assert.equal(live.figures().segments, 0);
  });

  it('does not grow in a day of being looked at', async function () {
    this.timeout(120_000);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const held = async (): Promise<number> => {
      collect();
      await sleep(200); // buffers are given back by another thread
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    /** As many segments of 2 s as make `hours`, one in a hundred an alarm. */
    const hours = async (count: number): Promise<void> => {
      for (let i = 0; i < count * 1800; i++) {
        live.sound('mic', new Float32Array(320), RATE);
        pass(live, i, i % 100 === 0 ? 2 : 0.5);
        if (i % 1800 !== 0) continue;
        live.watchSource('mic');
        live.watchModel('model');
        await sleep(ROUND_MS);
        events.length = 0;
      }
    };
    live.judgeComes('thr');
    await hours(9); // all rings are full
    const growth = await usualGrowth(held, () => hours(3));
    assert.ok(growth < 0.5, `${growth} MiB in 3 hours`); // 100 bytes for each segment would be more
    assert.equal(live.model('model')!.alarms.size, ALARM_LIMITS.alarms);
  });

  it('remembers a bounded number of sources and models', () => {
    for (let i = 0; i < 100; i++) {
      live.watchSource(`source ${i}`);
      live.scored(`model ${i}`, BY, 1, scoredSegment(i, 1));
    }
    const { sources, models } = live.figures();
    assert.deepEqual({ sources, models }, { sources: MAX_SOURCES, models: MAX_MODELS });
  });
});

describe('what the room keeps', () => {
  const held = (bytes: number) => ({ sound: { payload: Buffer.alloc(bytes), sampleRate: RATE } });

  it('is bounded in segments and bytes, views on larger memory counted whole', () => {
    const recent = new RecentSegments();
    for (let i = 0; i < 1000; i++) recent.keep(String(i), held(1000));
    assert.equal(recent.size, RECENT_LIMITS.segments);
    const large = Buffer.alloc(RECENT_LIMITS.bytes);
    recent.keep('view', { sound: { payload: large.subarray(0, 4), sampleRate: RATE } });
    assert.deepEqual([recent.size, recent.bytes], [1, RECENT_LIMITS.bytes]);
    recent.keep('too large', held(RECENT_LIMITS.bytes + 1));
    assert.equal(recent.find('too large'), undefined);
    for (let i = 0; i < 100; i++) recent.keep(String(i), held(2 ** 20));
    assert.ok(recent.bytes <= RECENT_LIMITS.bytes);
  });

  it('is bounded in alarms; older ones lose their sound first', () => {
    const list = new AlarmList();
    const alarm = { node: 'thr', threshold: 1, source: 'mic', text: '' };
    for (let i = 0; i < 100; i++) {
      list.raise('stretch', { ...alarm, at: i, score: 2, ...held(2 ** 22) });
      list.settle('stretch');
    }
    assert.equal(list.size, ALARM_LIMITS.alarms);
    assert.ok(list.bytes <= ALARM_LIMITS.bytes, `${list.bytes}`);
    const notices = list.notices();
    assert.deepEqual([notices[0].at, notices[0].hasSound, notices.at(-1)!.hasSound], [99, true, false]);
  });

  it('is bounded in points of a training curve', () => {
    const view = new ModelView();
    for (let epoch = 1; epoch <= 100_000; epoch++) view.learnt({ epoch, loss: 1, rl: 1, kl: 1 });
    assert.ok(view.curve.length <= CURVE_LIMIT && view.curve.length > CURVE_LIMIT / 4, `${view.curve.length}`);
    assert.ok(view.curve.at(-1)!.epoch > 99_000);
  });
});
