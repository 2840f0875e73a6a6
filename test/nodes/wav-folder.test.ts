import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { floatsOf, type Message } from '#src/messages';
import { counts, wav16, writeRamp } from '../audio/fixtures';
import { startFlow, stopFlow } from '../support/helper';
import { giveHooks, hooks, takeAwayHooks } from '../support/hooks';
import { tempFolder } from '../support/temp';
import { sleep, until } from '../support/wait';

/** A folder with `normal/1.wav` … and one of a text for each bad file. */
function folderOf(files: number, bad = 0, samples = 800): string {
  const folder = tempFolder('wavs');
  mkdirSync(join(folder, 'normal'));
  for (let i = 1; i <= files; i++) writeRamp(join(folder, 'normal', `${i}.wav`), samples, i);
  for (let i = 1; i <= bad; i++) writeFileSync(join(folder, `bad${i}.wav`), 'no sound');
  return folder;
}

const flowWith = (properties: object) =>
  startFlow([
    { id: 'folder', type: 'wav-folder', ...properties, wires: [['out']] },
    { id: 'out', type: 'helper' },
  ]);

const isLast = (msg: Message): boolean => msg.complete === true;
const pcmOf = (msg: Message): Float32Array => floatsOf(msg.payload as Buffer);

describe('wav-folder', () => {
  before(giveHooks);
  after(takeAwayHooks);
  afterEach(stopFlow);

  it('sends one message per segment, in natural order, and marks the last', async () => {
    const flow = await flowWith({ folder: folderOf(11), segmentSeconds: 0.05 });
    flow.send('folder', { payload: 1234, topic: 'pump', run: { number: 7 } });
    await flow.at('out').received.find('last message', isLast);
    const messages = flow.at('out').received.items;
    assert.equal(messages.length, 22);
    assert.deepEqual(messages.map(({ audio }) => `${audio?.source} ${audio?.sequence}`).slice(0, 4), [
      'normal/1.wav 0',
      'normal/1.wav 1',
      'normal/2.wav 0',
      'normal/2.wav 1',
    ]);
    const id = messages[0].parts?.id;
    assert.deepEqual(
      messages.map(({ parts }) => parts),
      [...Array.from({ length: 21 }, (_, index) => ({ id, index })), { id, index: 21, count: 22 }],
    );
    assert.ok(messages.slice(0, -1).every(msg => !('complete' in msg)));
    const [first] = messages;
    assert.deepEqual([first.topic, first.label, first.run], ['pump', 'normal', { number: 7 }]);
    assert.ok(first.filename?.endsWith('/normal/1.wav'));
    assert.deepEqual([first.audio?.sampleRate, first.audio?.samples, first.audio?.seconds], [8000, 400, 0.05]);
    assert.deepEqual(counts(pcmOf(first)).slice(0, 3), [1, 2, 3]);
    assert.equal(new Set(messages.map(msg => msg._msgid)).size, 22);
    await flow.at('folder').statuses.find('summary', ({ text }) => text === '11 files');
  });

  it('sends each channel by itself where it is told to', async () => {
    const folder = tempFolder('stereo');
    writeFileSync(join(folder, 'a.wav'), wav16(Int16Array.of(1, 10, 2, 20, 3, 30, 4, 40), { channels: 2 }));
    const flow = await flowWith({ folder, channels: 'each', segmentSeconds: 2 / 8000 });
    flow.send('folder', {});
    const last = await flow.at('out').received.find('last message', isLast);
    assert.deepEqual(
      flow.at('out').received.items.map(msg => [msg.audio?.channel, msg.audio?.sequence, counts(pcmOf(msg))]),
      [
        [1, 0, [1, 2]],
        [2, 0, [10, 20]],
        [1, 1, [3, 4]],
        [2, 1, [30, 40]],
      ],
    );
    assert.deepEqual([last.audio?.channel, last.parts?.index, last.parts?.count], [2, 3, 4]);
  });

  it('skips bad files, names and counts them, and the good ones still come through', async () => {
    const folder = folderOf(3, 2);
    writeFileSync(join(folder, 'normal', '2b.wav'), wav16(new Int16Array(100), { promised: 4_000_000_000 }));
    const flow = await flowWith({ folder });
    flow.send('folder', {});
    const last = await flow.at('out').received.find('last message', isLast);
    assert.equal(last.parts?.count, 4);
    const reason = 'not a sound file: its content is none of WAV, MP3, FLAC, Ogg Vorbis or Opus.';
    assert.deepEqual(last.skipped, [
      { filename: join(folder, 'bad1.wav'), reason },
      { filename: join(folder, 'bad2.wav'), reason },
    ]);
    assert.deepEqual(
      (last.flawed as { filename: string }[]).map(({ filename }) => filename),
      [join(folder, 'normal', '2b.wav')],
    );
    const status = await flow
      .at('folder')
      .statuses.find('summary', ({ text }) => text === '6 files, 2 skipped, 1 with flaws');
    assert.equal(status.fill, 'yellow');
    assert.equal(flow.at('folder').warnings.items.length, 3);
    assert.ok(flow.at('folder').warnings.items[0].startsWith(`${folder}/bad1.wav: skipped, not a sound file`));
  });

  it('marks the last good segment as last when bad files follow', async () => {
    const folder = folderOf(2);
    writeFileSync(join(folder, 'zzz.wav'), '');
    const flow = await flowWith({ folder });
    flow.send('folder', {});
    const last = await flow.at('out').received.find('last message', isLast);
    assert.equal(last.audio?.source, 'normal/2.wav');
    assert.equal((last.skipped as object[]).length, 1);
  });

  it('reads the folder that a payload names, below the user directory', async () => {
    const flow = await flowWith({ folder: '/nowhere', labels: '(\\d+)', onlyLabels: '2, 3' });
    mkdirSync(join(flow.userDir, 'other'));
    for (const name of ['1.wav', '2.wav', '3.wav']) writeRamp(join(flow.userDir, 'other', name), 10);
    flow.send('folder', { payload: 'other' });
    await flow.at('out').received.find('last message', isLast);
    assert.deepEqual(
      flow.at('out').received.items.map(({ label }) => label),
      ['2', '3'],
    );
  });

  const failures: [string, () => object, RegExp, string][] = [
    [
      'a missing folder',
      () => ({ folder: '/no/such/folder' }),
      /no such folder: \/no\/such\/folder\. Check its name/,
      'red',
    ],
    ['an empty folder', () => ({ folder: tempFolder('empty') }), /no sound file in .*empty; expected WAV, MP3/, 'red'],
    [
      'a folder of bad files only',
      () => ({ folder: folderOf(0, 2) }),
      /none of the 2 sound files in .* could be read\. .*bad1\.wav: not a sound/,
      'red',
    ],
    [
      'labels that no file has',
      () => ({ folder: folderOf(1), onlyLabels: 'test' }),
      /has the label test; the labels there are normal\./,
      'red',
    ],
    [
      'a field with nonsense',
      () => ({ folder: 'x', segmentSeconds: 'two' }),
      /segmentSeconds is "two"; expected a number from 0 to 3600 seconds/,
      'red',
    ],
    [
      'a folder outside the package',
      () => ({ folder: 'earshot:../..' }),
      /earshot:\.\.\/\.\. leads out of the bundled sounds/,
      'red',
    ],
  ];
  for (const [what, properties, expected, fill] of failures) {
    it(`answers ${what} with an error that a Catch node sees`, async () => {
      const flow = await startFlow([
        { id: 'folder', type: 'wav-folder', ...properties(), wires: [['out']] },
        { id: 'out', type: 'helper' },
        { id: 'catcher', type: 'catch', scope: null, uncaught: false, wires: [['caught']] },
        { id: 'caught', type: 'helper' },
      ]);
      flow.send('folder', { payload: '' });
      const caught = await flow.at('caught').received.find('error');
      assert.match((caught.error as { message: string }).message, expected);
      assert.equal(flow.at('folder').statuses.items.at(-1)?.fill, fill);
      assert.equal(flow.at('out').received.items.length, 0);
    });
  }

  it('runs passes one after the other, and refuses the twelfth', async () => {
    const flow = await flowWith({ folder: folderOf(3) });
    for (let i = 0; i < 12; i++) flow.send('folder', { payload: '', pass: i });
    const lasts = await flow.at('out').received.take('last message', 11, isLast, { timeout: 20_000 });
    assert.deepEqual(
      lasts.map(msg => msg.pass),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    );
    assert.deepEqual(
      flow.at('out').received.items.map(msg => msg.pass),
      lasts.flatMap(msg => [msg.pass, msg.pass, msg.pass]),
    );
    assert.equal(flow.at('folder').errors.items.length, 1);
    assert.match(flow.at('folder').errors.items[0], /a pass is running and 10 wait already/);
  });

  it('stops on request, with the passes that wait, and can start again', async () => {
    const flow = await flowWith({ folder: folderOf(200, 0, 8000), segmentSeconds: 0.05 });
    const { received } = flow.at('out');
    flow.send('folder', {});
    flow.send('folder', {});
    await received.take('segment', 20);
    flow.send('folder', { payload: 'stop' });
    await flow.at('folder').statuses.find('stopped', ({ text }) => /stopped after \d+ segments/.test(text ?? ''));
    await sleep(300);
    const stoppedAt = received.items.length;
    await sleep(300);
    assert.equal(received.items.length, stoppedAt);
    assert.ok(!received.items.some(isLast));
    assert.ok(stoppedAt < 4000);
    flow.send('folder', { payload: '', again: true });
    await received.find('segment of the next pass', msg => msg.again === true);
  });

  it('never floods a slow flow', async () => {
    const flow = await flowWith({ folder: folderOf(8, 0, 80_000), segmentSeconds: 1, sampleRate: 16000 });
    let unfinished = 0;
    let most = 0;
    flow.at('out').node.on('input', (_msg, _send, done) => {
      most = Math.max(most, ++unfinished);
      setTimeout(() => {
        unfinished--;
        done();
      }, 30);
    });
    flow.send('folder', {});
    await flow.at('out').received.find('last message', isLast, { timeout: 20_000 });
    assert.equal(flow.at('out').received.items.length, 80);
    assert.ok(most > 1 && most <= 9, `${most} messages were under way`);
  });

  it('works where Node-RED offers no hooks, a little slower', async () => {
    takeAwayHooks();
    try {
      const flow = await flowWith({ folder: folderOf(5) });
      flow.send('folder', {});
      const last = await flow.at('out').received.find('last message', isLast);
      assert.equal(last.parts?.count, 5);
    } finally {
      giveHooks();
    }
  });

  it('goes on past a node that never finishes a message', async function () {
    this.timeout(30_000);
    const flow = await flowWith({ folder: folderOf(12) });
    flow.at('out').node.on('input', (_msg, _send, done) => void done);
    flow.send('folder', {});
    await flow.at('out').received.find('last message', isLast, { timeout: 20_000 });
  });

  it('closes in the middle of a long file', async () => {
    const folder = tempFolder('long');
    writeFileSync(join(folder, 'long.wav'), wav16(new Int16Array(15 * 2 ** 20), { sampleRate: 44100 }));
    const flow = await flowWith({ folder, sampleRate: 16000 });
    flow.send('folder', {});
    await flow.at('folder').statuses.find('progress', ({ text }) => text === '1/1 long.wav');
    await flow.stop();
  });

  it('sends a new file when it has stopped growing, as a group of its own', async function () {
    this.timeout(30_000);
    const folder = folderOf(1);
    const flow = await flowWith({ folder, watch: true, segmentSeconds: 0.05 });
    await sleep(500);
    const whole = wav16(Int16Array.from({ length: 800 }, (_, i) => i));
    const file = join(folder, 'normal', 'new.wav');
    writeFileSync(file, whole.subarray(0, 500));
    await sleep(1200);
    appendFileSync(file, whole.subarray(500));
    writeFileSync(join(folder, 'notes.txt'), 'no sound');
    const [first, second] = await flow.at('out').received.take('segment', 2);
    assert.deepEqual([first.audio?.source, second.audio?.source], ['normal/new.wav', 'normal/new.wav']);
    assert.equal(first.label, 'normal');
    assert.equal(counts(pcmOf(second)).at(-1), 799);
    assert.deepEqual([first.parts?.index, second.parts?.index, second.parts?.count], [0, 1, 2]);
    renameSync(writeRamp(join(folder, '.part'), 100, 5), join(folder, 'next.wav'));
    const next = await flow.at('out').received.find('next file', msg => msg.audio?.source === 'next.wav');
    assert.notEqual(next.parts?.id, first.parts?.id);
    assert.equal(next.parts?.count, 1);
    assert.ok(!flow.at('out').received.items.some(msg => 'complete' in msg));
    assert.equal(flow.at('out').received.items.length, 3);
  });

  it('watches for a folder that is made later', async function () {
    this.timeout(30_000);
    const flow = await flowWith({ folder: 'later', watch: true });
    assert.match(flow.at('folder').errors.items[0], /no such folder to watch: .*later/);
    mkdirSync(join(flow.userDir, 'later'));
    writeRamp(join(flow.userDir, 'later', 'a.wav'), 10);
    await flow.at('out').received.find('file', () => true, { timeout: 15_000 });
    assert.equal(flow.at('folder').errors.items.length, 1);
  });

  it('leaves no hook and no thread behind', async () => {
    const flow = await flowWith({ folder: folderOf(2) });
    flow.send('folder', {});
    await flow.at('out').received.find('last message', isLast);
    await until('end of the hooks', () => !hooks.has('onReceive') && !hooks.has('onComplete'));
    const threads = () => process.getActiveResourcesInfo().filter(name => name === 'MessagePort').length;
    await until('end of the thread', () => threads() === 0);
  });
});
