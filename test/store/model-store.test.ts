// The versions of a model on disk: numbering, the newest good one and hot reload.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { watchFolder } from '#src/files/folder-watch';
import { temporaryName } from '#src/files/temporary';
import { writeModelFile } from '#src/store/model-file';
import { modelIdOf } from '#src/store/model-id';
import { ModelStore, safeFolderName } from '#src/store/model-store';
import { tempFolder } from '../support/temp';
import { sleep, until } from '../support/wait';
import { description, rewriteHeader, TENSORS } from './models';

describe('model store', () => {
  let root: string;
  let store: ModelStore;

  beforeEach(() => {
    root = tempFolder('models');
    store = new ModelStore(root, 'boiler');
  });

  const train = (version = store.nextVersion()) => {
    writeModelFile(store.pathOf(version), TENSORS, description({ version }));
    return version;
  };

  describe('folder names', () => {
    it('are the model’s own name where that is plain', () => {
      for (const name of ['boiler', 'pump-2', 'x_1']) assert.equal(safeFolderName(name), name);
    });

    it('stay inside the folder and are plain, whatever the name', () => {
      const names = ['../../etc/passwd', '..', '.', '/', 'a/b', 'C:\\x', 'nul', 'Zürich 冷蔵', '🔊', ' ', 'a\0b'];
      for (const name of names.filter(name => name.trim() !== '')) {
        assert.match(safeFolderName(name), /^[a-z0-9_-]+~[0-9a-f]{10}$/, name);
      }
      assert.ok(safeFolderName('x'.repeat(5000)).length < 64);
    });

    it('differ for different names, on file systems that ignore case too', () => {
      const hashed = safeFolderName('Boiler');
      const names = ['boiler', 'Boiler', 'BOILER', 'boiler ', 'bo/iler', 'bo iler', 'böiler', 'bo\u0308iler', hashed];
      const folders = names.map(name => safeFolderName(name).toLowerCase());
      assert.equal(new Set(folders).size, names.length, folders.join(' '));
    });

    it('are refused for a model without a name', () => {
      for (const name of ['', '  ']) {
        assert.throws(() => new ModelStore(root, name), { name: 'UserError', code: 'model-name' });
      }
    });
  });

  describe('versions', () => {
    it('count from 1 and sort by number, not by name', () => {
      assert.deepEqual(store.versions(), []);
      assert.equal(store.latest(), undefined);
      for (const version of [1, 2, 9999, 10_000]) train(version);
      writeFileSync(join(store.folder, 'notes.txt'), '');
      assert.deepEqual(store.versions(), [1, 2, 9999, 10_000]);
      assert.equal(store.nextVersion(), 10_001);
      assert.equal(store.latest()?.metadata.version, 10_000);
    });

    it('lie in <folder>/<name>/v0007.safetensors', () => {
      assert.equal(store.pathOf(7), join(root, 'boiler', 'v0007.safetensors'));
    });

    it('that are cut short, altered or of a newer format are passed over and named', () => {
      for (let i = 0; i < 4; i++) train();
      truncateSync(store.pathOf(4), 100);
      rewriteHeader(store.pathOf(3), header => {
        (header.__metadata__ as Record<string, string>).formatVersion = '99';
      });
      const found = store.latest();
      assert.equal(found?.metadata.version, 2);
      assert.equal(found?.file, store.pathOf(2));
      assert.deepEqual(
        found?.problems.map(({ code }) => code),
        ['model-damaged', 'model-newer-format'],
      );
      assert.match(found!.problems[0].message, /v0004\.safetensors/);
      assert.match(found!.problems[1].message, /v0003\.safetensors/);
    });

    it('with a changed weight are found by looking closer, or left out by name and checksum', () => {
      train();
      train();
      const bytes = readFileSync(store.pathOf(2));
      bytes[bytes.length - 1] ^= 1;
      writeFileSync(store.pathOf(2), bytes);
      assert.equal(store.latest()?.metadata.version, 2, 'headers alone do not show it');
      assert.equal(store.latest({ verify: true })?.metadata.version, 1);
      const damaged = modelIdOf(store.pathOf(2));
      assert.equal(store.latest({ except: [damaged] })?.metadata.version, 1);
      writeModelFile(store.pathOf(2), TENSORS, description({ version: 2, createdAt: new Date().toISOString() }));
      assert.equal(store.latest({ except: [damaged] })?.metadata.version, 2, 'trained anew under the same number');
    });

    it('tell what is wrong where none is usable', () => {
      train();
      truncateSync(store.pathOf(1), 10);
      assert.equal(store.latest(), undefined);
      assert.deepEqual(
        store.problems().map(({ code }) => code),
        ['model-damaged'],
      );
      assert.equal(store.nextVersion(), 2, 'a damaged file is not written over');
    });

    it('are pruned to the newest three; damaged ones do not count', () => {
      for (let i = 0; i < 6; i++) train();
      truncateSync(store.pathOf(6), 10);
      store.prune();
      assert.deepEqual(store.versions(), [3, 4, 5, 6]);
      new ModelStore(root, 'boiler', { keep: 1 }).prune();
      assert.deepEqual(store.versions(), [5, 6]);
    });

    it('of a folder that cannot be read are an error, not none', () => {
      writeFileSync(join(root, 'pump'), '');
      assert.throws(() => new ModelStore(root, 'pump').versions(), { code: 'model-unreadable' });
    });
  });

  it('clears away temporary files of a crash, but not those of someone who is saving now', () => {
    mkdirSync(store.folder);
    const mine = temporaryName('.writing');
    const left = mine.replace(`-${process.pid}-`, '-4194305-'); // more than a process number can be
    for (const name of [left, mine]) writeFileSync(join(store.folder, name), '');
    new ModelStore(root, 'boiler');
    assert.deepEqual(readdirSync(store.folder), [mine]);
  });

  describe('watching', () => {
    it('tells of a new version once, also where the folder is made later', async () => {
      let calls = 0;
      const stop = store.watch(() => calls++);
      try {
        train();
        await until('call', () => calls === 1);
        writeFileSync(join(store.folder, 'notes.txt'), 'not a version');
        train();
        await until('second call', () => calls === 2);
        await sleep(400);
        assert.equal(calls, 2);
      } finally {
        stop();
      }
      train();
      await sleep(400);
      assert.equal(calls, 2, 'no calls after the end');
    });

    it('is notified, and need not look', async () => {
      train();
      let calls = 0;
      const never = { settleMs: 20, pollMs: 3_600_000 };
      const stop = watchFolder(
        store.folder,
        name => name.startsWith('v'),
        () => calls++,
        never,
      );
      try {
        train();
        await until('call', () => calls >= 1);
      } finally {
        stop();
      }
    });

    it('goes on when the folder is removed and made again', async () => {
      train();
      let calls = 0;
      const times = { settleMs: 20, pollMs: 100 };
      const stop = watchFolder(
        store.folder,
        name => name.startsWith('v'),
        () => calls++,
        times,
      );
      try {
        await sleep(150);
        rmSync(store.folder, { recursive: true });
        await until('call for the removal', () => calls === 1);
        train();
        await until('call for the new version', () => calls >= 2);
      } finally {
        stop();
      }
    });
  });
});
