// mic-in in Node-RED's runtime, on a microphone made of PulseAudio.
import assert from 'node:assert/strict';
import { type AudioInfo, floatsOf, type Message } from '#src/messages';
import { childrenNamed } from '../support/child-processes';
import { FakeMicrophone, findPlayed, noise } from '../support/fake-microphone';
import { type RunningFlow, startFlow, stopFlow } from '../support/helper';
import { requireSystem } from '../support/system';
import { tempFolder } from '../support/temp';
import { sleep, until } from '../support/wait';

const mic = (properties: object = {}) => ({
  id: 'mic',
  type: 'mic-in',
  device: 'fakemic',
  segmentSeconds: '0.5',
  wires: [['out']],
  ...properties,
});
const out = { id: 'out', type: 'helper' };

const audioOf = (msg: Message): AudioInfo => msg.audio as AudioInfo;
const statuses = (flow: RunningFlow): string[] =>
  flow.at('mic').statuses.items.map(({ fill, text }) => `${fill}: ${text}`);
const lastStatus = (flow: RunningFlow): string => statuses(flow).at(-1) ?? '';

/** Waits until segments arrive. */
const segments = (flow: RunningFlow, count = 1, from = 0): Promise<Message[]> =>
  flow.at('out').received.take('segment', count, undefined, { timeout: 20_000, from });

describe('mic-in', () => {
  let microphone: FakeMicrophone;

  before(async function () {
    requireSystem(this, 'arecord', 'pulseaudio');
    microphone = await FakeMicrophone.start();
  });
  afterEach(async () => {
    await stopFlow();
    assert.deepEqual(childrenNamed('arecord'), []);
  });
  after(() => microphone?.stop());

  it('sends the very samples that the microphone hears, in segments without gaps', async () => {
    const flow = await startFlow([mic({ name: 'hall' }), out]);
    const played = noise(2 * microphone.sampleRate);
    await segments(flow);
    const before = Date.now();
    await microphone.play(played);
    const enough = flow.at('out').received.items.length + 3;
    const messages = await segments(flow, enough);

    const heard = new Float32Array(messages.length * 22050);
    messages.forEach((msg, index) => {
      assert.ok(Buffer.isBuffer(msg.payload));
      heard.set(floatsOf(msg.payload), index * 22050);
      const { startedAt, ...info } = audioOf(msg);
      assert.deepEqual(info, {
        sampleRate: 44100,
        samples: 22050,
        seconds: 0.5,
        source: 'fakemic',
        sequence: index,
        overruns: 0,
        lostSeconds: 0,
      });
      assert.equal(msg.topic, 'hall');
      if (index > 0) {
        const step = startedAt - audioOf(messages[index - 1]).startedAt;
        assert.ok(Math.abs(step - 500) < 250, `segment ${index} starts ${step} ms after the one before`);
      }
    });
    const from = findPlayed(heard, played);
    assert.ok(from >= 0, 'the sound played was heard');
    const same = heard.subarray(from, from + played.length);
    assert.deepEqual(
      Int16Array.from(same, sample => sample * 32768),
      played,
    );
    const heardAt = audioOf(messages[Math.floor(from / 22050)]).startedAt;
    assert.ok(heardAt > before - 3000 && heardAt < Date.now(), 'the time of the segment is the time of the sound');
  });

  it('shows the level in dB relative to full scale, at most once a second', async () => {
    const begun = performance.now();
    const flow = await startFlow([mic(), out]);
    await flow.at('mic').statuses.find('silence', ({ text }) => text === 'listening · silence (all samples are 0)');
    const playing = microphone.play(Int16Array.from({ length: 44100 * 9 }, (_, i) => (i % 2 === 0 ? 3277 : -3277)));
    await flow.at('mic').statuses.find('level', ({ text }) => text === 'listening · −20 dB');
    microphone.hush();
    await playing;
    const shown = statuses(flow).filter(text => /dB|silence/.test(text));
    assert.ok(shown.every(text => text.startsWith('green: ')));
    assert.ok(shown.length <= (performance.now() - begun) / 1000, `${shown.length} levels`);
  });

  it('cuts overlapping segments', async () => {
    const flow = await startFlow([mic({ segmentSeconds: 1, hopSeconds: 0.25 }), out]);
    const [first, second] = await segments(flow, 2);
    assert.equal(audioOf(first).samples, 44100);
    assert.deepEqual(
      (first.payload as Buffer).subarray(11025 * 4),
      (second.payload as Buffer).subarray(0, (44100 - 11025) * 4),
    );
    assert.equal(first.topic, 'fakemic');
  });

  it('turns red when the microphone is pulled out, says so once, and carries on when it is back', async function () {
    this.timeout(60_000);
    const flow = await startFlow([mic(), out]);
    await segments(flow);
    await microphone.unplug();
    try {
      await until('red status', () => /^red: no sound from fakemic – retry in \d+ s$/.test(lastStatus(flow)));
      // Further attempts fail, for another reason, and are shown but not reported.
      const further = () => statuses(flow).filter(text => /^red: no sound server behind fakemic – retry in/.test(text));
      await until('further attempts', () => further().length > 1);
      assert.equal(flow.at('mic').errors.items.length, 1);
      assert.match(flow.at('mic').errors.items[0], /^no sound from fakemic; the device stopped/);
    } finally {
      await microphone.plugIn();
    }
    const from = flow.at('out').received.items.length;
    const [next] = await segments(flow, 1, from);
    assert.match(lastStatus(flow), /^(green|yellow): listening/);
    assert.equal(audioOf(next).sequence, from);
    assert.equal(flow.at('mic').errors.items.length, 1);
  });

  it('tells with the next segment how much sound was lost while the server was away, and shows it', async () => {
    const flow = await startFlow([mic(), out]);
    const before = audioOf((await segments(flow, 3))[2]);
    // The death of the sound server is what arecord reports as an overrun: the same stretch of sound.
    await microphone.unplug();
    await until('overrun', () => statuses(flow).includes('yellow: listening · sound was lost (1 ×)'));
    const sent = flow.at('out').received.items.length;
    await microphone.plugIn();
    const [next] = await segments(flow, 1, sent);
    const last = sent === 3 ? before : audioOf(flow.at('out').received.items[sent - 1]);
    const { overruns, lostSeconds = 0, startedAt } = audioOf(next);
    assert.equal(overruns, 1);
    const missing = (startedAt - last.startedAt) / 1000 - last.seconds;
    assert.ok(missing > 0.5 && Math.abs(lostSeconds - missing) < 0.25, `${lostSeconds} s told, ${missing} s missing`);
    await until(
      'status',
      () => lastStatus(flow) === `yellow: listening · sound was lost (1 ×, ${lostSeconds.toFixed(1)} s)`,
    );
  });

  it('counts the sound that a recorder which was stopped did not bring', async function () {
    this.timeout(40_000);
    const flow = await startFlow([mic(), out]);
    await segments(flow, 3);
    const [recorder] = childrenNamed('arecord');
    process.kill(recorder, 'SIGSTOP');
    const [next] = await flow.at('out').received.take('segment after', 1, msg => audioOf(msg).overruns > 0);
    const { overruns, lostSeconds = 0, sequence } = audioOf(next);
    const last = audioOf(flow.at('out').received.items[sequence - 1]);
    const missing = (audioOf(next).startedAt - last.startedAt) / 1000 - last.seconds;
    assert.equal(overruns, 1);
    assert.ok(missing > 4 && Math.abs(lostSeconds - missing) < 0.25, `${lostSeconds} s told, ${missing} s missing`);
  });

  it('does not count as lost what it was told not to hear', async () => {
    const flow = await startFlow([mic(), out]);
    await segments(flow, 1);
    flow.send('mic', { payload: 'stop' });
    await until('end', () => lastStatus(flow) === 'grey: stopped');
    const sent = flow.at('out').received.items.length;
    await sleep(500);
    flow.send('mic', { payload: 'start' });
    const [next] = await segments(flow, 1, sent);
    assert.deepEqual([audioOf(next).overruns, audioOf(next).lostSeconds], [0, 0]);
  });

  it('says which device does not exist', async () => {
    const flow = await startFlow([mic({ device: 'plughw:CARD=Nowhere' }), out]);
    const error = await flow.at('mic').errors.find('error');
    assert.match(error, /^no sound device plughw:CARD=Nowhere; expected the name of a device/);
    assert.match(lastStatus(flow), /^red: no sound device plughw:CARD=Nowhere – retry in \d+ s$/);
  });

  it('waits for "start", obeys "stop" and "toggle"', async () => {
    const flow = await startFlow([mic({ autostart: false }), out]);
    assert.equal(lastStatus(flow), 'grey: stopped');
    assert.deepEqual(childrenNamed('arecord'), []);
    flow.send('mic', { payload: 'start' });
    await segments(flow);
    flow.send('mic', { payload: 'stop' });
    await until('end', () => lastStatus(flow) === 'grey: stopped' && childrenNamed('arecord').length === 0);
    const { length } = flow.at('out').received.items;
    await sleep(700);
    assert.equal(flow.at('out').received.items.length, length);
    flow.send('mic', { payload: 'toggle' });
    await segments(flow, 1, length);
    flow.send('mic', { payload: 'toggle' });
    await until('end', () => lastStatus(flow) === 'grey: stopped' && childrenNamed('arecord').length === 0);
    assert.deepEqual(flow.at('mic').errors.items, []);
  });

  it('refuses any other input, also while it listens, and goes on', async () => {
    const caught = { id: 'errors', type: 'catch', wires: [['caught']] };
    const flow = await startFlow([mic(), out, caught, { id: 'caught', type: 'helper' }]);
    await segments(flow);
    flow.send('mic', { payload: 42 });
    flow.send('mic', { payload: 'louder' });
    const messages = await flow.at('caught').received.take('error', 2);
    ['number 42', '"louder"'].forEach((got, index) => {
      assert.ok(
        (messages[index].error as { message: string }).message.endsWith(
          `msg.payload is ${got}; expected "start", "stop" or "toggle". A mic-in node takes no other input.`,
        ),
      );
    });
    await segments(flow, 1, flow.at('out').received.items.length);
  });

  it('is closed with its recorder, even when that does not react', async () => {
    const flow = await startFlow([mic(), out]);
    await segments(flow);
    const [recorder] = childrenNamed('arecord');
    process.kill(recorder, 'SIGSTOP');
    await flow.stop();
    assert.deepEqual(childrenNamed('arecord'), []);
  });
});

describe('mic-in without a microphone', () => {
  const path = process.env.PATH;
  afterEach(async () => {
    process.env.PATH = path;
    await stopFlow();
  });

  it('says how to install arecord, once, and keeps looking for it', async () => {
    process.env.PATH = tempFolder('no-programs');
    const flow = await startFlow([mic({ backend: 'arecord' }), out]);
    const error = await flow.at('mic').errors.find('error');
    assert.match(error, /^arecord is not installed; .*sudo apt install alsa-utils/);
    await until('second attempt', () => statuses(flow).filter(text => text.includes('retry in')).length > 1);
    assert.match(lastStatus(flow), /^red: arecord is not installed – retry in \d+ s$/);
    assert.equal(flow.at('mic').errors.items.length, 1);
  });

  const wrong: [object, RegExp][] = [
    [{ sampleRate: 'fast' }, /^sampleRate is "fast"; expected a whole number from 4000 to 384000 Hz/],
    [{ sampleRate: 44100.5 }, /^sampleRate is number 44100.5; expected a whole number/],
    [{ segmentSeconds: 0 }, /^segmentSeconds is number 0; expected a number from 0.1 to 120 s/],
    [{ hopSeconds: -1 }, /^hopSeconds is number -1; expected a number from 0.005/],
    [{ backend: 'sox' }, /^backend is "sox"; expected one of auto, arecord, decibri, naudiodon/],
    [{ autostart: 'maybe' }, /^autostart is "maybe"; expected true or false/],
  ];
  for (const [properties, expected] of wrong) {
    it(`refuses the setting ${JSON.stringify(properties)} in words`, async () => {
      const flow = await startFlow([mic(properties), out]);
      assert.match(await flow.at('mic').errors.find('error'), expected);
      assert.match(lastStatus(flow), /^red: /);
    });
  }
});
