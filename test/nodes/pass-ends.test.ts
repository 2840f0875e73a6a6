// The end of a pass gets through each node that passes sounds and pictures on, whatever becomes of its last segment.
import assert from 'node:assert/strict';
import { bufferOf, type Message, type SpectrogramInfo } from '#src/messages';
import { Random } from '#src/stats/random';
import { type FlowNode, type RunningFlow, startFlow, stopFlow } from '../support/helper';

const RATE = 8000;
const random = new Random(5);
const noise = (length: number, from = 0, spread = 0.1): Buffer =>
  bufferOf(Float32Array.from({ length }, () => from + spread * random.normal()));

function sound(seconds: number): Message {
  const samples = seconds * RATE;
  const audio = { sampleRate: RATE, samples, seconds, startedAt: 1, source: 'a.wav', sequence: 0, overruns: 0 };
  return { payload: noise(samples), audio };
}

function picture(): Message {
  const info: SpectrogramInfo = {
    ...{ shape: [16, 12], sampleRate: RATE, fftSize: 256, hopLength: 128, window: 'hann', scale: 'mel' },
    ...{ fMin: 0, fMax: RATE / 2, normalize: 'none', min: -60, max: -20 },
  };
  return { payload: noise(16 * 12, -50, 3), spectrogram: info };
}

interface Carrier extends Partial<FlowNode> {
  type: string;
  /** What it works on. */
  make: () => Message;
  /** Messages for each that it gets. */
  each: number;
}

const model: FlowNode = { id: 'model', type: 'audio-model', name: 'm', folder: 'models', threads: 1 };
/** Nobody has trained the model: its nodes refuse every picture, and pass the end on all the same. */
const CARRIERS: Carrier[] = [
  { type: 'spectrogram', make: () => sound(0.5), each: 1, frames: 8, melBands: 16, fftSize: 256 },
  { type: 'audio-augment', make: () => sound(0.5), each: 3, copies: 2 },
  { type: 'audio-features', make: () => sound(1), each: 2 },
  { type: 'wav-record', make: () => sound(0.5), each: 1 },
  { type: 'spectrogram-write', make: picture, each: 1 },
  { type: 'spectrogram-to-audio', make: picture, each: 1, iterations: 2 },
  { type: 'vae-score', make: picture, each: 0, model: 'model' },
  { type: 'vae-generate', make: picture, each: 0, model: 'model', mode: 'reconstruct' },
];

describe('the end of a pass', function () {
  this.timeout(20_000);
  let flow: RunningFlow;
  afterEach(stopFlow);

  const start = async ({ make, each, ...node }: Carrier): Promise<void> => {
    flow = await startFlow([model, { id: 'it', wires: [['out']], ...node }, { id: 'out', type: 'helper' }]);
  };
  const place = (index: number): Message => {
    const last = index === 2 && { complete: true };
    return { parts: { id: 'pass', index, ...(last && { count: 3 }) }, label: 'normal', ...last };
  };
  /** All that comes out up to the end, which is sent once and carries nothing. */
  async function upToTheEnd(): Promise<Message[]> {
    const { received } = flow.at('out');
    const end = await received.find('end', ({ complete }) => complete === true);
    assert.equal(received.items.indexOf(end), received.items.length - 1);
    for (const property of ['payload', 'audio', 'spectrogram']) assert.ok(!(property in end), property);
    assert.equal(end.label, 'normal');
    return received.items;
  }

  for (const carrier of CARRIERS) {
    const { type, make, each } = carrier;

    it(`gets through ${type} where the last message is broken, behind those before it`, async () => {
      await start(carrier);
      for (const index of [0, 1]) flow.send('it', { ...make(), ...place(index) });
      flow.send('it', { ...make(), payload: 'broken', ...place(2) });
      const out = await upToTheEnd();
      assert.equal(out.length, 2 * each + 1);
      // Where the node counts anew, the end is one more.
      const { parts } = out[2 * each];
      assert.equal(parts?.index, (parts?.count ?? 0) - 1);
      assert.ok(flow.at('it').errors.items.some(error => /got "broken"/.test(error)));
    });

    it(`gets through ${type} where nothing else is left of the last message, without an error`, async () => {
      await start(carrier);
      flow.send('it', place(2));
      assert.equal((await upToTheEnd()).length, 1);
      assert.deepEqual(flow.at('it').errors.items, []);
    });
  }

  it('stays behind what takes longer, and ahead of the pass that follows', async () => {
    await start(CARRIERS[0]);
    // A minute goes to the thread, the short one of the next pass would be done at once.
    const next = { ...sound(0.5), parts: { id: 'next', index: 0 } };
    for (const msg of [{ ...sound(60), ...place(0) }, { ...sound(1), payload: 'broken', ...place(2) }, next]) {
      flow.send('it', msg);
      // A wire delivers each message in a turn of its own.
      await new Promise(setImmediate);
    }
    const messages = await flow.at('out').received.take('message', 3);
    assert.deepEqual(
      messages.map(({ parts, complete }) => [parts?.id, complete]),
      [
        ['pass', undefined],
        ['pass', true],
        ['next', undefined],
      ],
    );
  });

  it('comes from an inject node too, whose payload is none', async () => {
    await start(CARRIERS[0]);
    flow.send('it', { payload: 1_700_000_000_000, complete: true, label: 'normal' });
    assert.equal((await upToTheEnd()).length, 1);
    assert.deepEqual(flow.at('it').errors.items, []);
  });

  it('is no score to judge, and nothing to draw', async () => {
    flow = await startFlow([
      { id: 'judge', type: 'threshold', method: 'manual', value: 1, wires: [['out'], ['out']] },
      { id: 'plot', type: 'audio-plot', plot: 'scores', wires: [[]] },
      { id: 'out', type: 'helper' },
    ]);
    for (const id of ['judge', 'plot']) flow.send(id, place(2));
    flow.send('judge', { payload: 0.5 });
    assert.equal((await flow.at('out').received.find('decision')).payload, 0.5);
    for (const id of ['judge', 'plot']) assert.deepEqual(flow.at(id).errors.items, []);
  });
});
