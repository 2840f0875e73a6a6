// The audio-plot node: which messages it takes, how often it draws, what it sends.
import assert from 'node:assert/strict';
import type { Message } from '#src/messages';
import { type FlowNode, type RunningFlow, startFlow, stopFlow } from '../support/helper';
import { decodePng } from '../support/png';
import { parseSvg, textsOf } from '../support/svg';
import { sleep } from '../support/wait';

const audio = (samples = 8000) => ({
  sampleRate: 8000,
  samples,
  seconds: samples / 8000,
  startedAt: 1_780_000_000_000,
  source: '/sounds/motor.wav',
  sequence: 0,
  overruns: 0,
});
const sound = (samples = 8000): Message => ({
  payload: Buffer.from(Float32Array.from({ length: samples }, (_, i) => 0.5 * Math.sin(i / 5)).buffer),
  audio: audio(samples),
});
const score = (payload: number, more: object = {}): Message => ({ payload, ...more }) as Message;

describe('audio-plot node', () => {
  let flow: RunningFlow;
  afterEach(stopFlow);

  async function start(config: object): Promise<void> {
    const plot: FlowNode = { id: 'plot', type: 'audio-plot', wires: [['out']], ...config };
    flow = await startFlow([plot, { id: 'out', type: 'helper' }]);
  }
  const next = (from = 0) => flow.at('out').received.find('picture', () => true, { from });

  it('sends a PNG of the size asked for, ready for an e-mail, with what else the message carried', async () => {
    await start({ plot: 'waveform', width: 400, height: 260 });
    flow.send('plot', {
      ...sound(),
      topic: 'pump',
      attachments: [{ filename: 'a.txt', content: Buffer.from('a'), contentType: 'text/plain' }],
    });
    const { payload, contentType, attachments = [], topic, ...rest } = await next();
    assert.ok(Buffer.isBuffer(payload));
    const { width, height } = decodePng(payload);
    assert.deepEqual([width, height, contentType, topic], [400, 260, 'image/png', 'pump']);
    assert.deepEqual(
      attachments.map(({ filename }) => filename),
      ['a.txt', 'waveform.png'],
    );
    assert.deepEqual(attachments[1], { filename: 'waveform.png', content: payload, contentType: 'image/png' });
    assert.equal((rest.audio as { source: string }).source, '/sounds/motor.wav');
  });

  it('sends SVG as text, with a title of its own', async () => {
    await start({ plot: 'waveform', format: 'svg', title: 'Pump <3>', theme: 'dark' });
    flow.send('plot', sound());
    const { payload, contentType, attachments = [] } = await next();
    assert.equal(contentType, 'image/svg+xml');
    assert.equal(String(attachments[0].content), payload);
    const texts = textsOf(parseSvg(String(payload))).map(({ text }) => text);
    assert.ok(texts.includes('Pump <3>') && texts.some(text => text.startsWith('motor.wav')), texts.join(' | '));
  });

  it('draws at most two pictures a second, and the last message always', async () => {
    await start({ plot: 'scores', format: 'svg' });
    for (let i = 1; i <= 200; i++) {
      flow.send('plot', score(i / 200, { number: i }));
      await sleep(8);
    }
    const { received } = flow.at('out');
    const last = await received.find('last picture', ({ number }) => number === 200);
    assert.ok(received.items.length >= 3 && received.items.length <= 7, `${received.items.length} pictures in 2 s`);
    assert.match(String(last.payload), />200 scores</);
    await sleep(700);
    assert.equal(received.items.at(-1), last);
  });

  it('forgets on msg.reset', async () => {
    await start({ plot: 'counts', format: 'svg' });
    flow.send('plot', { ...sound(), label: 'old' });
    await next();
    flow.send('plot', { reset: true });
    flow.send('plot', { ...sound(), label: 'new' });
    const { payload } = await next(1);
    assert.match(String(payload), />new</);
    assert.doesNotMatch(String(payload), />old</);
  });

  it('forgets one topic of the scores where the reset names it', async () => {
    await start({ plot: 'scores', format: 'svg' });
    flow.send('plot', score(1, { topic: 'pump' }));
    flow.send('plot', score(1, { topic: 'fan' }));
    flow.send('plot', { reset: true, topic: 'pump' });
    flow.send('plot', score(1, { topic: 'fan' }));
    const { payload } = await flow.at('out').received.find('picture', msg => />fan</.test(String(msg.payload)));
    assert.doesNotMatch(String(payload), />pump</);
  });

  const wrong: [plot: string, msg: Message, expected: RegExp][] = [
    ['spectrogram', sound(), /expected a spectrogram.*Wire a spectrogram node/],
    ['waveform', score(1), /expected an audio segment.*got number 1/],
    ['heatmap', score(1), /expects a score that is explained.*msg\.explanation undefined.*tick "explain"/],
    ['scores', { payload: 'loud' }, /"scores" expects a score.*got "loud".*Wire a threshold/],
    ['scores', score(Number.NaN), /got number NaN/],
    [
      'loss',
      { payload: { name: 'Motor', version: 1 } },
      /progress of a training.*got an object with name, version.*second output/,
    ],
    ['counts', score(1), /labelled segments.*got number 1.*wav-folder/],
  ];
  for (const [plot, msg, expected] of wrong) {
    it(`${plot} refuses ${JSON.stringify(msg.payload).slice(0, 30)} in words, and goes on`, async () => {
      await start({ plot });
      flow.send('plot', msg);
      assert.match(await flow.at('plot').errors.find('error'), expected);
      assert.equal(flow.at('plot').statuses.items.at(-1)?.fill, 'red');
    });
  }

  it('refuses settings that it cannot draw with', async () => {
    await start({ plot: 'pie' });
    assert.match(await flow.at('plot').errors.find('error'), /plot is "pie"; expected one of spectrogram/);
    await start({ width: 100_000 });
    assert.match(
      await flow.at('plot').errors.find('error'),
      /width is .*100000; expected a whole number from 160 to 2400 pixels/,
    );
  });

  it('tells what is wrong with data that do not fit together, and draws the next', async () => {
    await start({ plot: 'heatmap' });
    const spectrogram = {
      shape: [4, 5],
      sampleRate: 8000,
      fftSize: 8,
      hopLength: 4,
      scale: 'linear',
      fMin: 0,
      fMax: 4000,
    };
    const explained = (values: number) => ({
      payload: 0.5,
      spectrogram,
      explanation: { error: Buffer.alloc(4 * values) },
    });
    flow.send('plot', explained(7) as unknown as Message);
    assert.match(await flow.at('plot').errors.find('error'), /7 values for a picture of 4×5/);
    flow.send('plot', explained(20) as unknown as Message);
    assert.ok(Buffer.isBuffer((await next()).payload));
  });
});
