// What the dialog of the spectrogram node asks for: sounds to look at and their pictures, in Node-RED's runtime. That no
// file but those of a node's folder is read stands in routes.test.ts.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { RunningSources } from '#nodes/shared/running-sources';
import { PreviewSessions, SESSION_LIMITS } from '#nodes/spectrogram/preview-sessions';
import { DEFAULT_SPECTROGRAM } from '#src/dsp/spectrogram';
import type { ChosenSound, PreviewAnswer, PreviewSource } from '#src/live/dialog-messages';
import { bufferOf, type Message, readSpectrogram } from '#src/messages';
import { wav16 } from '../audio/fixtures';
import { type Answer, type Ask, asking } from '../support/admin';
import { type RunningFlow, startFlow, stopFlow } from '../support/helper';
import { until } from '../support/wait';

const BASE = '/audio-anomaly/spectrogram/preview';
const RATE = 8000;
const dialogOf = (digit: number): string => String(digit).repeat(32);
const DIALOG = dialogOf(1);

const tone = (seconds: number, hertz: number): number[] =>
  Array.from({ length: seconds * RATE }, (_, i) => 9000 * Math.sin((2 * Math.PI * hertz * i) / RATE));

/** A WAV of floats, as they are. */
function wavOfFloats(samples: number[]): Buffer {
  const wav = Buffer.concat([wav16([]), bufferOf(Float32Array.from(samples))]);
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.writeUInt16LE(3, 20);
  wav.writeUInt32LE(4 * RATE, 28);
  wav.writeUInt16LE(4, 32);
  wav.writeUInt16LE(32, 34);
  wav.writeUInt32LE(4 * samples.length, 40);
  return wav;
}

/** As much of Node-RED's admin API as the node's routes need, in this process, where the sources of the flow run. */
function adminWithRoutes(): Server {
  const load = createRequire(createRequire(__filename).resolve('@node-red/editor-api'));
  const httpAdmin = load('express')();
  httpAdmin.use(load('body-parser').json());
  const auth = { needsPermission: () => (_req: unknown, _res: unknown, next: () => void) => next() };
  createRequire(__filename)('#nodes/spectrogram/spectrogram')({
    nodes: { registerType() {} },
    settings: {},
    httpAdmin,
    auth,
  });
  return createServer(httpAdmin);
}

/** Settings of a node as a form sends them. */
const LINEAR = {
  ...{ scale: 'linear', fftSize: '512', hopLength: '200', window: 'hamming', fMin: '300', fMax: '9000' },
  ...{ frames: '0', normalize: 'minmax', rangeDb: '60' },
};

describe('the preview of a spectrogram', () => {
  let flow: RunningFlow;
  let server: Server;
  let url = '';
  const ask: Ask = asking(() => url);

  before(async () => {
    server = adminWithRoutes();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    flow = await startFlow([
      {
        ...{ id: 'motor', type: 'wav-folder', folder: 'earshot:motor/normal', labels: 'folder' },
        ...{ segmentSeconds: 1, sampleRate: 22050, wires: [['first', 'second']] },
      },
      { id: 'first', type: 'spectrogram', wires: [['seen']] },
      { id: 'second', type: 'spectrogram', ...LINEAR, wires: [['seen']] },
      { id: 'seen', type: 'helper' },
    ]);
    flow.send('motor', { payload: '' });
    await flow.at('seen').received.find('the last segment', msg => msg.complete === true);
  });
  after(async () => {
    await stopFlow();
    server.close();
  });

  async function send(
    bytes: Buffer,
    { dialog = DIALOG, type = 'application/octet-stream', query = '' } = {},
  ): Promise<Answer> {
    const response = await fetch(`${url}${BASE}/${dialog}/upload?name=own.wav${query}`, {
      ...{ method: 'POST', headers: { 'Content-Type': type }, body: new Uint8Array(bytes) },
    });
    const answer = Buffer.from(await response.arrayBuffer());
    return { status: response.status, type: '', bytes: answer, body: JSON.parse(answer.toString()) };
  }
  const choose = (sound: object, dialog = DIALOG) => ask('POST', `${BASE}/${dialog}/sound`, undefined, sound);
  const draw = (fields: object, dialog = DIALOG) => ask('POST', `${BASE}/${dialog}/spectrogram`, undefined, fields);

  async function picture(fields: object): Promise<PreviewAnswer & { values: Buffer }> {
    const { status, body } = await draw(fields);
    assert.equal(status, 200, String(body.error));
    const answer = body as unknown as PreviewAnswer;
    return { ...answer, values: Buffer.from(answer.levels.bytes, 'base64') };
  }

  it('shows a tone of 2 kHz at 2 kHz, in mel bands and linear, whatever the settings', async () => {
    assert.equal((await send(wav16(tone(2, 2000), { sampleRate: RATE }))).status, 200);
    for (const fields of [{}, { melBands: 40 }, { scale: 'linear', fftSize: 512 }, { scale: 'linear', fMin: 1000 }]) {
      const { axis, levels, values, info } = await picture(fields);
      const column = Array.from({ length: levels.bins }, (_, row) => values[row * levels.frames + 10]);
      const loudest = (column.indexOf(Math.max(...column)) + 0.5) / levels.bins;
      const mark = axis.ticks.find(({ label }) => label === '2')!;
      assert.equal(axis.unit, 'kHz');
      assert.ok(
        Math.abs(loudest - mark.at) <= 1 / levels.bins,
        `${loudest}, not ${mark.at}: ${JSON.stringify(fields)}`,
      );
      assert.deepEqual([levels.bins, levels.frames], info.shape);
    }
  });

  /** The bytes that the values of a node's message come to. */
  function bytesOf(msg: Message, { low, high }: PreviewAnswer['levels']): number[] {
    const { values } = readSpectrogram(msg);
    return Array.from(values, value => Math.max(0, Math.min(255, Math.round(((value - low) * 255) / (high - low)))));
  }

  it('is what the node makes of the same sound with the same settings', async () => {
    const { body } = await choose({ source: 'motor', name: 'healthy_1450.flac', sampleRate: 22050 });
    const sound = body as unknown as ChosenSound;
    assert.deepEqual([sound.name, sound.seconds, sound.sampleRate], ['healthy_1450.flac', 4, 22050]);
    const ofNode = flow.at('seen').received.items.filter(({ filename }) => filename?.endsWith('healthy_1450.flac'));
    assert.equal(ofNode.length, 8, 'four segments, two nodes');
    for (const msg of ofNode) {
      const fields = msg.spectrogram?.scale === 'linear' ? LINEAR : {};
      const { info, levels, values } = await picture({ ...fields, from: msg.audio!.sequence, seconds: 1 });
      assert.deepEqual(info, msg.spectrogram);
      assert.deepEqual([...values], bytesOf(msg, levels));
    }
  });

  it('is of the last segment that a source brought', async () => {
    const { body } = await ask('POST', `${BASE}/sounds`, undefined, { sources: 'motor' });
    const [{ segment, files }] = body as unknown as PreviewSource[];
    assert.deepEqual([segment?.seconds, segment?.sampleRate], [1, 22050]);
    assert.ok(files?.names.includes('healthy_1450.flac'));
    assert.equal((await choose({ segment: 'motor' })).body.seconds, 1);
    const { levels, values } = await picture({});
    const last = flow.at('seen').received.items.findLast(({ spectrogram }) => spectrogram?.scale === 'mel');
    assert.deepEqual([...values], bytesOf(last!, levels));
    assert.deepEqual((await choose({ segment: 'first' })).body.code, 'no-segment');
  });

  it('tells what the node would warn of', async () => {
    assert.equal((await choose({})).body.name, 'healthy_1400.flac');
    const lost = await picture({ frames: 30, seconds: 2, fftSize: 256 });
    assert.deepEqual([lost.fit.lostPercent, lost.fit.natural, lost.fit.fittingHop], [52, 63, undefined]);
    assert.ok(lost.emptyBands > 0);
    const fitting = await picture({ frames: 63, seconds: 2 });
    assert.deepEqual([fitting.fit.lostPercent, fitting.emptyBands], [0, 0]);
    // The last segment is a whole one; what is longer than the sound is filled with silence.
    assert.equal((await picture({ from: 3.9, seconds: 2 })).fit.seconds, 2);
    assert.equal((await picture({ seconds: 10 })).fit.seconds, 10);
  });

  it('says of a file what is wrong with it', async () => {
    const whole = wav16(tone(1, 500), { sampleRate: RATE });
    const problems: [string, Buffer, RegExp][] = [
      ['no sound', Buffer.from('dear sir'), /^not a sound file: its content is none of WAV, MP3/],
      ['nothing', Buffer.alloc(0), /^the file is empty/],
      ['a header alone', whole.subarray(0, 30), /WAV/],
      ['no samples', wav16([]), /without samples/],
    ];
    for (const [what, bytes, words] of problems) {
      const { status, body } = await send(bytes);
      assert.equal(status, 409, what);
      assert.match(String(body.error), words);
    }
    const { status, body } = await send(whole.subarray(0, 8044));
    assert.deepEqual([status, body.seconds], [200, 0.5]);
    assert.match(String(body.warnings), /cut short/);
    const unreal = tone(1, 500).map((value, i) => (i === 700 ? Number.NaN : value / 32768));
    assert.equal((await send(wavOfFloats(unreal))).status, 200);
    assert.match(String((await draw({})).body.error), /^sample 700 of 8000 is NaN; expected finite numbers/);
    assert.equal((await draw({ from: 0.5, seconds: 0.5 })).status, 200, 'the rest of it can be looked at');
  });

  it('takes no more than 20 MB, and nothing that a page of another origin can send unasked', async () => {
    const { status, body } = await send(Buffer.alloc(20_000_001));
    assert.deepEqual([status, body.code], [413, 'too-large']);
    assert.match(String(body.error), /^the file has 20\.0 MB, a preview takes 20\.0; choose a shorter one/);
    assert.equal((await send(wav16([1]), { type: 'text/plain' })).status, 415);
    const form = await fetch(`${url}${BASE}/${DIALOG}/spectrogram`, { method: 'POST', body: 'melBands=3' });
    assert.equal(form.status, 415);
    assert.equal((await send(wav16([1]), { dialog: 'mine' })).status, 404);
    assert.match(
      String((await send(wav16([1]), { query: '&sampleRate=3' })).body.error),
      /^sampleRate is "3"; expected 0 or/,
    );
  });

  it('reads ten minutes of a longer sound, and says so', async () => {
    const { body } = await send(wav16(new Int16Array(611 * RATE), { sampleRate: RATE }));
    assert.deepEqual([body.seconds, body.isCut], [600, true]);
    const { info } = await picture({ from: 599, seconds: 1 });
    assert.equal(info.min, info.max, 'silence');
  });

  it('says of settings what does not fit', async () => {
    await choose({});
    const problems: [object, string, RegExp][] = [
      [{ fftSize: 1000 }, 'config', /^fftSize is number 1000; expected a power of two/],
      [{ melBands: 0 }, 'config', /^melBands is number 0; expected a whole number from 1/],
      [{ hopLength: 'x' }, 'config', /^hopLength is "x"/],
      [{ fMax: 9000 }, 'frequency-range', /above the Nyquist frequency 8000 Hz of this sound \(16000 Hz\)/],
      [{ frames: 100_000, melBands: 1024 }, 'too-large', /^a spectrogram of 1024 × 100000 values is too large/],
      [{ from: -1 }, 'config', /^from is number -1/],
    ];
    for (const [fields, code, words] of problems) {
      const { status, body } = await draw(fields);
      assert.deepEqual([status, body.code], [409, code]);
      assert.match(String(body.error), words);
    }
  });

  it('keeps the sounds of three dialogs, and none of one that was closed', async () => {
    for (const digit of [1, 2, 3, 4]) await choose({}, dialogOf(digit));
    const known = async (digit: number) => (await draw({}, dialogOf(digit))).body.code !== 'no-sound';
    assert.deepEqual([await known(1), await known(2), await known(3), await known(4)], [false, true, true, true]);
    for (const digit of [2, 3, 4]) await ask('POST', `${BASE}/${dialogOf(digit)}/end`);
    assert.deepEqual([await known(2), await known(3), await known(4)], [false, false, false]);
  });

  describe('its work', () => {
    const settings = { ...DEFAULT_SPECTROGRAM };
    const sound = { pcm: new Float32Array(new SharedArrayBuffer(4 * 600 * RATE)), sampleRate: RATE };
    const endless = { ...settings, hopLength: 1 };
    const second = { from: 0, seconds: 1 };
    const whole = { from: 0, seconds: 0 };
    const patient = (): AbortSignal => new AbortController().signal;

    it('ends when it takes too long, and the next goes on', async () => {
      const limits = { ...SESSION_LIMITS, workMs: 200 };
      const sessions = new PreviewSessions(limits);
      sessions.keep('a', sound);
      await assert.rejects(sessions.draw('a', endless, whole, patient()), /^Error: this takes longer than 0.2 s/);
      limits.workMs = SESSION_LIMITS.workMs;
      assert.deepEqual((await sessions.draw('a', settings, second, patient())).info.shape, [128, 128]);
      sessions.end('a');
    });

    it('ends when nobody waits for it any more, and is done one after the other', async () => {
      const sessions = new PreviewSessions();
      sessions.keep('a', sound);
      const leave = new AbortController();
      const left = assert.rejects(sessions.draw('a', endless, whole, leave.signal), { code: 'cancelled' });
      const next = sessions.draw('a', settings, second, patient());
      setTimeout(() => leave.abort(), 300);
      await left;
      assert.deepEqual((await next).info.shape, [128, 128]);
      sessions.end('a');
    });

    it('is refused where too much of it waits', async () => {
      const sessions = new PreviewSessions({ ...SESSION_LIMITS, work: 2 });
      sessions.keep('a', sound);
      const pictures = [1, 2].map(() => sessions.draw('a', settings, second, patient()));
      await assert.rejects(sessions.draw('a', settings, second, patient()), { code: 'busy' });
      await Promise.all(pictures);
      sessions.end('a');
    });

    it('forgets the sound of a dialog that asks nothing for long', async () => {
      const sessions = new PreviewSessions({ ...SESSION_LIMITS, idleMs: 40 });
      sessions.keep('a', sound);
      assert.equal(sessions.size, 1);
      await until('the end of the sound', () => sessions.size === 0);
    });
  });

  it('keeps the last segment of few sources, and none that is too long', () => {
    const sources = new RunningSources({ segments: 2, bytes: 3000 });
    const segment = (bytes: number): Message => ({
      payload: Buffer.from(new ArrayBuffer(bytes)),
      audio: { sampleRate: 8, samples: 1, seconds: 1, startedAt: 0, source: 'x', sequence: 0, overruns: 0 },
    });
    const kept = (): string[] => ['a', 'b', 'c'].filter(id => sources.lastOf(id));
    for (const id of ['a', 'b', 'c']) sources.brought(id, segment(1000));
    assert.deepEqual(kept(), ['b', 'c']);
    sources.brought('c', segment(2500));
    assert.deepEqual([kept(), sources.bytes], [['c'], 2500]);
    sources.brought('c', segment(4000));
    assert.deepEqual(kept(), [], 'nor the one before it');
    sources.brought('a', segment(8));
    sources.closed('a');
    assert.deepEqual(kept(), []);
  });
});
