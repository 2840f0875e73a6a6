// The spectrogram-to-audio node in Node-RED's runtime: sound out, order, phases, formats, stopping, bad input.
import assert from 'node:assert/strict';
import { bufferOf, floatsOf, type Message } from '#src/messages';
import { TURNS_OF_A_FREE_LOOP, turnsDuring } from '../support/event-loop';
import { type RunningFlow, startFlow, stopFlow } from '../support/helper';
import { until } from '../support/wait';

const RATE = 16000;

const tone = (seconds: number, hz = 440): Float32Array =>
  Float32Array.from({ length: seconds * RATE }, (_, i) => 0.3 * Math.sin((2 * Math.PI * hz * i) / RATE));

function audio(pcm: Float32Array, sequence = 0): Message {
  return {
    payload: bufferOf(pcm),
    topic: `segment ${sequence}`,
    audio: {
      ...{ sampleRate: RATE, samples: pcm.length, seconds: pcm.length / RATE, startedAt: 7 },
      ...{ source: 'bench', sequence, overruns: 0 },
    },
  };
}

/** Sound → spectrogram → sound. */
const start = (maker: object = {}, picture: object = {}): Promise<RunningFlow> =>
  startFlow([
    { id: 'picture', type: 'spectrogram', frames: 0, wires: [['maker', 'seen']], ...picture },
    { id: 'maker', type: 'spectrogram-to-audio', wires: [['out']], ...maker },
    { id: 'seen', type: 'helper' },
    { id: 'out', type: 'helper' },
  ]);

/** Energy of a frequency over that of all. */
function shareOf(pcm: Float32Array, hz: number): number {
  let [re, im, energy] = [0, 0, 0];
  pcm.forEach((sample, i) => {
    re += sample * Math.cos((2 * Math.PI * hz * i) / RATE);
    im += sample * Math.sin((2 * Math.PI * hz * i) / RATE);
    energy += sample ** 2;
  });
  return (2 * (re ** 2 + im ** 2)) / pcm.length / energy;
}

describe('spectrogram-to-audio node', function () {
  this.timeout(30_000);
  let flow: RunningFlow;
  const sound = async (): Promise<Message> => (await flow.at('out').received.take('sound', 1))[0];
  const errorOf = async (): Promise<string> => (await flow.at('maker').errors.take('error', 1))[0];

  afterEach(stopFlow);

  it('makes sound of a picture, as long and as loud, and keeps the rest of the message', async () => {
    flow = await start();
    flow.send('picture', audio(tone(1), 3));
    const msg = await sound();
    const pcm = floatsOf(msg.payload as Buffer);
    assert.deepEqual(msg.audio, audio(pcm, 3).audio);
    assert.equal(pcm.length, RATE);
    assert.equal(msg.topic, 'segment 3');
    const energy = pcm.reduce((sum, sample) => sum + sample ** 2, 0) / pcm.length;
    assert.ok(Math.abs(10 * Math.log10(energy / 0.045)) < 1, `mean square ${energy}`);
    const { text } = await flow.at('maker').statuses.find('status', ({ fill }) => fill === 'green');
    assert.match(String(text), /^1\.0 s of sound · \d+\.\d s$/);
  });

  it('takes the phase of the original where the message has kept it', async () => {
    flow = await start({ phase: 'input' }, { scale: 'linear', hopLength: 256, keepSound: true });
    const pcm = tone(1);
    flow.send('picture', audio(pcm));
    const got = floatsOf((await sound()).payload as Buffer);
    const error = got.reduce((sum, sample, i) => sum + (sample - pcm[i]) ** 2, 0);
    assert.ok(error / got.length < 1e-7, `${error / got.length}`);
  });

  it('says what is missing where it has not', async () => {
    flow = await start({ phase: 'input' });
    flow.send('picture', audio(tone(1)));
    assert.match(await errorOf(), /no msg\.original.*Tick "Keep sound" in the spectrogram node/);
  });

  it('refuses an original that is none', async () => {
    flow = await start({ phase: 'input' });
    flow.send('picture', { ...audio(tone(1)), original: 'gone' });
    assert.match(await errorOf(), /msg\.original is "gone" and msg\.audio\.sampleRate 16000; expected a Buffer/);
  });

  it('sends a WAV file', async () => {
    flow = await start({ format: 'wav' });
    flow.send('picture', audio(tone(1)));
    const { payload, contentType, audio: info } = await sound();
    const wav = payload as Buffer;
    assert.equal(contentType, 'audio/wav');
    assert.deepEqual([wav.toString('latin1', 0, 4), wav.readUInt32LE(24), wav.length], ['RIFF', RATE, 44 + 2 * RATE]);
    assert.equal(info?.samples, RATE);
  });

  it('makes sound of pictures from 0 to 1, which say how loud these are', async () => {
    flow = await start({}, { normalize: 'minmax' });
    flow.send('picture', audio(tone(1)));
    assert.ok(shareOf(floatsOf((await sound()).payload as Buffer), 440) > 0.3);
    const [seen] = await flow.at('seen').received.take('picture', 1);
    assert.ok(Number(seen.spectrogram?.highDb) - Number(seen.spectrogram?.lowDb) <= 80);
  });

  it('refuses pictures from 0 to 1 that do not', async () => {
    flow = await start({}, { normalize: 'minmax' });
    flow.send('picture', audio(tone(1)));
    const [{ spectrogram, payload }] = await flow.at('seen').received.take('picture', 1);
    const { lowDb: _low, highDb: _high, ...without } = spectrogram as NonNullable<typeof spectrogram>;
    flow.send('maker', { payload, spectrogram: without });
    assert.match(await errorOf(), /lowDb undefined and highDb undefined; expected numbers/);
  });

  it('refuses what is no spectrogram, and NaN in one, and goes on', async () => {
    flow = await start();
    flow.send('maker', { payload: 'hello' });
    assert.match(await errorOf(), /expected a spectrogram .* got "hello"/);
    const spectrogram = { shape: [2, 2], sampleRate: RATE, fftSize: 1024, hopLength: 512 };
    flow.send('maker', { payload: bufferOf(Float32Array.of(1, Number.NaN, 1, 1)), spectrogram } as unknown as Message);
    assert.match((await flow.at('maker').errors.take('error', 2))[1], /spectrogram value 1 of 4 is NaN/);
    flow.send('maker', { payload: bufferOf(Float32Array.of(1, 1, 1, 1)), spectrogram } as unknown as Message);
    assert.match((await flow.at('maker').errors.take('error', 3))[2], /window is "undefined"/);
    flow.send('picture', audio(tone(1)));
    await sound();
  });

  for (const [property, value, expected] of [
    ['iterations', 0, /iterations is number 0; expected a whole number from 1 to 1000/],
    ['iterations', '2.5', /iterations is "2\.5"; expected a whole number/],
    ['phase', 'lunar', /phase is "lunar"; expected one of griffin-lim, input/],
    ['format', 'mp3', /format is "mp3"; expected one of pcm, wav/],
  ] as const) {
    it(`refuses ${property} ${value}`, async () => {
      flow = await start({ [property]: value });
      assert.match(await errorOf(), expected);
    });
  }

  it('keeps the order of messages, and leaves the payload it received alone', async () => {
    flow = await start();
    const [long, short] = [audio(tone(4), 0), audio(tone(1), 1)];
    flow.send('picture', long);
    flow.send('picture', short);
    const sounds = await flow.at('out').received.take('sound', 2);
    assert.deepEqual(
      sounds.map(({ audio: info }) => info?.sequence),
      [0, 1],
    );
    const [seen] = await flow.at('seen').received.take('picture', 1);
    assert.equal((seen.payload as Buffer).length, 128 * (1 + Math.floor((4 * RATE) / 512)) * 4);
  });

  it('does not hold up Node-RED meanwhile', async () => {
    flow = await start({ iterations: 100 });
    flow.send('picture', audio(tone(1)));
    await sound();
    const turns = await turnsDuring(async () => {
      flow.send('picture', audio(tone(10)));
      await flow.at('out').received.take('sound', 2);
    });
    assert.ok(turns > TURNS_OF_A_FREE_LOOP, `${turns} turns`);
  });

  it('tells how far it is, and stops on msg.stop without an error', async () => {
    flow = await start({ iterations: 1000 });
    flow.send('picture', audio(tone(60)));
    flow.send('picture', audio(tone(1)));
    await flow.at('maker').statuses.find('progress', ({ text }) => /^making sound · \d+ %/.test(String(text)));
    flow.send('maker', { stop: true });
    await until('stopped', () => flow.at('maker').statuses.items.at(-1)?.text === 'stopped');
    assert.deepEqual([flow.at('maker').errors.items, flow.at('out').received.items], [[], []]);
    flow.send('picture', audio(tone(1)));
    flow.send('maker', { stop: false });
    assert.equal((await sound()).audio?.samples, RATE);
  });

  it('closes in the middle of its work', async () => {
    flow = await start({ iterations: 1000 });
    flow.send('picture', audio(tone(60)));
    await flow.at('maker').statuses.find('progress', ({ text }) => /%/.test(String(text)));
    await stopFlow();
    assert.deepEqual(flow.at('out').received.items, []);
  });
});
