// Trying a microphone from the dialog of mic-in: what the route hears, on a microphone made of PulseAudio, and that it
// leaves nothing running.
import assert from 'node:assert/strict';
import { ADMIN_AUTH, asking, startAdmin } from '../support/admin';
import { childrenNamed } from '../support/child-processes';
import { FakeMicrophone } from '../support/fake-microphone';
import { requireSystem } from '../support/system';
import { until } from '../support/wait';

interface Level {
  rms: number | null;
  peak: number | null;
  clipped: number;
  offset: number;
  samples: number;
}

interface Line {
  listening?: { seconds: number; sampleRate: number; through?: string };
  now?: Level;
  all?: Level;
  wav?: string;
  problem?: string;
}

const FLOW = [
  { id: 'tab', type: 'tab', label: 'Test' },
  { id: 'mic', type: 'mic-in', z: 'tab', name: 'pump', device: 'fakemic', autostart: false, wires: [[]] },
];

const TONE_HZ = 1000;
/** A tone of −20 dBFS at its peaks, −23.0 dBFS root mean square. */
const tone = (seconds: number, amplitude = 3276.8): Int16Array =>
  Int16Array.from({ length: seconds * 44_100 }, (_, i) => amplitude * Math.sin((2 * Math.PI * TONE_HZ * i) / 44_100));

describe('trying a microphone', function () {
  this.timeout(60_000);
  let microphone: FakeMicrophone;
  let running: Awaited<ReturnType<typeof startAdmin>>;
  const ask = asking(() => `${running.url}/audio-anomaly`);
  const recorders = (): number[] => childrenNamed('arecord', running.program.pid);
  let playing: Promise<unknown> = Promise.resolve();

  const play = (samples: Int16Array): void => {
    playing = microphone.play(samples);
  };
  /** A test whose form is refused tells whether another one is still going on. */
  const gone = () =>
    until('end of all tests', async () => {
      const { status } = await ask('POST', '/listen', 'writer', { dialog: 'other', sampleRate: 1 });
      return status === 200 && recorders().length === 0;
    });

  before(async function () {
    requireSystem(this, 'arecord', 'pulseaudio');
    microphone = await FakeMicrophone.start();
    running = await startAdmin(FLOW, ADMIN_AUTH);
  });
  afterEach(async () => {
    microphone?.hush();
    if (running) await gone();
    await playing;
  });
  after(async () => {
    await running?.program.stop();
    await microphone?.stop();
  });

  const request = (form: object, signal?: AbortSignal): Promise<Response> =>
    fetch(`${running.url}/audio-anomaly/listen`, {
      method: 'POST',
      headers: { Authorization: 'Bearer writer', 'Content-Type': 'application/json' },
      body: JSON.stringify({ dialog: 'a', device: 'fakemic', ...form }),
      signal,
    });

  /** The lines of an answer as they come. */
  async function* linesOf(response: Response): AsyncGenerator<Line> {
    const reader = response.body!.getReader();
    const decoder = new TextDecoder();
    let text = '';
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        const parts = (text + decoder.decode(next.value, { stream: true })).split('\n');
        text = parts.pop() ?? '';
        for (const part of parts) yield JSON.parse(part) as Line;
      }
    } finally {
      await reader.cancel();
    }
  }

  async function listen(form: object): Promise<Line[]> {
    const lines: Line[] = [];
    for await (const line of linesOf(await request(form))) lines.push(line);
    return lines;
  }

  /** Plays until the test ends; resolves to a stretch of sound that is heard from its first sample to its last. */
  async function hear(samples: Int16Array): Promise<Level> {
    play(samples);
    let sounding = 0;
    for await (const { now } of linesOf(await request({})))
      if (now?.rms && now.rms > -30 && ++sounding === 3) return now;
    throw new Error('nothing was heard');
  }

  const lastLevel = (lines: Line[]): Level => lines.filter(({ all }) => all).at(-1)!.all!;

  it('tells the level of a tone while it is heard, and ends with the request', async () => {
    const abort = new AbortController();
    const response = await request({}, abort.signal);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    play(tone(2));
    let stretches = 0;
    for await (const { listening, now } of linesOf(response)) {
      if (listening) assert.deepEqual(listening, { seconds: 20, sampleRate: 44100 });
      // Whole stretches of the tone, not its start.
      if (!now?.rms || now.rms < -30 || ++stretches < 3) continue;
      assert.ok(now.samples < 44100, `${now.samples} samples at once`);
      assert.ok(Math.abs(now.rms - -23.01) < 0.5, `${now.rms} dB`);
      assert.ok(Math.abs(now.peak! - -20) < 0.5, `peak ${now.peak} dB`);
      assert.equal(now.clipped, 0);
      assert.equal(recorders().length, 1);
      break;
    }
    assert.equal(stretches, 3);
    abort.abort();
    await gone();
  });

  it('gives back three seconds of what is heard, as a WAV file, with its level', async () => {
    await hear(tone(15));
    const lines = await listen({ keep: true });
    assert.deepEqual(lines[0].listening, { seconds: 3, sampleRate: 44100 });
    const all = lastLevel(lines);
    assert.equal(all.samples, 3 * 44100);
    const wav = Buffer.concat(lines.flatMap(({ wav: piece }) => (piece ? [Buffer.from(piece, 'base64')] : [])));
    assert.deepEqual([wav.toString('latin1', 0, 4), wav.readUInt32LE(24), wav.length], ['RIFF', 44100, 44 + 6 * 44100]);
    const samples = Array.from({ length: 3 * 44100 }, (_, i) => wav.readInt16LE(44 + 2 * i));
    const rises = samples.filter((value, i) => i > 0 && value >= 0 && samples[i - 1] < 0).length;
    assert.ok(Math.abs(rises - 3 * TONE_HZ) <= 3, `${rises / 3} Hz`);
    const rms = 10 * Math.log10(samples.reduce((sum, value) => sum + (value / 32768) ** 2, 0) / samples.length);
    assert.ok(Math.abs(rms - all.rms!) < 0.1 && Math.abs(rms - -23.01) < 0.5, `${rms} dB, told ${all.rms}`);
  });

  it('hears what is cut off', async () => {
    const { clipped, samples, peak } = await hear(
      Int16Array.from({ length: 15 * 44_100 }, (_, i) => (i % 100 < 2 ? 32767 : i % 7)),
    );
    assert.ok(Math.abs(clipped / samples - 0.02) < 0.002, `${clipped} of ${samples}`);
    assert.ok(peak! > -0.1);
  });

  it('listens along where a node has the device open, at the rate of the node, until that stops', async () => {
    await ask('POST', '/mic-in/mic/start', 'writer');
    await until('the recorder of the node', () => recorders().length === 1);
    const heard = await until('the node to hear', async () => {
      const answer = linesOf(await request({}));
      const { value } = await answer.next();
      if (value?.listening?.through === 'pump') return answer;
      await answer.return(undefined);
      return false;
    });
    assert.equal(recorders().length, 1, 'the device is not opened twice');
    const lines: Line[] = [];
    for await (const line of heard) {
      lines.push(line);
      if (lines.length === 4) await ask('POST', '/mic-in/mic/stop', 'writer');
    }
    assert.ok(lines[2].now!.samples > 0);
    assert.equal(lines.at(-1)?.problem, 'the node pump has stopped listening to fakemic.');
  });

  it('serves one dialog at a time; what a dialog asks anew takes the place of what it asked before', async () => {
    const first = await request({ dialog: 'a' });
    const heard = linesOf(first);
    assert.ok((await heard.next()).value?.listening);
    await until('a recorder', () => recorders().length === 1);
    const other = await ask('POST', '/listen', 'writer', { dialog: 'b', device: 'fakemic' });
    assert.deepEqual(
      [other.status, other.body.error],
      [409, 'a microphone is being tried in another dialog just now; wait until that has ended'],
    );
    const again = linesOf(await request({ dialog: 'a' }));
    while (!(await again.next()).value?.now);
    for await (const { problem } of heard) assert.equal(problem, undefined);
    await again.return(undefined);
    await gone();
    const later = linesOf(await request({ dialog: 'b' }));
    assert.ok((await later.next()).value?.listening);
    await later.return(undefined);
  });

  const problems: [string, object, RegExp][] = [
    ['an unknown device', { device: 'nonesuch' }, /^no sound device nonesuch; .*list of devices/],
    ['an impossible rate', { sampleRate: 12 }, /^sampleRate is number 12; expected a whole number from 4000 to 384000/],
    ['an unknown recorder', { backend: 'sox' }, /^backend is "sox"; expected one of auto, arecord/],
    ['an option for arecord', { device: '--dump-hw-params' }, /^the device is "--dump-hw-params"; expected a name/],
    ['a file to write', { device: 'tee:fakemic,x.raw,raw' }, /^the device is "tee:fakemic,x.raw,raw"/],
    ['a file behind another plug-in', { device: 'plug:file:x.raw' }, /^the device is "plug:file:x.raw"/],
    ['a definition', { device: '{type file}' }, /^the device is "{type file}"/],
    ['a shell command', { device: 'default; touch x' }, /^the device is "default; touch x"/],
    ['a path', { device: 'oss:/dev/dsp' }, /^the device is "oss:\/dev\/dsp"/],
    ['a NUL', { device: 'default\0' }, /^the device is "default\0"/],
    ['an endless name', { device: 'x'.repeat(201) }, /^the device is a string of 201 characters/],
  ];
  for (const [what, form, words] of problems) {
    it(`refuses ${what} in words`, async () => {
      const lines = await listen(form);
      assert.match(lines.at(-1)?.problem ?? '', words);
      assert.equal(lines.filter(({ now, wav }) => now || wav).length, 0);
    });
  }

  it('takes nothing but JSON, which no page of another origin can send unasked', async () => {
    for (const headers of [{ 'Content-Type': 'text/plain' }, {}] as Record<string, string>[]) {
      const { status } = await fetch(`${running.url}/audio-anomaly/listen`, {
        method: 'POST',
        headers: { ...headers, Authorization: 'Bearer writer' },
        body: '{"device":"fakemic"}',
      });
      assert.equal(status, 415);
    }
  });
});
