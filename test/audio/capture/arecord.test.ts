// arecord for real, on a microphone made of PulseAudio: samples, errors, losses, and that nothing stays behind.
import assert from 'node:assert/strict';
import { arecord } from '#src/audio/capture/arecord';
import type { Capture, CaptureListener } from '#src/audio/capture/backend';
import { backendFor } from '#src/audio/capture/backends';
import { listDevices } from '#src/audio/capture/devices';
import { StreamClock } from '#src/audio/capture/stream-clock';
import { UserError } from '#src/errors';
import { childrenNamed } from '../../support/child-processes';
import { FakeMicrophone, findPlayed, noise } from '../../support/fake-microphone';
import { requireSystem } from '../../support/system';
import { tempFolder } from '../../support/temp';
import { sleep, until, within } from '../../support/wait';

/** Everything a capture reported. */
class Heard implements CaptureListener {
  readonly chunks: Float32Array[] = [];
  overruns = 0;
  private finish: (error: UserError) => void = () => {};
  readonly ended = new Promise<UserError>(resolve => {
    this.finish = resolve;
  });

  constructor(private readonly onData: (pcm: Float32Array) => void = () => {}) {}

  data(pcm: Float32Array): void {
    this.chunks.push(pcm);
    this.onData(pcm);
  }
  overrun(): void {
    this.overruns++;
  }
  end(error: UserError): void {
    this.finish(error);
  }

  get samples(): Float32Array {
    const all = new Float32Array(this.chunks.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const chunk of this.chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }

  sound(): Promise<unknown> {
    return until('sound', () => this.chunks.length > 0);
  }
}

describe('arecord', () => {
  let microphone: FakeMicrophone;
  let capture: Capture | undefined;

  const start = (heard: Heard, device = microphone.device, sampleRate = microphone.sampleRate): Capture => {
    capture = arecord.start({ device, sampleRate }, heard);
    return capture;
  };

  before(async function () {
    requireSystem(this, 'arecord', 'pulseaudio');
    microphone = await FakeMicrophone.start();
  });
  afterEach(async () => {
    await capture?.stop();
    capture = undefined;
    assert.deepEqual(childrenNamed('arecord'), []);
  });
  after(() => microphone?.stop());

  it('delivers the very samples that the microphone hears', async () => {
    const heard = new Heard();
    const played = noise(2 * microphone.sampleRate);
    start(heard);
    await heard.sound();
    await microphone.play(played);
    await until('the whole sound', () => {
      const { samples } = heard;
      const from = findPlayed(samples, played);
      return from >= 0 && samples.length >= from + played.length;
    });
    const from = findPlayed(heard.samples, played);
    const same = heard.samples.subarray(from, from + played.length);
    assert.deepEqual(
      Int16Array.from(same, sample => sample * 32768),
      played,
    );
    assert.equal(heard.overruns, 0);
  });

  it('explains a device that does not exist', async () => {
    const heard = new Heard();
    start(heard, 'plughw:CARD=Nowhere');
    const error = await within(5000, 'end', heard.ended);
    assert.equal(error.code, 'capture-no-device');
    assert.match(error.message, /^no sound device plughw:CARD=Nowhere; .*list of devices/);
  });

  it('explains a sample rate that no device has', async () => {
    const heard = new Heard();
    start(heard, microphone.device, 1);
    assert.equal((await within(5000, 'end', heard.ended)).code, 'capture-sample-rate');
  });

  it('records in 16 bits where a device knows nothing else', async () => {
    const heard = new Heard();
    // The speex plug-in refuses all other formats, as bare hardware does.
    const restore = microphone.define('only16', '{ type speex slave.pcm "null" }');
    try {
      start(heard, 'only16');
      await heard.sound();
    } finally {
      await capture?.stop();
      restore();
    }
  });

  it('ends with a reason when the device goes away', async () => {
    const heard = new Heard();
    start(heard);
    await heard.sound();
    await microphone.unplug();
    try {
      const error = await within(5000, 'end', heard.ended);
      assert.match(error.message, /^no sound from fakemic; the device stopped/);
      // arecord takes the server's death for an overrun first: its own words, from a real run.
      assert.equal(heard.overruns, 1);
    } finally {
      await microphone.plugIn();
    }
  });

  it('loses sound silently behind a sound server, which the clock of the stream finds', async function () {
    this.timeout(60_000);
    // The server keeps 4 MiB for a client that does not read: 2.7 s at this rate, where it would be 24 s at 44.1 kHz.
    const sampleRate = 384_000;
    const clock = new StreamClock(sampleRate, undefined, 1000);
    let lost = 0;
    const heard = new Heard(pcm => {
      lost += clock.advance(pcm.length);
      heard.chunks.length = 0;
    });
    start(heard, microphone.device, sampleRate);
    await sleep(1500);
    assert.equal(lost, 0);
    const [recorder] = childrenNamed('arecord');
    process.kill(recorder, 'SIGSTOP');
    await sleep(3700);
    process.kill(recorder, 'SIGCONT');
    await until('loss', () => lost > 0, { timeout: 20_000 });
    assert.ok(lost > 500 && lost < 4200, `${lost} ms lost`);
  });

  it('is gone when it was stopped, even when it does not react', async () => {
    for (const hang of [false, true]) {
      const heard = new Heard();
      start(heard);
      await heard.sound();
      const [recorder] = childrenNamed('arecord');
      if (hang) process.kill(recorder, 'SIGSTOP');
      await capture?.stop();
      assert.deepEqual(childrenNamed('arecord'), []);
      const { length } = heard.chunks;
      await sleep(200);
      assert.equal(heard.chunks.length, length);
    }
  });

  it('is asked once for its devices, however many want to know', async () => {
    const asked = Array.from({ length: 300 }, () => listDevices('arecord'));
    await until('a listing', () => childrenNamed('arecord').length > 0, { every: 2 });
    assert.equal(childrenNamed('arecord').length, 1);
    const [first, ...others] = await Promise.all(asked);
    assert.ok(first.devices.length > 0);
    for (const other of others) assert.equal(other, first);
  });

  it('is listed with its devices', async () => {
    const { backend, devices, problem } = await listDevices('auto');
    assert.equal(backend, 'arecord');
    assert.equal(problem, undefined);
    assert.deepEqual(
      devices.find(({ id }) => id === microphone.device),
      { id: 'fakemic', description: 'Fake microphone' },
    );
    assert.ok(devices.some(({ id }) => id === 'default'));
    assert.ok(!devices.some(({ id }) => id === 'null'));
  });
});

describe('arecord that is not installed', () => {
  const path = process.env.PATH;
  beforeEach(() => {
    process.env.PATH = tempFolder('no-programs');
  });
  afterEach(() => {
    process.env.PATH = path;
  });

  it('says how to install it', async () => {
    const heard = new Heard();
    const capture = arecord.start({ device: 'default', sampleRate: 44100 }, heard);
    const error = await within(5000, 'end', heard.ended);
    assert.equal(error.code, 'capture-not-installed');
    assert.match(error.message, /sudo apt install alsa-utils/);
    await capture.stop();
  });

  it('says so when the devices are listed', async () => {
    // What was answered a moment ago, for no folder of packages, may still be kept.
    const { devices, problem } = await listDevices('arecord', [tempFolder('no-packages')]);
    assert.deepEqual(devices, []);
    assert.match(String(problem), /sudo apt install alsa-utils/);
  });

  it('is passed over by auto, which says what to install where there is nothing else', () => {
    try {
      assert.notEqual(backendFor('auto').name, 'arecord');
    } catch (error) {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /sudo apt install alsa-utils/);
    }
  });
});
