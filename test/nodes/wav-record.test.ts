import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAudioFile } from '#src/audio/read-audio-file';
import { type AudioInfo, bufferOf, type Message } from '#src/messages';
import { startFlow, stopFlow } from '../support/helper';
import { smallDisk } from '../support/small-disk';
import { tempFolder } from '../support/temp';

const NOON = new Date(2026, 5, 7, 12, 0, 0).getTime();

function segment(number = 0, changes: Partial<Message> = {}, samples = 800): Message {
  const pcm = Float32Array.from({ length: samples }, (_, i) => Math.round(Math.sin(i / 9) * 20000) / 32768);
  return {
    payload: bufferOf(pcm),
    audio: {
      sampleRate: 8000,
      samples,
      seconds: samples / 8000,
      startedAt: NOON + number * 2000,
      source: 'test',
      sequence: number,
      overruns: 0,
    },
    ...changes,
  };
}

const flowWith = (properties: object) =>
  startFlow([
    { id: 'record', type: 'wav-record', ...properties, wires: [['out']] },
    { id: 'out', type: 'helper' },
    { id: 'catcher', type: 'catch', scope: null, uncaught: false, wires: [['caught']] },
    { id: 'caught', type: 'helper' },
  ]);

describe('wav-record', () => {
  afterEach(stopFlow);

  it('writes segments into the label folder and passes them on with the file name', async () => {
    const flow = await flowWith({ label: 'normal' });
    const sent = segment(0, { topic: 'pump' });
    flow.send('record', sent);
    flow.send('record', segment(1));
    const [first, second] = await flow.at('out').received.take('message', 2);
    const folder = join(flow.userDir, 'recordings', 'normal');
    assert.deepEqual(readdirSync(folder), ['recording_20260607_120000.wav', 'recording_20260607_120002.wav']);
    assert.equal(first.filename, join(folder, 'recording_20260607_120000.wav'));
    assert.equal(second.filename, join(folder, 'recording_20260607_120002.wav'));
    assert.deepEqual([first.payload, first.audio, first.topic], [sent.payload, sent.audio, 'pump']);
    const { pcm, sampleRate } = await readAudioFile(first.filename as string);
    assert.equal(sampleRate, 8000);
    assert.ok(bufferOf(pcm).equals(sent.payload as Buffer));
    assert.equal(flow.at('record').statuses.items.at(-1)?.text, 'normal: 2/150 files');
  });

  it('takes the label from the message where its own is empty, never out of the folder', async () => {
    const flow = await flowWith({ label: '', prefix: 'take' });
    flow.send('record', segment(0, { label: 'test' }));
    flow.send('record', segment(1, { label: '../../../escape' }));
    flow.send('record', segment(2));
    const files = (await flow.at('out').received.take('message', 3)).map(({ filename }) => filename as string);
    const root = join(flow.userDir, 'recordings');
    assert.deepEqual(files, [
      join(root, 'test', 'take_20260607_120000.wav'),
      join(root, '_.._.._escape', 'take_20260607_120002.wav'),
      join(root, 'normal', 'take_20260607_120004.wav'),
    ]);
    assert.ok(files.every(existsSync));
  });

  it('stops when full, says so once, and passes messages on', async () => {
    const flow = await flowWith({ label: 'normal', maxFiles: 2 });
    for (let i = 0; i < 5; i++) flow.send('record', segment(i));
    const messages = await flow.at('out').received.take('message', 5);
    assert.deepEqual(
      messages.map(({ filename }) => filename !== undefined),
      [true, true, false, false, false],
    );
    assert.equal(readdirSync(join(flow.userDir, 'recordings', 'normal')).length, 2);
    assert.equal(flow.at('record').statuses.items.at(-1)?.text, 'full: 2 files');
    assert.equal(flow.at('record').warnings.items.length, 1);
    assert.match(flow.at('record').warnings.items[0], /recordings\/normal is full \(2 files\): recording has stopped/);
  });

  it('keeps the newest when told to delete the oldest', async () => {
    const flow = await flowWith({ label: 'normal', maxFiles: 2, whenFull: 'oldest' });
    for (let i = 0; i < 4; i++) flow.send('record', segment(i));
    await flow.at('out').received.take('message', 4);
    assert.deepEqual(readdirSync(join(flow.userDir, 'recordings', 'normal')), [
      'recording_20260607_120004.wav',
      'recording_20260607_120006.wav',
    ]);
  });

  it('names and deletes sound that says an impossible time like any other', async () => {
    const flow = await flowWith({ label: 'normal', maxFiles: 1, whenFull: 'oldest' });
    for (const startedAt of [1e18, Number.NaN, 1e18]) {
      const { audio, ...rest } = segment(0);
      flow.send('record', { ...rest, audio: { ...(audio as AudioInfo), startedAt } });
    }
    await flow.at('out').received.take('message', 3);
    const names = readdirSync(join(flow.userDir, 'recordings', 'normal'));
    assert.equal(names.length, 1);
    assert.match(names[0], /^recording_20\d{6}_\d{6}(_\d)?\.wav$/);
  });

  it('on a full disk gives an error, leaves no half file, passes the message on and recovers', async function () {
    const { folder, unmount } = smallDisk(this, 64);
    try {
      const flow = await flowWith({ folder, label: 'normal' });
      flow.send('record', segment(0, {}, 100_000));
      const caught = await flow.at('caught').received.find('error');
      assert.match(
        (caught.error as { message: string }).message,
        /no space left to write .*recording_20260607_120000\.wav/,
      );
      assert.equal(flow.at('record').statuses.items.at(-1)?.fill, 'red');
      const passed = await flow.at('out').received.find('message');
      assert.equal(passed.filename, undefined);
      assert.deepEqual(readdirSync(join(folder, 'normal')), []);
      flow.send('record', segment(1));
      const [, next] = await flow.at('out').received.take('message', 2);
      assert.ok(existsSync(next.filename as string));
      assert.equal(flow.at('record').statuses.items.at(-1)?.fill, 'green');
      await stopFlow();
    } finally {
      unmount();
    }
  });

  it('says what is wrong when the folder cannot be made, and passes the message on', async () => {
    const file = join(tempFolder('record'), 'a-file');
    writeFileSync(file, '');
    const flow = await flowWith({ folder: file, label: 'normal' });
    flow.send('record', segment());
    const caught = await flow.at('caught').received.find('error');
    assert.match((caught.error as { message: string }).message, /a-file\/normal cannot be used for recordings: /);
    assert.equal(flow.at('out').received.items.length, 1);
  });

  const refused: [string, Message, RegExp][] = [
    ['a text', { payload: 'hello' }, /expected an audio segment .*got "hello"/],
    ['an empty segment', segment(0, {}, 0), /the audio segment is empty/],
    [
      'samples that are no numbers',
      segment(0, { payload: bufferOf(Float32Array.of(0, Number.NaN)) }),
      /sample 1 of 2 is NaN/,
    ],
  ];
  for (const [what, msg, expected] of refused) {
    it(`refuses ${what} and writes nothing`, async () => {
      const flow = await flowWith({ label: 'normal' });
      flow.send('record', msg);
      const caught = await flow.at('caught').received.find('error');
      assert.match((caught.error as { message: string }).message, expected);
      assert.equal(flow.at('out').received.items.length, 0);
      assert.ok(!existsSync(join(flow.userDir, 'recordings')));
    });
  }
});
