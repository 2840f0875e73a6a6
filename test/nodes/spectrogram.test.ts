// The spectrogram node in Node-RED's runtime: messages in and out, order, the thread, errors, closing.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_SPECTROGRAM, Spectrogram } from '#src/dsp/spectrogram';
import { bufferOf, floatsOf, type Message, readSpectrogram } from '#src/messages';
import { TURNS_OF_A_FREE_LOOP, turnsDuring } from '../support/event-loop';
import { type RunningFlow, startFlow, stopFlow } from '../support/helper';
import { until } from '../support/wait';

const RATE = 44100;

const sound = (seconds: number, hz = 440) =>
  Float32Array.from({ length: seconds * RATE }, (_, i) => 0.3 * Math.sin((2 * Math.PI * hz * i) / RATE));

function audio(pcm: Float32Array, sequence = 0, sampleRate = RATE): Message {
  const seconds = pcm.length / sampleRate;
  return {
    payload: bufferOf(pcm),
    topic: `segment ${sequence}`,
    audio: { sampleRate, samples: pcm.length, seconds, startedAt: 1, source: 'test', sequence, overruns: 0 },
  };
}

/** A flow of one spectrogram node with a catch node beside it. */
const start = (properties: object = {}): Promise<RunningFlow> =>
  startFlow([
    { id: 'maker', type: 'spectrogram', wires: [['out']], ...properties },
    { id: 'catcher', type: 'catch', scope: null, uncaught: false, wires: [['caught']] },
    { id: 'out', type: 'helper' },
    { id: 'caught', type: 'helper' },
  ]);

const errorOf = (msg: Message) => (msg.error as { message: string }).message;

describe('spectrogram node', () => {
  afterEach(stopFlow);

  it('turns a segment into a picture with its defaults, and keeps the rest of the message', async () => {
    const flow = await start();
    const pcm = sound(2);
    flow.send('maker', audio(pcm, 7));
    const msg = await flow.at('out').received.find('picture');
    const { values, info } = readSpectrogram(msg);
    const expected = new Spectrogram({ ...DEFAULT_SPECTROGRAM, sampleRate: RATE }).compute(pcm);
    assert.deepEqual(values, expected.values);
    assert.deepEqual(info, expected.info);
    assert.equal(msg.topic, 'segment 7');
    assert.equal(msg.audio?.sequence, 7);
    const { text } = await flow.at('maker').statuses.find('status', status => status.fill === 'green');
    assert.match(String(text), /^128 × 128 · \d+\.\d ms$/);
  });

  it('follows its properties, saved as text too', async () => {
    const flow = await start({
      fftSize: '512',
      hopLength: '256',
      window: 'hamming',
      scale: 'linear',
      fMin: '100',
      fMax: '8000',
      frames: '0',
      normalize: 'minmax',
      rangeDb: '60',
    });
    const pcm = sound(1);
    flow.send('maker', audio(pcm));
    const { values, info } = readSpectrogram(await flow.at('out').received.find('picture'));
    const settings = {
      fftSize: 512,
      hopLength: 256,
      window: 'hamming',
      scale: 'linear',
      fMin: 100,
      fMax: 8000,
    } as const;
    const rest = { melBands: 128, frames: 0, normalize: 'minmax', rangeDb: 60, sampleRate: RATE } as const;
    const expected = new Spectrogram({ ...settings, ...rest }).compute(pcm);
    assert.deepEqual(info, expected.info);
    assert.deepEqual(values, expected.values);
  });

  it('takes sound of different sample rates in one flow', async () => {
    const flow = await start();
    flow.send('maker', audio(sound(1), 0));
    flow.send('maker', audio(sound(1), 1, 16000));
    const [first, second] = await flow.at('out').received.take('picture', 2);
    assert.deepEqual([first.spectrogram?.fMax, second.spectrogram?.fMax], [22050, 8000]);
  });

  it('leaves the payload it received alone: other wires share its memory', async () => {
    const flow = await start();
    const msg = audio(sound(20));
    const payload = msg.payload as Buffer;
    const before = Buffer.from(payload);
    flow.send('maker', msg);
    await flow.at('out').received.find('picture');
    assert.ok(payload.equals(before));
  });

  it('keeps the order of messages where long ones go to the thread and short ones do not', async () => {
    const flow = await start();
    const lengths = [0.5, 30, 0.5, 20, 1, 0.5];
    lengths.forEach((seconds, i) => {
      flow.send('maker', audio(sound(seconds), i));
    });
    const pictures = await flow.at('out').received.take('picture', lengths.length, undefined, { timeout: 20_000 });
    assert.deepEqual(
      pictures.map(msg => msg.topic),
      lengths.map((_, i) => `segment ${i}`),
    );
    // And the status does not go on speaking of segments that wait.
    assert.doesNotMatch(String(flow.at('maker').statuses.items.at(-1)?.text), /waiting/);
  });

  it('does not hold up the event loop over a minute of sound', async () => {
    const flow = await start({ scale: 'linear', frames: 0 });
    const { received } = flow.at('out');
    const minute = sound(60);
    flow.send('maker', audio(sound(0.1)));
    await received.find('picture');
    const turns = await turnsDuring(async () => {
      flow.send('maker', audio(minute));
      const picture = await received.find('long picture', undefined, { from: 1, timeout: 20_000 });
      assert.deepEqual(picture.spectrogram?.shape, [513, 5168]);
    });
    assert.ok(turns > TURNS_OF_A_FREE_LOOP, `${turns} turns`);
  });

  it('leaves out the oldest waiting segments when too many come, and tells each, with its message', async () => {
    const flow = await start();
    const long = sound(60);
    const count = 20;
    for (let i = 0; i < count; i++) flow.send('maker', audio(long, i));
    const [caught] = await flow.at('caught').received.take('error', 1);
    assert.match(errorOf(caught), /left out: newer ones arrived faster/);
    assert.equal(caught.topic, 'segment 1');
    const last = await flow
      .at('out')
      .received.find('last segment', msg => msg.topic === `segment ${count - 1}`, { timeout: 25_000 });
    assert.ok(last);
    const pictures = flow.at('out').received.items.length;
    const errors = flow.at('caught').received.items.length;
    assert.equal(pictures + errors, count, 'every message is answered');
    assert.ok(errors > 0);
    const { text } = await flow.at('maker').statuses.find('status', status => /\d left out$/.test(String(status.text)));
    assert.match(String(text), /\d+ left out$/);
  });

  it('closes in the middle of long segments, and sends nothing afterwards', async () => {
    const flow = await start({ scale: 'linear', frames: 0 });
    const { received } = flow.at('out');
    const { errors } = flow.at('maker');
    const long = sound(60);
    const count = 10;
    for (let i = 0; i < count; i++) flow.send('maker', audio(long, i));
    await sleep(200);
    const before = received.items.length;
    await flow.stop();
    await sleep(200);
    assert.ok(before < count, `${before} of ${count} were done before it closed`);
    assert.equal(received.items.length, before);
    assert.deepEqual(errors.items, []);
  });

  it('warns once of mel bands that stay silent', async () => {
    const flow = await start({ fftSize: 256 });
    flow.send('maker', audio(sound(0.5), 0));
    flow.send('maker', audio(sound(0.5), 1));
    await flow.at('out').received.take('picture', 2);
    const { items } = flow.at('maker').warnings;
    assert.equal(items.length, 1);
    assert.match(items[0], /of 128 mel bands are narrower than the 172\.3 Hz between the FFT's bins and stay silent/);
  });

  it('warns once of what is cut off, with what would keep it', async () => {
    const flow = await start();
    for (const sequence of [0, 1, 2]) flow.send('maker', audio(sound(sequence === 0 ? 1 : 2), sequence));
    await flow.at('out').received.take('picture', 3);
    assert.deepEqual(flow.at('maker').warnings.items, [
      '26 % of each segment (the last 0.5 s) is not in the spectrogram: 128 frames of 512 samples hold 1.5 s of 2.0 s. Use 173 frames, 0 for as many as there are, or a hop length of 690.',
    ]);
  });

  for (const properties of [{ frames: 173 }, { frames: 0 }, { hopLength: 690 }]) {
    it(`has nothing to warn of with ${JSON.stringify(properties)}`, async () => {
      const flow = await start(properties);
      flow.send('maker', audio(sound(2)));
      await flow.at('out').received.find('picture');
      assert.deepEqual(flow.at('maker').warnings.items, []);
    });
  }

  it('does not advise a hop that would leave sound between the columns unheard', async () => {
    const flow = await start();
    flow.send('maker', audio(sound(10)));
    await flow.at('out').received.find('picture');
    const [warning] = flow.at('maker').warnings.items;
    assert.match(
      warning,
      /^85 % of each segment \(the last 8\.5 s\) .* Use 862 frames, 0 for as many as there are, or shorter segments\.$/,
    );
  });

  describe('answers a message it cannot work on', () => {
    const nan = sound(0.1);
    nan[17] = Number.NaN;
    const infinite = sound(0.1);
    infinite[3] = Number.POSITIVE_INFINITY;
    const good = audio(sound(0.1));
    const cases: [string, Message, RegExp][] = [
      ['a payload that is text', { ...good, payload: 'bark' }, /expected an audio segment .* got "bark"/],
      ['a payload that is a number array', { ...good, payload: [1, 2, 3] }, /got an array of 3/],
      ['no msg.audio', { payload: good.payload }, /msg\.audio undefined/],
      [
        'a sample rate of 0',
        { ...good, audio: { ...good.audio, sampleRate: 0 } as never },
        /expected an audio segment/,
      ],
      ['an empty segment', { ...good, payload: Buffer.alloc(0) }, /segment is empty/],
      [
        'bytes that are not whole floats',
        { ...good, payload: Buffer.alloc(4411, 128) },
        /4411 bytes; expected float32/,
      ],
      ['a NaN sample', audio(nan), /sample 17 of 4410 is NaN/],
      ['an infinite sample', audio(infinite), /sample 3 of 4410 is Infinity/],
    ];
    for (const [what, msg, message] of cases) {
      it(`${what}: with the reason, and goes on`, async () => {
        const flow = await start();
        flow.send('maker', msg);
        assert.match(errorOf(await flow.at('caught').received.find('error')), message);
        const { shape } = await flow.at('maker').statuses.find('red status', status => status.fill === 'red');
        assert.equal(shape, 'ring');
        flow.send('maker', good);
        await flow.at('out').received.find('picture');
        await flow.at('maker').statuses.find('green status', status => status.fill === 'green');
      });
    }

    it('sound whose Nyquist frequency is below fMax: names both', async () => {
      const flow = await start({ fMax: 10000 });
      flow.send('maker', audio(sound(0.1), 0, 16000));
      const error = errorOf(await flow.at('caught').received.find('error'));
      assert.match(error, /fMax is 10000 Hz, above the Nyquist frequency 8000 Hz of this sound \(16000 Hz\)/);
    });

    it('8-bit samples taken for floats: a finite picture or the reason, never junk', async () => {
      const flow = await start();
      const bytes = Buffer.from(Array.from({ length: 44100 }, (_, i) => 128 + Math.round(90 * Math.sin(i / 9))));
      flow.send('maker', { ...good, payload: bytes });
      const [answers, errors] = [flow.at('out').received.items, flow.at('caught').received.items];
      const answer = await until('a picture or an error', () => answers[0] ?? errors[0]);
      if (answer.error) assert.match(errorOf(answer), /expected finite numbers/);
      else assert.ok(floatsOf(answer.payload as Buffer).every(Number.isFinite));
    });
  });

  describe('set up wrongly says so at once and with every message', () => {
    const cases: [object, RegExp][] = [
      [{ fftSize: 1000 }, /fftSize is number 1000; expected a power of two/],
      [{ fftSize: 'big' }, /fftSize is "big"; expected a whole number from 16 to 65536 samples/],
      [{ hopLength: 0 }, /hopLength is number 0; expected a whole number from 1/],
      [{ fMin: 5000, fMax: 4000 }, /fMin is number 5000; expected Hz below fMax, 4000 Hz/],
      [{ scale: 'bark' }, /scale is "bark"; expected one of mel, linear/],
      [{ window: 'kaiser' }, /window is "kaiser"; expected one of hann/],
      [{ normalize: 'range', rangeDb: 0 }, /rangeDb is number 0; expected dB above 0/],
    ];
    for (const [properties, message] of cases) {
      it(JSON.stringify(properties), async () => {
        const flow = await start(properties);
        await flow.at('maker').statuses.find('red status', status => status.fill === 'red');
        flow.send('maker', audio(sound(0.1)));
        assert.match(errorOf(await flow.at('caught').received.find('error')), message);
        assert.equal(flow.at('out').received.items.length, 0);
      });
    }
  });
});
