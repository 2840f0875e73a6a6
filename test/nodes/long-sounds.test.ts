// Sound of ten minutes at 44.1 kHz, as a wav-folder node brings it in one message: whichever node looks through it, the
// event loop goes on turning, the order of the messages stays, and the one bad sample at its very end is found.
import assert from 'node:assert/strict';
import { bufferOf, type Message, readAudio, readAudioInTurns } from '#src/messages';
import { TURN_VALUES } from '#src/threads/turns';
import { turnsDuring } from '../support/event-loop';
import { type RunningFlow, startFlow, stopFlow } from '../support/helper';

const RATE = 44_100;
const SAMPLES = 600 * RATE;
const LAST = SAMPLES - 1;
const PIECES = Math.floor(LAST / TURN_VALUES);
const REASON = `sample ${LAST} of ${SAMPLES} is NaN; expected finite numbers. The segment was left out: check what makes it.`;

const description = (samples: number) => ({
  ...{ sampleRate: RATE, samples, seconds: samples / RATE, startedAt: 1, source: 'test', sequence: 0, overruns: 0 },
});
const second = new Float32Array(RATE).map((_, i) => 0.3 * Math.sin(i / 9));
const same = (msg: Message): Message => msg;
const shortOne = (topic: string): Message => ({ topic, payload: bufferOf(second), audio: description(RATE) });

describe('ten minutes of sound', function () {
  this.timeout(60_000);
  let long: Float32Array;
  let flow: RunningFlow;

  before(() => {
    long = new Float32Array(SAMPLES);
    for (let at = 0; at < SAMPLES; at += RATE) long.set(second, at);
    long[LAST] = Number.NaN;
  });
  after(() => {
    long = new Float32Array(0);
  });
  afterEach(stopFlow);

  const longOne = (): Message => ({ topic: 'long', payload: bufferOf(long), audio: description(SAMPLES) });

  it('are looked through piece by piece, wherever they stand in memory', async () => {
    // A Buffer cut out of another need not begin where a float32 may stand.
    const odd = Buffer.allocUnsafeSlow(4 * SAMPLES + 1).subarray(1);
    odd.set(bufferOf(long));
    for (const payload of [bufferOf(long), odd]) {
      const reading = () =>
        assert.rejects(readAudioInTurns({ ...longOne(), payload }), { code: 'not-finite', message: REASON });
      const turns = await turnsDuring(reading, 0);
      assert.ok(turns >= PIECES, `${turns} turns of the event loop for ${PIECES} pieces`);
    }
  });

  it('come out as what is read at once', async () => {
    const { pcm, info } = await readAudioInTurns(shortOne('short'));
    assert.deepEqual([pcm, info], [readAudio(shortOne('short')).pcm, description(RATE)]);
    const wrong = { payload: 7 } as Message;
    assert.throws(() => readAudio(wrong), { code: 'not-audio' });
    await assert.rejects(readAudioInTurns(wrong), { code: 'not-audio' });
  });

  /** What each node is set to, and how a sound comes to it. */
  const NODES: Record<string, { properties: object; message?: (msg: Message) => Message }> = {
    spectrogram: { properties: {} },
    'audio-features': { properties: { blockSeconds: 1 } },
    'audio-augment': { properties: { copies: 0 } },
    'wav-record': { properties: { label: 'normal' } },
    'audio-plot': { properties: { plot: 'waveform' } },
    'spectrogram-to-audio': {
      properties: { phase: 'input', iterations: 1 },
      message: ({ payload: original, ...rest }) => ({ ...rest, original, ...picture() }),
    },
  };

  for (const [type, { properties, message = same }] of Object.entries(NODES)) {
    it(`${type} says which sample is bad and holds nothing up`, async () => {
      flow = await startFlow([
        { id: 'node', type, ...properties, wires: [['out']] },
        { id: 'out', type: 'helper' },
      ]);
      const { errors } = flow.at('node');
      const { received } = flow.at('out');
      flow.send('node', message(shortOne('first')));
      await received.take('first', 1);
      const turns = await turnsDuring(async () => {
        flow.send('node', message(longOne()));
        await errors.find('error', undefined, { timeout: 20_000 });
      }, 0);
      assert.ok(turns >= PIECES, `${turns} turns of the event loop for ${PIECES} pieces`);
      flow.send('node', message(longOne()));
      flow.send('node', message(shortOne('second')));
      const { topic } = await received.find('second', undefined, { from: 1 });
      assert.equal(topic, 'second');
      assert.deepEqual(new Set(errors.items), new Set([REASON]));
      assert.equal(received.items.length, 2);
    });
  }
});

/** A small picture that a sound of the message's own could have been made into. */
function picture(): Partial<Message> {
  const [bins, frames] = [513, 4];
  return {
    payload: bufferOf(new Float32Array(bins * frames).fill(-20)),
    spectrogram: {
      ...{ shape: [bins, frames], sampleRate: RATE, fftSize: 1024, hopLength: 512, window: 'hann', scale: 'linear' },
      ...{ fMin: 0, fMax: RATE / 2, normalize: 'none', min: -20, max: -20 },
    },
  };
}
