// The last sound of a spectrogram-to-audio node over HTTP: only to whom may read, only the last one, only a bounded one.
import assert from 'node:assert/strict';
import { forgetSound, lastSound, rememberSound } from '#nodes/spectrogram-to-audio/last-sounds';
import { ADMIN_AUTH, asking, startAdmin } from '../support/admin';
import { inject, javascript } from '../support/flows';
import { until } from '../support/wait';

/** A spectrogram of as many columns as it was called times before, and two. */
const SPECTROGRAM = `
const columns = 2 + (context.get('count') || 0);
context.set('count', columns - 1);
const values = new Float32Array(513 * columns).fill(20);
const spectrogram = { shape: [513, columns], sampleRate: 16000, fftSize: 1024, hopLength: 512, window: 'hann',
  scale: 'linear', fMin: 0, fMax: 8000, normalize: 'none', min: 20, max: 20 };
return { payload: Buffer.from(values.buffer), spectrogram };`;

const FLOW = [
  { id: 'tab', type: 'tab', label: 'Test' },
  inject('next', 'tab', [['picture']]),
  javascript('picture', 'tab', SPECTROGRAM, [['sound']]),
  { id: 'sound', type: 'spectrogram-to-audio', z: 'tab', iterations: 2, wires: [[]] },
  { id: 'silent', type: 'spectrogram-to-audio', z: 'tab', wires: [[]] },
];

describe('the last sound for the editor', () => {
  let running: Awaited<ReturnType<typeof startAdmin>>;
  const ask = asking(() => running.url);
  const listen = (id: string, token?: string) => ask('GET', `/audio-anomaly/sound/${id}`, token);
  const press = async () => assert.equal((await ask('POST', '/inject/next', 'writer')).status, 200);
  const samplesOf = (wav: Buffer) => (wav.length - 44) / 2;

  before(async function () {
    this.timeout(90_000);
    running = await startAdmin(FLOW, ADMIN_AUTH);
  });
  after(() => running?.program.stop());

  it('is closed to strangers', async () => {
    for (const id of ['sound', 'silent', 'nothing']) assert.equal((await listen(id)).status, 401);
    assert.equal((await listen('sound', 'stolen')).status, 401);
  });

  it('is there for a reader once there is one, and is the last', async () => {
    await press();
    const first = await until('a sound', async () => {
      const answer = await listen('sound', 'reader');
      return answer.status === 200 && answer;
    });
    assert.equal(first.type, 'audio/wav');
    assert.equal(first.bytes.toString('latin1', 0, 4), 'RIFF');
    assert.equal(samplesOf(first.bytes), 512);
    await press();
    await until('the next sound', async () => samplesOf((await listen('sound', 'reader')).bytes) === 1024);
  });

  it('is not there for nodes that made none, and nowhere else', async () => {
    for (const id of ['silent', 'next', 'nothing', '__proto__', '..%2F..%2Fsettings.js']) {
      const { status, body } = await listen(id, 'reader');
      assert.equal(status, 404, id);
      assert.match(String(body.error), /has made no sound yet since it was deployed/);
    }
  });
});

describe('what is kept of sounds', () => {
  afterEach(() => forgetSound('node'));

  it('is the last one of each node', () => {
    rememberSound('node', Buffer.from('first'));
    rememberSound('node', Buffer.from('second'));
    assert.equal(String(lastSound('node')), 'second');
    assert.equal(lastSound('other'), undefined);
  });

  it('is nothing where the last one is longer than three minutes at 44.1 kHz', () => {
    rememberSound('node', Buffer.from('short'));
    rememberSound('node', Buffer.alloc(16 * 2 ** 20 + 1));
    assert.equal(lastSound('node'), undefined);
  });
});
