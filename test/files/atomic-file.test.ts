// Files that take their place whole and flushed, one or several that belong together, and folders that can be made.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { createFile, replaceFiles } from '#src/files/atomic-file';
import { makeFolder } from '#src/files/folder';
import { PACKAGE_ROOT } from '../support/pack';
import { tempFolder } from '../support/temp';

const text = (file: string, content: string) => ({
  file,
  write: (handle: Awaited<ReturnType<typeof open>>) => handle.writeFile(content),
});

describe('files that are replaced', () => {
  it('are all written before the first takes its place', async () => {
    const folder = tempFolder('files');
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    await replaceFiles([text(a, 'one'), text(b, 'one')]);
    const late = {
      file: b,
      async write(handle: Awaited<ReturnType<typeof open>>) {
        assert.equal(readFileSync(a, 'utf8'), 'one');
        await handle.writeFile('two');
      },
    };
    await replaceFiles([text(a, 'two'), late]);
    assert.deepEqual([readFileSync(a, 'utf8'), readFileSync(b, 'utf8')], ['two', 'two']);
    assert.deepEqual(readdirSync(folder).sort(), ['a', 'b']);
  });

  it('stay as they were where one of the new ones cannot be written', async () => {
    const folder = tempFolder('files');
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    await replaceFiles([text(a, 'one'), text(b, 'one')]);
    const failing = { file: b, write: () => Promise.reject(new Error('no more space')) };
    await assert.rejects(replaceFiles([text(a, 'two'), failing]), /no more space/);
    assert.deepEqual([readFileSync(a, 'utf8'), readFileSync(b, 'utf8')], ['one', 'one']);
    assert.deepEqual(readdirSync(folder).sort(), ['a', 'b']);
  });

  it('do not take the place of another where they shall be new', async () => {
    const folder = tempFolder('files');
    const file = join(folder, 'a');
    const written = await Promise.allSettled(['one', 'two', 'three'].map(content => createFile(text(file, content))));
    assert.equal(written.filter(({ status }) => status === 'fulfilled').length, 1);
    const refused = written.flatMap(one => (one.status === 'rejected' ? [one.reason.code] : []));
    assert.deepEqual(refused, ['EEXIST', 'EEXIST']);
    assert.deepEqual(readdirSync(folder), ['a']);
  });

  it('are flushed before they take their place, and their folder after', async () => {
    const folder = tempFolder('files');
    const file = join(folder, 'a');
    const probe = await open(folder, 'r');
    const handles = Object.getPrototypeOf(probe) as typeof probe;
    await probe.close();
    const { datasync, sync } = handles;
    const flushes: string[] = [];
    handles.datasync = function () {
      flushes.push(`file, ${readdirSync(folder).includes('a') ? 'in its place' : 'not in its place'}`);
      return datasync.call(this);
    };
    handles.sync = function () {
      flushes.push(`folder, ${readdirSync(folder).includes('a') ? 'file in its place' : 'file not in its place'}`);
      return sync.call(this);
    };
    try {
      await replaceFiles([text(file, 'safe')]);
    } finally {
      Object.assign(handles, { datasync, sync });
    }
    assert.deepEqual(flushes, ['file, not in its place', 'folder, file in its place']);
  });
});

describe('folders that are made', () => {
  it('are made with those above them, once', () => {
    const folder = join(tempFolder('folders'), 'a', 'b', 'c');
    makeFolder(folder);
    makeFolder(folder);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('end in an error where a file is in the way or the system makes none', () => {
    const file = join(tempFolder('folders'), 'file');
    writeFileSync(file, '');
    assert.throws(() => makeFolder(file), { code: 'EEXIST' });
    assert.throws(() => makeFolder(join(file, 'below')), { code: 'ENOTDIR' });
    if (process.platform === 'linux') assert.throws(() => makeFolder('/proc/earshot/models'), { code: 'ENOENT' });
  });

  it('are made in one way: the recursive one of Node.js never returns in /proc', () => {
    const recursive = ['src', 'nodes']
      .flatMap(folder =>
        readdirSync(join(PACKAGE_ROOT, 'dist', folder), { recursive: true, encoding: 'utf8' }).map(name =>
          join(PACKAGE_ROOT, 'dist', folder, name),
        ),
      )
      .filter(name => name.endsWith('.js'))
      .filter(name => /mkdir(Sync)?\([^;]*recursive/s.test(readFileSync(name, 'utf8')));
    assert.deepEqual(recursive, []);
  });
});
