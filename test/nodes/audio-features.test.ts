import assert from 'node:assert/strict';
import { FEATURE_NAMES } from '#src/dsp/feature-names';
import { bufferOf, type Message } from '#src/messages';
import { Random } from '#src/stats/random';
import { TURNS_OF_A_FREE_LOOP, turnsDuring } from '../support/event-loop';
import { startFlow, stopFlow } from '../support/helper';

const RATE = 8000;

const flowWith = (properties: object = {}) =>
  startFlow([
    { id: 'features', type: 'audio-features', ...properties, wires: [['out']] },
    { id: 'out', type: 'helper' },
  ]);

/** Noise of the given RMS levels, one after the other, for `seconds` each. */
function sound(levelsDb: number[], seconds = 0.5): Float32Array {
  const random = new Random(1);
  const length = Math.round(seconds * RATE);
  return Float32Array.from({ length: levelsDb.length * length }, (_, i) => {
    return 10 ** (levelsDb[Math.floor(i / length)] / 20) * random.normal();
  });
}

const segment = (pcm: Float32Array, rest: Partial<Message> = {}): Message => ({
  payload: bufferOf(pcm),
  audio: {
    ...{ sampleRate: RATE, samples: pcm.length, seconds: pcm.length / RATE, startedAt: 1_000_000 },
    ...{ source: 'a.wav', sequence: 3, overruns: 0 },
  },
  ...rest,
});

describe('audio-features', () => {
  afterEach(stopFlow);

  it('sends the twelve features of each block, with what the segment had', async () => {
    const flow = await flowWith();
    const pcm = sound([-20, -40, -30]);
    flow.send('features', segment(pcm, { label: 'rain', filename: '/x/a.wav', own: { kept: true } }));
    const items = await flow.at('out').received.take('block', 3);
    for (const { payload, features } of items) {
      assert.deepEqual(Object.keys(payload as object), [...FEATURE_NAMES]);
      assert.deepEqual(features, { names: [...FEATURE_NAMES], seconds: 0.5 });
    }
    assert.deepEqual(
      items.map(({ payload }) => Math.round((payload as { rmsDb: number }).rmsDb)),
      [-20, -40, -30],
    );
    assert.deepEqual(
      items.map(({ label, filename, own, audio }) => [label, filename, own, audio?.startedAt, audio?.seconds]),
      [0, 500, 1000].map(after => ['rain', '/x/a.wav', { kept: true }, 1_000_000 + after, 0.5]),
    );
    assert.ok(items.every(msg => !('parts' in msg) && !('complete' in msg)));
    await flow.at('features').statuses.find('status', ({ text }) => text === '3 blocks');
  });

  it('leaves silence out and counts it; what is left at the end is no block', async () => {
    const flow = await flowWith({ silenceDb: -50, blockSeconds: 0.4 });
    flow.send('features', segment(sound([-20, -60, -45, -20], 0.4).subarray(0, RATE * 1.5)));
    const items = await flow.at('out').received.take('block', 2);
    assert.deepEqual(
      items.map(({ audio }) => audio?.startedAt),
      [1_000_000, 1_000_800],
    );
    await flow.at('features').statuses.find('status', ({ text }) => text === '3 blocks · 1 silent');
  });

  it('keeps the order of the segments and numbers the pass anew, its end on the last block', async () => {
    const flow = await flowWith();
    for (let index = 0; index < 4; index++) {
      const parts = { id: 'pass', index, ...(index === 3 && { count: 4 }) };
      const last = index === 3 && { complete: true };
      flow.send('features', segment(sound([-20 - index, -90, -30 - index]), { parts, ...last }));
    }
    const items = await flow.at('out').received.take('block', 8);
    assert.deepEqual(
      items.map(({ payload }) => Math.round((payload as { rmsDb: number }).rmsDb)),
      [-20, -30, -21, -31, -22, -32, -23, -33],
    );
    assert.deepEqual(
      items.map(({ parts }) => parts),
      Array.from({ length: 8 }, (_, index) => ({ id: 'pass', index, ...(index === 7 && { count: 8 }) })),
    );
    assert.deepEqual(
      items.map(({ complete }) => complete),
      [...new Array(7).fill(undefined), true],
    );
  });

  const ends: [string, () => Message, RegExp | undefined][] = [
    ['silent', () => segment(sound([-90, -90])), undefined],
    [
      'shorter than a block',
      () => segment(sound([-20], 0.1)),
      /the segment is 0\.10 s long; expected at least one block/,
    ],
    ['no good', () => segment(sound([-20]).fill(Number.NaN)), /sample 0 of 4000 is NaN/],
    ['no audio at all', () => ({ payload: 'x' }), /expected an audio segment/],
  ];
  for (const [what, make, error] of ends) {
    it(`tells of the end of a pass whose last segment is ${what}`, async () => {
      const flow = await flowWith();
      flow.send('features', segment(sound([-20]), { parts: { id: 'pass', index: 0 } }));
      flow.send('features', { ...make(), parts: { id: 'pass', index: 1, count: 2 }, complete: true, label: 'rain' });
      const [first, last] = await flow.at('out').received.take('block', 2);
      assert.equal(first.complete, undefined);
      assert.ok(!('payload' in last) && !('audio' in last) && !('features' in last));
      assert.deepEqual([last.complete, last.label], [true, 'rain']);
      assert.deepEqual(last.parts, { id: 'pass', index: 1, count: 2 });
      if (error) assert.match(await flow.at('features').errors.find('error'), error);
    });
  }

  it('says what is wrong with its settings', async () => {
    for (const [properties, expected] of [
      [{ blockSeconds: 0.3 }, /blockSeconds is number 0\.3; expected a number from 0\.4 to 60 seconds/],
      [{ silenceDb: 'low' }, /silenceDb is "low"; expected a number from -400 to 0 dB/],
    ] as const) {
      const flow = await flowWith(properties);
      flow.send('features', segment(sound([-20])));
      assert.match(await flow.at('features').errors.find('error'), expected);
    }
  });

  it('does not hold up the event loop, however long the file', async function () {
    this.timeout(60_000);
    const flow = await flowWith();
    const pcm = sound(new Array(600).fill(-20));
    const turns = await turnsDuring(async () => {
      flow.send('features', segment(pcm));
      await flow.at('out').received.take('block', 600, () => true, { timeout: 30_000 });
    });
    assert.ok(turns > TURNS_OF_A_FREE_LOOP, `${turns} turns`);
  });

  it('closes in the middle of its work', async () => {
    const flow = await flowWith();
    flow.send('features', segment(sound(new Array(600).fill(-20)), { complete: true }));
    await new Promise(resolve => setTimeout(resolve, 50));
    await flow.stop();
    assert.ok(flow.at('features').errors.items.length === 0);
  });
});
