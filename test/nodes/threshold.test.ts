// The threshold node in Node-RED's runtime: learnt and manual thresholds, what is sent where, and clear errors.
import assert from 'node:assert/strict';
import type { Explanation, Message } from '#src/messages';
import { type RunningFlow, startFlow, stopFlow } from '../support/helper';
import { sleep, until } from '../support/wait';

const AUDIO = {
  sampleRate: 16000,
  samples: 32000,
  seconds: 2,
  startedAt: new Date(2026, 10, 21, 14, 3, 12).getTime(),
  source: '/sounds/motor.wav',
  sequence: 0,
  overruns: 0,
};

const EXPLANATION: Explanation = {
  error: Buffer.alloc(16),
  shape: [2, 2],
  picture: Buffer.from('the picture'),
  peak: { fMin: 1000, fMax: 2000, fromSeconds: 0.5, toSeconds: 1 },
  text: 'Most of it lies between 1 and 2 kHz.',
};

describe('threshold node', () => {
  let flow: RunningFlow;

  afterEach(stopFlow);

  const start = async (properties: object) => {
    flow = await startFlow([
      { id: 'judge', type: 'threshold', wires: [['anomaly'], ['normal']], ...properties },
      { id: 'anomaly', type: 'helper' },
      { id: 'normal', type: 'helper' },
    ]);
  };
  const send = (...messages: (Message | number)[]) => {
    for (const msg of messages) flow.send('judge', typeof msg === 'number' ? { payload: msg } : msg);
  };
  const payloads = (id: string) => flow.at(id).received.items.map(msg => msg.payload);
  const lastStatus = () => flow.at('judge').statuses.items.at(-1);
  const errors = () => flow.at('judge').errors.items;
  /** Messages are handled in order, so once this one is through, all before it are. */
  const settled = async (anomalies: number, normals: number) => {
    await until('messages', () => payloads('anomaly').length + payloads('normal').length >= anomalies + normals);
    assert.deepEqual([payloads('anomaly').length, payloads('normal').length], [anomalies, normals]);
  };

  it('sends scores above a value of one’s own by output 1, the others by output 2', async () => {
    await start({ method: 'manual', value: '0.02' });
    assert.deepEqual(lastStatus(), { fill: 'grey', shape: 'ring', text: 'threshold 0.0200' });
    send(0.01, 0.02, 0.03);
    await settled(1, 2);
    assert.deepEqual(payloads('anomaly'), [0.03]);
    assert.deepEqual(payloads('normal'), [0.01, 0.02]);
    assert.deepEqual(lastStatus(), { fill: 'red', shape: 'dot', text: 'ANOMALY 0.0300 / 0.0200' });
    send(0.005);
    await settled(1, 3);
    assert.deepEqual(lastStatus(), { fill: 'green', shape: 'dot', text: 'normal 0.00500 / 0.0200' });
  });

  it('describes the decision and keeps the rest of the message', async () => {
    await start({ method: 'manual', value: 0.02 });
    send({ payload: 0.03, audio: AUDIO, topic: 'hall', label: 'x' });
    const msg = await flow.at('anomaly').received.find('anomaly');
    assert.deepEqual(msg.anomaly, {
      state: 'anomaly',
      score: 0.03,
      threshold: 0.02,
      method: 'manual',
      startedAt: AUDIO.startedAt,
      source: '/sounds/motor.wav',
      text: 'Anomaly at 14:03:12 from motor.wav: score 0.0300, 1.5 × the threshold 0.0200 (set by hand)',
    });
    assert.equal(msg.payload, 0.03);
    assert.equal(msg.topic, 'hall');
    assert.equal(msg.label, 'x');
    assert.equal(msg.attachments, undefined);
  });

  it('attaches the picture of an anomaly for the e-mail node, beside what is attached already', async () => {
    await start({ method: 'manual', value: 0.02 });
    const other = { filename: 'sound.wav', content: Buffer.from('RIFF'), contentType: 'audio/wav' };
    const explained = (payload: number): Message => ({
      payload,
      audio: AUDIO,
      explanation: EXPLANATION,
      attachments: [other],
    });
    send(explained(0.03), explained(0.01));
    const msg = await flow.at('anomaly').received.find('anomaly');
    assert.deepEqual(msg.attachments, [
      other,
      { filename: 'anomaly-20261121-140312.png', content: EXPLANATION.picture, contentType: 'image/png' },
    ]);
    assert.match(msg.anomaly!.text, /\(set by hand\)\. Most of it lies between 1 and 2 kHz\.$/);
    const normal = await flow.at('normal').received.find('normal');
    assert.deepEqual(normal.attachments, [other]);
    assert.doesNotMatch(normal.anomaly!.text, /Most of it/);
  });

  it('learns from the first messages, tells how far it is, and decides from then on', async () => {
    await start({ method: 'mean-std', deviations: 2, from: 'learn', learnCount: 8 });
    assert.equal(lastStatus()?.text, 'learning 0/8');
    send(2, 4, 4, 4);
    await until('status', () => lastStatus()?.text === 'learning 4/8');
    assert.equal(lastStatus()?.fill, 'blue');
    send(5, 5, 7, 9, 9.5, 8.9);
    await settled(1, 1);
    assert.deepEqual(payloads('anomaly'), [9.5]);
    const [msg] = flow.at('anomaly').received.items;
    assert.equal(msg.anomaly?.threshold, 9);
    assert.match(msg.anomaly!.text, /mean \+ 2·std of 8 normal segments/);
  });

  it('takes k from flows written by hand, which the editor would have to call deviations', async () => {
    await start({ method: 'mean-std', k: 1, from: 'learn', learnCount: 8 });
    send(2, 4, 4, 4, 5, 5, 7, 9, 7.5);
    await settled(1, 0);
    assert.equal(flow.at('anomaly').received.items[0].anomaly?.threshold, 7);
  });

  it('learns percentiles and budgets as well', async () => {
    await start({ method: 'percentile', percentile: 50, from: 'learn', learnCount: 3 });
    send(1, 2, 3, 2.5);
    await settled(1, 0);
    assert.equal(flow.at('anomaly').received.items[0].anomaly?.threshold, 2);
    await start({ method: 'budget', perDay: 1, everySeconds: 86.4, from: 'learn', learnCount: 20 });
    send(...Array.from({ length: 20 }, (_, i) => i + 1), 41, 42);
    await settled(1, 1);
    // 10.5 + 5·ln(0.5·1000), see the test of the rule
    assert.ok(Math.abs(flow.at('anomaly').received.items[0].anomaly!.threshold - 41.573) < 1e-3);
    assert.match(flow.at('anomaly').received.items[0].anomaly!.text, /extrapolated from 20 normal segments/);
  });

  it('takes the time between scores for a budget from the segments, or says that it is not known', async () => {
    await start({ method: 'budget', perDay: 1, from: 'learn', learnCount: 20 });
    const msg = (payload: number): Message => ({ payload, audio: { ...AUDIO, seconds: 86.4 } });
    send(...Array.from({ length: 20 }, (_, i) => msg(i + 1)), msg(41), msg(42));
    await settled(1, 1);
    send(42);
    await until('error', () => errors().length === 1);
    assert.match(errors()[0], /how often a score comes is not known/);
  });

  it('tells only changes where so wished', async () => {
    await start({ method: 'manual', value: 1, notify: 'change' });
    send(0.5, 0.6, 2, 3, 0.7, 0.8, 4);
    await settled(2, 1);
    assert.deepEqual(payloads('anomaly'), [2, 4]);
    assert.deepEqual(payloads('normal'), [0.7]);
  });

  it('counts votes and keeps a hysteresis', async () => {
    await start({ method: 'manual', value: 4, votes: '2/3', hysteresis: 0.5 });
    send(5, 5, 3, 3, 1, 1);
    await settled(4, 2);
    assert.deepEqual(payloads('anomaly'), [5, 3, 3, 1]);
    assert.match(flow.at('anomaly').received.items[0].anomaly!.text, /2 of the last 3 scores count as anomalous/);
  });

  it('holds off after an anomaly, on the clock', async () => {
    await start({ method: 'manual', value: 1, holdOffSeconds: 0.3 });
    send(2, 3, 0.5, 4);
    await settled(1, 1);
    await sleep(350);
    send(5);
    await settled(2, 1);
    assert.deepEqual(payloads('anomaly'), [2, 5]);
  });

  it('keeps a state per topic and forgets one, or all, on msg.reset', async () => {
    await start({ method: 'mean-std', deviations: 0, from: 'learn', learnCount: 2 });
    const on = (topic: string, payload: number): Message => ({ topic, payload });
    send(on('a', 1), on('b', 10), on('a', 1), on('b', 10), on('a', 5), on('b', 5));
    await settled(1, 1);
    assert.equal(flow.at('anomaly').received.items[0].topic, 'a');
    send({ topic: 'a', reset: true }, on('a', 5), on('b', 5), on('b', 5));
    await settled(1, 3);
    send({ reset: true }, on('b', 5));
    await until('status', () => lastStatus()?.text === 'learning 1/2');
    await settled(1, 3);
    send({ payload: 4, topic: 'b', reset: false });
    await until('status', () => lastStatus()?.text === 'learning 2/2');
  });

  it('takes another threshold while it runs, for one topic or all, until it is told to go back', async () => {
    await start({ method: 'manual', value: 1 });
    const on = (topic: string, payload: number): Message => ({ topic, payload });
    send({ topic: 'pump', payload: 'of a slider', threshold: 3 });
    await until('status', () => lastStatus()?.text === 'threshold 3.00 set for pump');
    send(on('pump', 2), on('fan', 2));
    await settled(1, 1);
    const [fan] = flow.at('anomaly').received.items;
    const [pump] = flow.at('normal').received.items;
    assert.deepEqual([fan.topic, fan.anomaly?.threshold, pump.topic, pump.anomaly?.threshold], ['fan', 1, 'pump', 3]);
    assert.match(pump.anomaly!.text, /the threshold 3\.00 \(set by hand\)/);
    send({ threshold: '1.5' }, on('pump', 2), on('new', 1.2));
    await settled(2, 2);
    send({ topic: '', threshold: null }, on('new', 1.2));
    await settled(3, 2);
    assert.deepEqual(
      flow.at('judge').statuses.items.map(({ text }) => text),
      [
        ...['threshold 1.00', 'threshold 3.00 set for pump', 'normal 2.00 / 3.00', 'ANOMALY 2.00 / 1.00'],
        ...['threshold 1.50 set for all', 'ANOMALY 2.00 / 1.50', 'normal 1.20 / 1.50', 'threshold 1.00'],
        'ANOMALY 1.20 / 1.00',
      ],
    );
  });

  it('says of a learnt threshold that was replaced that it was set by hand', async () => {
    await start({ method: 'mean-std', from: 'learn', learnCount: 2 });
    send({ threshold: 0.5 }, 0.4, { threshold: null }, 1);
    await until('status', () => lastStatus()?.text === 'learning 1/2');
    await settled(0, 1);
    const [msg] = flow.at('normal').received.items;
    assert.deepEqual([msg.anomaly?.method, msg.anomaly?.threshold], ['manual', 0.5]);
  });

  it('refuses a threshold that is not a number, keeps the one it has, and goes on', async () => {
    await start({ method: 'manual', value: 1 });
    send({ threshold: 2 });
    const cases: [unknown, RegExp][] = [
      ['high', /msg\.threshold is "high"; expected a number, or null .* The threshold stays as it was\./],
      ['', /msg\.threshold is ""/],
      [undefined, /msg\.threshold is undefined/],
      [true, /msg\.threshold is boolean true/],
      [Number.NaN, /msg\.threshold is number NaN/],
      [[3], /msg\.threshold is an array of 1/],
    ];
    for (const [threshold] of cases) send({ payload: 5, threshold });
    await until('errors', () => errors().length === cases.length);
    for (const [i, [, words]] of cases.entries()) assert.match(errors()[i], words);
    assert.equal(lastStatus()?.fill, 'red');
    send(1.5);
    await settled(0, 1);
    assert.equal(lastStatus()?.text, 'normal 1.50 / 2.00');
  });

  it('warns once when topics are too many to remember', async () => {
    await start({ method: 'manual', value: 1 });
    for (let i = 0; i < 1003; i++) send({ topic: `topic ${i}`, payload: 0 });
    await settled(0, 1003);
    const warnings = flow.at('judge').warnings.items;
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /More than 1000 topics/);
  });

  it('refuses what is not a score, and goes on', async () => {
    await start({ method: 'manual', value: 1 });
    const cases: [unknown, RegExp][] = [
      ['0.5', /expected a score \(msg\.payload a number\), got "0\.5"/],
      [undefined, /got undefined/],
      [Buffer.alloc(8), /got a Buffer of 8 bytes/],
      [{ rl: 1 }, /got an object with rl/],
      [Number.NaN, /the score is NaN; expected a finite number/],
      [Number.POSITIVE_INFINITY, /the score is Infinity/],
    ];
    for (const [payload] of cases) send({ payload });
    await until('errors', () => errors().length === cases.length);
    for (const [i, [, words]] of cases.entries()) assert.match(errors()[i], words);
    assert.equal(lastStatus()?.fill, 'red');
    send(0.5);
    await settled(0, 1);
    assert.equal(lastStatus()?.text, 'normal 0.500 / 1.00');
  });

  it('answers every message with what is wrong in its settings', async () => {
    const cases: [object, RegExp][] = [
      [{ method: 'manual' }, /value is empty/],
      [{ method: 'manual', value: 'high' }, /value is "high"; expected a number/],
      [{ method: 'median' }, /method is "median"; expected one of mean-std, percentile, budget, manual/],
      [{ method: 'percentile', percentile: 101, from: 'learn' }, /percentile is number 101; expected .* 0 to 100/],
      [{ method: 'budget', learnCount: 5, from: 'learn' }, /learnCount is number 5; expected .* 20 to 10000/],
      [{ method: 'manual', value: 1, votes: '3/2' }, /votes is "3\/2"/],
      [{ method: 'manual', value: 1, hysteresis: 2 }, /hysteresis is number 2/],
      [{ method: 'manual', value: 1, holdOffSeconds: -1 }, /holdOffSeconds is number -1/],
      [{ method: 'mean-std' }, /no audio model is chosen/],
      [{ method: 'mean-std', from: 'model', model: 'gone' }, /audio model gone is missing or disabled/],
    ];
    for (const [properties, words] of cases) {
      await start(properties);
      assert.equal(lastStatus()?.fill, 'red');
      send(0.5);
      await until('errors', () => errors().length === 2);
      for (const error of errors()) assert.match(error, words);
      assert.deepEqual(payloads('anomaly').concat(payloads('normal')), []);
    }
  });
});
