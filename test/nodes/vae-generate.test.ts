// The vae-generate node in Node-RED's runtime: the three ways to draw, what goes along, and bad input.
import assert from 'node:assert/strict';
import { DEFAULT_SPECTROGRAM, Spectrogram } from '#src/dsp/spectrogram';
import type { SpectrogramSettings } from '#src/dsp/spectrogram-settings';
import { bufferOf, floatsOf, type Message } from '#src/messages';
import { Random } from '#src/stats/random';
import { type FlowNode, type RunningFlow, startFlow, stopFlow } from '../support/helper';
import { tempFolder } from '../support/temp';

const RATE = 8000;
const SAMPLES = 16 * 256;
const random = new Random(5);

/** A tone with a little noise: low ones and high ones are the two kinds of sound that the model gets to know. */
function spectrogram(hz: number, rest: Partial<Message> = {}, settings: Partial<SpectrogramSettings> = {}): Message {
  const pcm = Float32Array.from(
    { length: SAMPLES },
    (_, i) => 0.1 * Math.sin((2 * Math.PI * hz * i) / RATE) + 0.001 * random.normal(),
  );
  const maker = new Spectrogram({
    ...{ ...DEFAULT_SPECTROGRAM, sampleRate: RATE, hopLength: 256, melBands: 32, frames: 24 },
    ...settings,
  });
  const { values, info } = maker.compute(pcm);
  const audio = { sampleRate: RATE, samples: SAMPLES, seconds: SAMPLES / RATE, startedAt: 3, sequence: 0, overruns: 0 };
  return { payload: bufferOf(values), spectrogram: info, audio: { ...audio, source: 'tone' }, ...rest };
}

const [LOW, HIGH] = [400, 2500];

const trainer = (rest: object = {}): FlowNode => ({
  ...{
    id: 'train',
    type: 'vae-train',
    model: 'model',
    preset: 'custom',
    filters: '8,8',
    kernels: '3,3',
    strides: '2,2',
  },
  ...{ latentDim: 2, epochs: 60, learningRate: 0.01, wires: [['models'], []] },
  ...rest,
});
const model: FlowNode = { id: 'model', type: 'audio-model', name: 'tones', folder: 'models', threads: 1 };
const helpers: FlowNode[] = ['models', 'drawn', 'sounds'].map(id => ({ id, type: 'helper' }));

describe('vae-generate node', function () {
  this.timeout(60_000);
  let userDir: string;
  let flow: RunningFlow;

  /** Trains on low and high tones unless there is a model. */
  async function train(settings: Partial<SpectrogramSettings> = {}, rest: object = {}): Promise<void> {
    userDir = tempFolder('userdir');
    flow = await startFlow([model, trainer(rest), ...helpers], { userDir });
    for (let i = 0; i < 40; i++) flow.send('train', spectrogram(i % 2 ? HIGH : LOW, { complete: i === 39 }, settings));
    await flow.at('models').received.take('model', 1, () => true, { timeout: 30_000 });
  }
  async function start(properties: object = {}): Promise<void> {
    const generator = {
      id: 'generate',
      type: 'vae-generate',
      model: 'model',
      wires: [['drawn', 'back']],
      ...properties,
    };
    const back = { id: 'back', type: 'spectrogram-to-audio', iterations: 4, wires: [['sounds']] };
    flow = await startFlow([model, generator, back, ...helpers], { userDir });
  }
  const drawn = (count: number): Promise<Message[]> => flow.at('drawn').received.take('spectrogram', count);
  const errorOf = async (): Promise<string> => (await flow.at('generate').errors.take('error', 1))[0];
  /** The loudest row of a picture. */
  const loudestRow = ({ payload, spectrogram: info }: Message): number => {
    const values = floatsOf(payload as Buffer);
    const frames = info?.shape[1] ?? 0;
    const means = Array.from({ length: values.length / frames }, (_, row) =>
      values.subarray(row * frames, row * frames + 10).reduce((sum, value) => sum + value, 0),
    );
    return means.indexOf(Math.max(...means));
  };

  /** A tone between two bands may be louder in either. */
  const assertPitch = (msg: Message, like: Message): void => {
    const [got, expected] = [loudestRow(msg), loudestRow(like)];
    assert.ok(Math.abs(got - expected) <= 1, `loudest in row ${got}, expected row ${expected}`);
  };

  describe('with a model of dB pictures', () => {
    before(() => train());
    afterEach(stopFlow);

    it('draws what nobody recorded, and a spectrogram-to-audio node makes it heard', async () => {
      await start({ count: 3 });
      flow.send('generate', { payload: 'go', topic: 'wish', label: 'button', complete: true });
      const messages = await drawn(3);
      for (const [index, msg] of messages.entries()) {
        assert.deepEqual(msg.spectrogram?.shape, [32, 24]);
        assert.equal(floatsOf(msg.payload as Buffer).length, 32 * 24);
        const { latent, model: drawnBy, ...generated } = msg.generated!;
        assert.equal(latent.length, 2);
        assert.deepEqual(generated, { mode: 'prior', index, count: 3 });
        assert.deepEqual([drawnBy.id, drawnBy.name, drawnBy.version], ['model', 'tones', 1]);
        assert.match(drawnBy.checksum, /^[0-9a-f]{64}$/);
        assert.deepEqual([msg.topic, msg.label, msg.complete], ['wish', undefined, index === 2 ? true : undefined]);
        assert.deepEqual([msg.parts?.index, msg.parts?.count], [index, 3]);
      }
      const sounds = await flow.at('sounds').received.take('sound', 3);
      // 24 columns, of which the training filled 17.
      for (const { audio } of sounds) assert.deepEqual([audio?.samples, audio?.source], [16 * 256, 'tones']);
      assert.ok(sounds.every(({ payload }) => floatsOf(payload as Buffer).some(sample => Math.abs(sample) > 1e-3)));
    });

    it('draws the same with the same seed, others with another or none', async () => {
      const seen: Buffer[] = [];
      for (const seed of ['7', 7, 8, '', '']) {
        await start({ count: 1, seed });
        flow.send('generate', { payload: 'go' });
        seen.push((await drawn(1))[0].payload as Buffer);
      }
      const same = seen.map((payload, i) => seen.findIndex(other => other.equals(payload)) === i);
      assert.deepEqual(same, [true, false, true, true, true]);
    });

    it('redraws what it is shown, and keeps the rest of the message', async () => {
      await start({ mode: 'reconstruct' });
      for (const hz of [LOW, HIGH]) {
        const shown = spectrogram(hz, { filename: `${hz}.wav`, original: Buffer.alloc(4) });
        flow.send('generate', shown);
        const msg = (await drawn(hz === LOW ? 1 : 2)).at(-1) as Message;
        assert.deepEqual([msg.filename, msg.audio, msg.parts], [`${hz}.wav`, shown.audio, undefined]);
        assert.ok(Buffer.isBuffer(msg.original));
        assertPitch(msg, shown);
      }
    });

    it('walks from one sound to the next, and on from there', async () => {
      await start({ mode: 'interpolate', count: 5 });
      const [low, high] = [spectrogram(LOW), spectrogram(HIGH)];
      flow.send('generate', low);
      flow.send('generate', high);
      const walk = await drawn(5);
      assertPitch(walk[0], low);
      assertPitch(walk[4], high);
      const latents = walk.map(({ generated }) => generated?.latent ?? []);
      for (let i = 1; i < 4; i++) {
        const expected = latents[0][1] + (i / 4) * (latents[4][1] - latents[0][1]);
        assert.ok(Math.abs(latents[i][1] - expected) < 1e-5);
      }
      flow.send('generate', low);
      assertPitch((await drawn(10))[9], low);
    });

    it('forgets where it was on msg.reset', async () => {
      await start({ mode: 'interpolate', count: 2 });
      flow.send('generate', spectrogram(LOW));
      flow.send('generate', { reset: true });
      flow.send('generate', spectrogram(HIGH));
      flow.send('generate', spectrogram(HIGH));
      for (const msg of await drawn(2)) assertPitch(msg, spectrogram(HIGH));
      assert.equal(flow.at('drawn').received.items.length, 2);
    });

    it('draws more at a time than the thread does in one pass', async () => {
      await start({ count: 20, seed: 1 });
      flow.send('generate', { payload: 'go' });
      const many = await drawn(20);
      await start({ count: 11, seed: 1 });
      flow.send('generate', { payload: 'go' });
      const fewer = await drawn(11);
      assert.deepEqual(
        fewer.map(({ payload }) => payload),
        many.slice(0, 11).map(({ payload }) => payload),
      );
    });

    it('refuses what it cannot redraw', async () => {
      await start({ mode: 'reconstruct' });
      flow.send('generate', { payload: 'hello' });
      assert.match(await errorOf(), /expected a spectrogram .* got "hello"/);
      flow.send('generate', spectrogram(LOW, {}, { frames: 10 }));
      assert.match((await flow.at('generate').errors.take('error', 2))[1], /shape 32×10, expected 32×24/);
      const broken = spectrogram(LOW);
      (broken.payload as Buffer).writeFloatLE(Number.NaN, 40);
      flow.send('generate', broken);
      assert.match((await flow.at('generate').errors.take('error', 3))[2], /spectrogram value 10 of 768 is NaN/);
    });
  });

  describe('with a model of pictures from 0 to 1', () => {
    before(() => train({ normalize: 'minmax' }));
    afterEach(stopFlow);

    it('draws sounds as loud as those of its training', async () => {
      await start({ count: 2, seed: 3 });
      flow.send('generate', { payload: 'go' });
      const { highDb, lowDb } = spectrogram(LOW, {}, { normalize: 'minmax' }).spectrogram ?? {};
      for (const { spectrogram: info } of await drawn(2)) {
        assert.ok(Math.abs(Number(info?.highDb) - Number(highDb)) < 6, `${info?.highDb} and ${highDb}`);
        assert.ok(Math.abs(Number(info?.lowDb) - Number(lowDb)) < 6);
      }
      const sounds = await flow.at('sounds').received.take('sound', 2);
      for (const { payload } of sounds) {
        const peak = floatsOf(payload as Buffer).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
        assert.ok(peak > 0.02 && peak < 0.5, `${peak}`);
      }
    });

    it('redraws sounds as loud as they were', async () => {
      await start({ mode: 'reconstruct' });
      const shown = spectrogram(LOW, {}, { normalize: 'minmax' });
      flow.send('generate', shown);
      const [{ spectrogram: info }] = await drawn(1);
      assert.deepEqual([info?.lowDb, info?.highDb], [shown.spectrogram?.lowDb, shown.spectrogram?.highDb]);
    });
  });

  describe('without what it needs', () => {
    beforeEach(() => {
      userDir = tempFolder('userdir');
    });
    afterEach(stopFlow);

    it('says that there is no model yet', async () => {
      await start();
      flow.send('generate', { payload: 'go' });
      assert.match(await errorOf(), /model "tones" has not been trained yet/);
    });

    it('says that a plain autoencoder has no prior', async () => {
      await train({}, { variational: false, epochs: 1 });
      await start();
      flow.send('generate', { payload: 'go' });
      assert.match(await errorOf(), /plain autoencoder.*Train with "variational" on, or reconstruct or interpolate/);
    });

    for (const [properties, expected] of [
      [{ mode: 'dream' }, /mode is "dream"; expected one of prior, reconstruct, interpolate/],
      [{ count: 0 }, /count is number 0; expected a whole number from 1 to 256/],
      [{ mode: 'interpolate', count: 1 }, /count is number 1; expected a whole number from 2 to 256/],
      [{ seed: -1 }, /seed is number -1; expected a whole number from 0/],
      [{ model: '' }, /no audio model is chosen/],
    ] as const) {
      it(`refuses ${JSON.stringify(properties)}`, async () => {
        await start(properties);
        assert.match(await errorOf(), expected);
      });
    }
  });
});
