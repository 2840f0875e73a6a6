// spectrogram-write and spectrogram-read in Node-RED's runtime: a folder of sounds to a folder of spectrograms and back, a pass
// that is stopped, a slow flow, and what is refused.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeWav } from '#src/audio/wav-write';
import { floatsOf, type Message } from '#src/messages';
import { type FlowNode, type RunningFlow, startFlow, stopFlow } from '../support/helper';
import { tempFolder } from '../support/temp';

const RATE = 8000;
const out: FlowNode = { id: 'out', type: 'helper' };
const copy: FlowNode = { id: 'again', type: 'helper' };

describe('spectrograms in a folder', function () {
  this.timeout(60_000);
  let userDir: string;
  let flow: RunningFlow;

  const start = async (...nodes: FlowNode[]): Promise<void> => {
    flow = await startFlow([...nodes, out, copy], { userDir });
  };
  const reader = (rest: object = {}): FlowNode => ({
    id: 'read',
    type: 'spectrogram-read',
    wires: [['again']],
    ...rest,
  });
  const writer: FlowNode = { id: 'write', type: 'spectrogram-write', wires: [['out']] };
  const chain: FlowNode[] = [
    { id: 'player', type: 'wav-folder', folder: 'sounds', segmentSeconds: 0.5, pad: 'left', wires: [['picture']] },
    { id: 'picture', type: 'spectrogram', fftSize: 256, hopLength: 128, melBands: 16, frames: 32, wires: [['write']] },
    { ...writer, wires: [['out']] },
  ];

  /** `sounds/LABEL/N.wav`, 1.2 s each: three segments of half a second, the last padded. */
  function record(labels: string[], files: number): void {
    for (const [k, label] of labels.entries()) {
      const folder = join(userDir, 'sounds', label);
      mkdirSync(folder, { recursive: true });
      for (let n = 0; n < files; n++) {
        const pcm = Float32Array.from({ length: 1.2 * RATE }, (_, i) => 0.4 * Math.sin(i * (0.1 + 0.05 * (n + k))));
        writeFileSync(join(folder, `${n}.wav`), encodeWav(pcm, RATE));
      }
    }
  }

  beforeEach(() => {
    userDir = tempFolder('userdir');
  });
  afterEach(stopFlow);

  it('are written once, like the sounds they are of, and read again as they were', async () => {
    record(['normal', 'odd/very'], 2);
    await start(...chain, reader());
    flow.send('player', {});
    const written = await flow.at('out').received.take('spectrogram', 12);
    const tree = readdirSync(join(userDir, 'spectrograms'), { recursive: true, encoding: 'utf8' }).sort();
    assert.equal(tree.filter(name => name.endsWith('.f32')).length, 12);
    assert.ok(tree.includes(join('odd', 'very', '1.0002.json')), tree.join(' '));
    assert.equal(written[0].spectrogramFile, join(userDir, 'spectrograms', 'normal', '0.0000.f32'));
    assert.match(String(flow.at('write').statuses.items.at(-1)?.text), /^12 saved$/);
    rmSync(join(userDir, 'sounds'), { recursive: true });

    flow.send('read', { topic: 'again' });
    const read = await flow.at('again').received.take('spectrogram', 12);
    const byFile = new Map(written.map(msg => [msg.spectrogramFile, msg]));
    for (const msg of read) {
      const was = byFile.get(msg.spectrogramFile) as Message;
      assert.deepEqual(floatsOf(msg.payload as Buffer), floatsOf(was.payload as Buffer));
      assert.deepEqual(
        [msg.spectrogram, msg.audio, msg.label, msg.filename, msg.topic],
        [was.spectrogram, was.audio, was.label, was.filename, 'again'],
      );
    }
    assert.deepEqual(
      read.map(({ parts, complete }) => [parts?.index, parts?.count, complete]),
      read.map((_, i) => (i === 11 ? [11, 12, true] : [i, undefined, undefined])),
    );
  });

  it('pass left-padded segments with silence before the sound', async () => {
    record(['normal'], 1);
    await start(...chain, reader());
    flow.send('player', {});
    const written = await flow.at('out').received.take('spectrogram', 3);
    const last = floatsOf(written[2].payload as Buffer);
    // 0.2 s of sound in 0.5 s: the first columns are at the floor, the last sounding ones are not.
    const column = (at: number) => Math.max(...Array.from({ length: 16 }, (_, row) => last[row * 32 + at]));
    assert.ok(column(2) < column(28) - 40, `${column(2)} dB, then ${column(28)} dB`);
  });

  it('are passed on where they cannot be saved, with an error that says why', async () => {
    writeFileSync(join(userDir, 'taken'), 'a file');
    record(['normal'], 1);
    await start(...chain.slice(0, 2), { ...writer, folder: 'taken' }, reader());
    flow.send('player', {});
    await flow.at('out').received.take('spectrogram', 3);
    assert.match((await flow.at('write').errors.take('error', 3))[0], /was not saved: .*(ENOTDIR|EEXIST)/);
  });

  it('refuse what is no spectrogram, and a folder without any', async () => {
    await start(writer, reader());
    flow.send('write', { payload: 'hello' });
    assert.match((await flow.at('write').errors.take('error', 1))[0], /expected a spectrogram .* got "hello"/);
    assert.deepEqual(flow.at('out').received.items, []);
    flow.send('read', {});
    assert.match((await flow.at('read').errors.take('error', 1))[0], /no such folder: .*spectrograms/);
    mkdirSync(join(userDir, 'elsewhere'));
    flow.send('read', { payload: 'elsewhere' });
    assert.match((await flow.at('read').errors.take('error', 2))[1], /no spectrogram in .*elsewhere/);
  });

  it('skip what is damaged, name it, and stop when told to', async () => {
    record(['normal'], 4);
    await start(...chain, reader());
    flow.send('player', {});
    await flow.at('out').received.take('spectrogram', 12);
    rmSync(join(userDir, 'spectrograms', 'normal', '1.0001.json'));
    flow.send('read', {});
    const read = await flow.at('again').received.take('spectrogram', 11);
    assert.match(String((read[10].skipped as { reason: string }[])[0].reason), /1\.0001\.json is missing/);
    assert.match(String(flow.at('read').statuses.items.at(-1)?.text), /12 files, 1 skipped/);
    flow.send('read', {});
    flow.send('read', { payload: 'stop' });
    await new Promise(resolve => setTimeout(resolve, 300));
    assert.ok(flow.at('again').received.items.length < 22, 'the second pass was stopped');
  });
});
