// The audio-augment node in Node-RED's runtime: originals and copies, their order, the end of a pass, bad input.
import assert from 'node:assert/strict';
import { bufferOf, floatsOf, type Message } from '#src/messages';
import { Random } from '#src/stats/random';
import { TURNS_OF_A_FREE_LOOP, turnsDuring } from '../support/event-loop';
import { type RunningFlow, startFlow, stopFlow } from '../support/helper';

const RATE = 16000;
const random = new Random(3);

function segment(sequence: number, rest: Partial<Message> = {}, seconds = 0.25): Message {
  const pcm = Float32Array.from({ length: seconds * RATE }, () => 0.05 * random.normal());
  return {
    payload: bufferOf(pcm),
    audio: {
      ...{ sampleRate: RATE, samples: pcm.length, seconds, startedAt: 1, source: 'test', sequence, overruns: 0 },
    },
    filename: `${sequence}.wav`,
    ...rest,
  };
}

const start = (properties: object = {}): Promise<RunningFlow> =>
  startFlow([
    { id: 'augment', type: 'audio-augment', wires: [['out']], ...properties },
    { id: 'out', type: 'helper' },
  ]);

describe('audio-augment node', function () {
  this.timeout(20_000);
  let flow: RunningFlow;
  const received = (count: number): Promise<Message[]> => flow.at('out').received.take('segment', count);
  const errorOf = async (): Promise<string> => (await flow.at('augment').errors.take('error', 1))[0];
  afterEach(stopFlow);

  it('passes each segment on as it came, then its copies', async () => {
    flow = await start({ copies: 2 });
    const sent = [segment(0), segment(1)];
    const before = sent.map(({ payload }) => Buffer.from(payload as Buffer));
    for (const msg of sent) flow.send('augment', msg);
    const got = await received(6);
    assert.deepEqual(
      got.map(({ filename }) => filename),
      ['0.wav', '0.wav', '0.wav', '1.wav', '1.wav', '1.wav'],
    );
    assert.deepEqual(
      got.map(({ augmentation }) => (augmentation as { copy: number } | undefined)?.copy),
      [undefined, 1, 2, undefined, 1, 2],
    );
    assert.ok((got[0].payload as Buffer).equals(before[0]) && (got[3].payload as Buffer).equals(before[1]));
    assert.ok((sent[0].payload as Buffer).equals(before[0]));
    for (const { payload, audio } of got) assert.equal(floatsOf(payload as Buffer).length, audio?.samples);
    const copies = [1, 2, 4, 5].map(i => (got[i].payload as Buffer).toString('latin1'));
    assert.equal(new Set(copies).size, 4);
  });

  it('gives the same copies for the same seed, whatever came before', async () => {
    const msg = segment(0);
    const copies: string[] = [];
    for (const seed of [5, 5, 6]) {
      flow = await start({ copies: 1, seed });
      if (copies.length === 1) flow.send('augment', segment(9));
      flow.send('augment', { ...msg });
      const got = await received(copies.length === 1 ? 4 : 2);
      copies.push((got[got.length - 1].payload as Buffer).toString('latin1'));
    }
    assert.equal(copies[0], copies[1]);
    assert.notEqual(copies[0], copies[2]);
  });

  it('ends a pass with the very last copy of the last segment, and not before', async () => {
    flow = await start({ copies: 2 });
    for (const index of [0, 1, 2]) {
      const parts = { id: 'pass', index, count: 3 };
      flow.send('augment', segment(index, { parts, ...(index === 2 && { complete: true }) }));
    }
    const got = await received(9);
    assert.deepEqual(
      got.map(({ parts }) => parts?.index),
      [0, 1, 2, 3, 4, 5, 6, 7, 8],
    );
    assert.ok(got.every(({ parts }) => parts?.count === 9 && parts.id === 'pass'));
    assert.deepEqual(
      got.map(({ complete }) => complete === true),
      [...Array(8).fill(false), true],
    );
  });

  it('makes a training start once, on all of them', async () => {
    flow = await startFlow([
      { id: 'model', type: 'audio-model', name: 'm', folder: 'models', threads: 1 },
      { id: 'augment', type: 'audio-augment', copies: 3, wires: [['picture']] },
      { id: 'picture', type: 'spectrogram', frames: 8, melBands: 16, fftSize: 256, wires: [['train']] },
      {
        ...{
          id: 'train',
          type: 'vae-train',
          model: 'model',
          preset: 'custom',
          filters: '4',
          kernels: '3',
          strides: '2',
        },
        ...{ epochs: 2, wires: [['models'], []] },
      },
      { id: 'models', type: 'helper' },
    ]);
    for (const index of [0, 1, 2, 3]) {
      const parts = { id: 'pass', index, count: 4 };
      flow.send('augment', segment(index, { parts, ...(index === 3 && { complete: true }) }));
    }
    const [{ payload }] = await flow.at('models').received.take('model', 1);
    const { segments, version } = payload as { segments: number; version: number };
    assert.deepEqual([segments, version], [16, 1]);
    assert.deepEqual(flow.at('train').errors.items, []);
  });

  it('passes on what only tells the nodes behind what to do, in its turn', async () => {
    flow = await start({ copies: 1 });
    flow.send('augment', segment(0));
    flow.send('augment', { payload: 'done', complete: true });
    flow.send('augment', { reset: true });
    const got = await received(4);
    assert.deepEqual([got[2].complete, got[3].reset], [true, true]);
  });

  it('makes no copies where none are wanted', async () => {
    flow = await start({ copies: 0 });
    flow.send('augment', segment(0, { parts: { id: 'pass', index: 0, count: 1 }, complete: true }));
    const [msg] = await received(1);
    assert.deepEqual([msg.parts, msg.complete], [{ id: 'pass', index: 0, count: 1 }, true]);
  });

  it('refuses what is no sound, and NaN in one, and goes on', async () => {
    flow = await start({ copies: 1 });
    flow.send('augment', { payload: 'hello' });
    assert.match(await errorOf(), /expected an audio segment .* got "hello"/);
    const broken = segment(0);
    (broken.payload as Buffer).writeFloatLE(Number.NaN, 40);
    flow.send('augment', broken);
    assert.match((await flow.at('augment').errors.take('error', 2))[1], /sample 10 of 4000 is NaN/);
    flow.send('augment', segment(1));
    await received(2);
  });

  for (const [properties, expected] of [
    [{ snrDb: 'loud' }, /snrDb is "loud"; expected a number from -60 to 120 dB/],
    [{ snrDb: 1000 }, /snrDb is number 1000; expected a number from -60 to 120 dB/],
    [{ copies: -1 }, /copies is number -1; expected a whole number from 0 to 100/],
    [{ copies: 1.5 }, /copies is number 1\.5; expected a whole number/],
    [{ speedPercent: 100 }, /speedPercent is number 100; expected a number from 0 to 40 %/],
    [{ noise: 'brown' }, /noise is "brown"; expected one of none, white, pink/],
    [{ gainDb: -3 }, /gainDb is number -3; expected a number from 0/],
  ] as const) {
    it(`refuses ${JSON.stringify(properties)}`, async () => {
      flow = await start(properties);
      assert.match(await errorOf(), expected);
    });
  }

  it('does not hold up Node-RED meanwhile', async () => {
    flow = await start({ copies: 8, speedPercent: 5, maskOctaves: 0.5 });
    flow.send('augment', segment(0));
    await received(9);
    const long = segment(1, {}, 20);
    const turns = await turnsDuring(async () => {
      flow.send('augment', long);
      await received(18);
    });
    assert.ok(turns > TURNS_OF_A_FREE_LOOP, `${turns} turns`);
  });

  it('closes in the middle of its work', async () => {
    flow = await start({ copies: 100, speedPercent: 5, maskOctaves: 0.5 });
    for (let i = 0; i < 10; i++) flow.send('augment', segment(i, {}, 10));
    await received(3);
    await stopFlow();
    assert.ok(flow.at('out').received.items.length < 1010, 'before it was done');
  });
});
