import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RecordingFolder, type RecordingLimits } from '#src/audio/recording-folder';
import { isNameable, recordedAt, safeName, timeStamp } from '#src/audio/recording-name';
import { temporaryName } from '#src/files/temporary';
import { tempFolder } from '../support/temp';
import { until } from '../support/wait';
import { writeRamp } from './fixtures';

const NOON = new Date(2026, 5, 7, 12, 0, 0).getTime();
const sound = new Float32Array(1000);

/** Shorter than in a node, so that nobody waits for it here. */
const REFRESH_MS = 400;

function recorder(limits: Partial<RecordingLimits> = {}, folder = join(tempFolder('record'), 'normal')) {
  const all: RecordingLimits = { maxFiles: 0, maxBytes: 0, whenFull: 'stop', ...limits };
  const recordings = new RecordingFolder(folder, 'recording', all, REFRESH_MS);
  return {
    folder,
    record: (startedAt: number) => recordings.record(sound, 8000, startedAt, 'pcm16'),
    files: () => readdirSync(folder).sort(),
  };
}

describe('a folder of recordings', () => {
  it('names files by the local time of the sound, and never the same twice', async () => {
    const { record, files, folder } = recorder();
    assert.deepEqual(await record(NOON), { file: join(folder, 'recording_20260607_120000.wav'), files: 1 });
    await record(NOON + 999);
    await record(NOON + 500);
    await record(NOON + 2000);
    assert.deepEqual(files(), [
      'recording_20260607_120000.wav',
      'recording_20260607_120000_2.wav',
      'recording_20260607_120000_3.wav',
      'recording_20260607_120002.wav',
    ]);
  });

  it('is shared by two recorders without one overwriting the other', async () => {
    const first = recorder();
    const second = recorder({}, first.folder);
    await Promise.all([first.record(NOON), second.record(NOON), first.record(NOON + 1000), second.record(NOON + 1000)]);
    assert.equal(first.files().length, 4);
  });

  it('is full at its number of files, counting what was there, and goes on when some are gone', async () => {
    const { record, files, folder } = recorder({ maxFiles: 3 });
    mkdirSync(folder);
    writeRamp(join(folder, 'mine.wav'), 10);
    await record(NOON);
    await record(NOON + 2000);
    assert.deepEqual(await record(NOON + 4000), { full: '3 files' });
    assert.equal(files().length, 3);
    rmSync(join(folder, 'mine.wav'));
    await until('room', async () => 'file' in (await record(NOON + 6000)));
  });

  it('is full at its number of bytes', async () => {
    const { record } = recorder({ maxBytes: 2044 * 2 + 100 });
    await record(NOON);
    await record(NOON + 2000);
    assert.deepEqual(await record(NOON + 4000), { full: '0.0 MB' });
  });

  it('may make room by deleting the oldest recordings, but no other sounds', async () => {
    const { record, files, folder } = recorder({ maxFiles: 3, whenFull: 'oldest' });
    mkdirSync(folder);
    utimesSync(writeRamp(join(folder, 'mine.wav'), 10), 1, 1);
    utimesSync(writeRamp(join(folder, 'recording_20200101_000000.wav'), 10), 2, 2);
    await record(NOON);
    await record(NOON + 2000);
    assert.deepEqual(files(), ['mine.wav', 'recording_20260607_120000.wav', 'recording_20260607_120002.wav']);
    await record(NOON + 4000);
    assert.deepEqual(files(), ['mine.wav', 'recording_20260607_120002.wav', 'recording_20260607_120004.wav']);
  });

  it('that holds nothing to delete is full all the same', async () => {
    const { record, folder } = recorder({ maxFiles: 1, whenFull: 'oldest' });
    mkdirSync(folder);
    writeRamp(join(folder, 'mine.wav'), 10);
    assert.deepEqual(await record(NOON), { full: '1 file' });
  });

  it('is cleared of what a killed recorder left half done', async () => {
    const { record, files, folder } = recorder();
    mkdirSync(folder);
    writeFileSync(join(folder, temporaryName('.writing').replace(`-${process.pid}-`, '-4194305-')), 'half');
    await record(NOON);
    assert.deepEqual(files(), ['recording_20260607_120000.wav']);
  });

  it('that cannot be made gives an error that names it', async () => {
    const blocked = join(tempFolder('record'), 'file');
    writeFileSync(blocked, '');
    await assert.rejects(recorder({}, join(blocked, 'normal')).record(NOON), {
      code: 'not-writable',
      message: /file\/normal cannot be used for recordings: ENOTDIR|EEXIST/,
    });
  });
});

describe('names of recordings', () => {
  it('have a time that is one, with four digits for the year', () => {
    for (const time of [0, NOON, Date.UTC(9998, 11)]) {
      assert.ok(isNameable(time));
      assert.match(timeStamp(time), /^\d{8}_\d{6}$/);
    }
    for (const time of [
      1e18,
      8.64e15,
      Date.UTC(9999, 1),
      -1,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      '0',
      null,
      undefined,
    ]) {
      assert.equal(isNameable(time), false, String(time));
    }
  });

  it('hold the time both ways', () => {
    assert.equal(timeStamp(NOON), '20260607_120000');
    assert.equal(recordedAt('/x/recording_20260607_120000.wav'), NOON);
    assert.equal(recordedAt('recording_20260607_120000_2.wav'), NOON);
    assert.equal(recordedAt('recording_20260231_120000.wav'), undefined);
    assert.equal(recordedAt('clip12.wav'), undefined);
  });

  it('stay in their folder whatever the label', () => {
    for (const text of ['../../etc', '..', '/etc/passwd', 'a/../../b', '.hidden', 'C:\\x', 'a\0b', '', '...', ' ']) {
      const name = safeName(text, 'normal');
      assert.match(name, /^[^./\\\0][^/\\\0]*$/, JSON.stringify(text));
    }
    assert.equal(safeName('pump 3 – hoog', 'x'), 'pump 3 _ hoog');
    assert.equal(safeName('été', 'x'), 'été');
    assert.equal(safeName('x'.repeat(500), 'y').length, 100);
  });
});
