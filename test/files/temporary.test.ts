// Temporary files: nobody's are removed, somebody's are not.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { replaceFiles } from '#src/files/atomic-file';
import { thisProcess } from '#src/files/process-identity';
import { removeLeftovers, temporaryName } from '#src/files/temporary';
import { tempFolder } from '../support/temp';

const WRITER = createRequire(__filename).resolve('#src/files/atomic-file');
const HOUR_MS = 3_600_000;

describe('temporary files', () => {
  let folder: string;
  const touch = (name: string, hours = 0) => {
    writeFileSync(join(folder, name), '');
    const time = new Date(Date.now() + hours * HOUR_MS);
    utimesSync(join(folder, name), time, time);
    return name;
  };
  /** Runs a process that is killed while it writes. */
  const killWriter = () => {
    spawnSync(process.execPath, [
      '-e',
      `require(${JSON.stringify(WRITER)}).replaceFiles([{
        file: ${JSON.stringify(join(folder, 'a'))},
        write: () => process.kill(process.pid, 'SIGKILL'),
      }]);`,
    ]);
    const left = readdirSync(folder).filter(name => name !== 'a');
    assert.equal(left.length, 1, 'the killed process left its file');
    return left[0];
  };
  beforeEach(() => {
    folder = tempFolder('temporary');
  });

  it('of a process that was killed go when the next one writes there, whatever their date', async () => {
    touch(killWriter(), 48);
    await replaceFiles([{ file: join(folder, 'a'), write: handle => handle.writeFile('whole') }]);
    assert.deepEqual(readdirSync(folder), ['a']);
  });

  it('of a process that runs stay, whatever their date', () => {
    const names = [touch(temporaryName('spool')), touch(temporaryName('.writing'), -48)];
    removeLeftovers(folder);
    assert.deepEqual(readdirSync(folder).sort(), names.sort());
  });

  it('of another container go when they are a day from now, before or behind', () => {
    const { boot } = thisProcess();
    const foreign = (unique: number) => `.writing-${boot}-1-1-0-00000000000${unique}.tmp`;
    const young = touch(foreign(1), -1);
    for (const [hours, unique] of [
      [-48, 2],
      [48, 3],
    ]) {
      touch(foreign(unique), hours);
    }
    removeLeftovers(folder);
    assert.deepEqual(readdirSync(folder), [young]);
  });

  it('from before the computer was started anew go at once, on a disk of its own', () => {
    touch('.writing-ffffffff-1-1-0-000000000001.tmp');
    removeLeftovers(folder);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('of former names go when they are old, and no other files', () => {
    for (const name of ['v0001.safetensors.0123456789ab.tmp', '.a_20260607_110000.wav.part', 'spool-0f-1-2-3.f32']) {
      touch(name, -48);
    }
    const others = ['a.wav.part', 'notes.tmp', 'spool-notes.f32', 'writing.txt'].map(name => touch(name, -48));
    removeLeftovers(folder);
    assert.deepEqual(readdirSync(folder).sort(), others);
  });

  it('are no trouble where there is no folder', () => removeLeftovers(join(folder, 'nowhere')));
});
