import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseLabelRule } from '#src/audio/label-rule';
import { labelsOf } from '#src/audio/labels';
import { type FolderSelection, listFiles } from '#src/audio/sound-folder';
import { tempFolder } from '../support/temp';

function folderWith(...names: string[]): string {
  const folder = tempFolder('sounds');
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), '');
  }
  return folder;
}

const list = (folder: string, selection: Partial<FolderSelection> = {}) =>
  listFiles({ folder, recursive: true, labels: 'folder', onlyLabels: [], ...selection });
const names = (folder: string, selection?: Partial<FolderSelection>): string[] =>
  list(folder, selection).files.map(({ name }) => name);

describe('a folder of sounds', () => {
  it('is listed in natural order, folders within it too', () => {
    const folder = folderWith('b/10.wav', 'b/9.wav', 'a/clip2.WAV', 'a/clip10.flac', 'z.mp3', 'b/c/1.ogg');
    assert.deepEqual(names(folder), ['a/clip2.WAV', 'a/clip10.flac', 'b/9.wav', 'b/10.wav', 'b/c/1.ogg', 'z.mp3']);
    assert.deepEqual(names(folder, { recursive: false }), ['z.mp3']);
  });

  it('names what is no sound, but not what people keep beside sounds', () => {
    const folder = folderWith('a.wav', 'notes.txt', 'README.md', 'LICENSE', '.hidden.wav', '.git/x.wav', 'b.wav.part');
    assert.deepEqual(names(folder), ['a.wav']);
    const others = list(folder).others;
    assert.deepEqual(
      others.map(({ filename }) => filename),
      [join(folder, 'b.wav.part'), join(folder, 'notes.txt')],
    );
    assert.match(others[1].reason, /^not a sound file: its name ends in \.txt/);
  });

  it('follows links once and does not run in circles', () => {
    const folder = folderWith('a/1.wav', 'b/2.wav');
    symlinkSync(folder, join(folder, 'a', 'up'));
    symlinkSync(join(folder, 'b'), join(folder, 'a', 'beside'));
    symlinkSync(join(folder, 'b', '2.wav'), join(folder, 'linked.wav'));
    const listed = names(folder);
    assert.equal(listed.filter(name => name.endsWith('1.wav')).length, 1);
    assert.equal(listed.filter(name => name.endsWith('2.wav')).length, 1);
    assert.ok(listed.includes('linked.wav'));
  });

  it('tells of a broken link and goes on', () => {
    const folder = folderWith('a.wav');
    symlinkSync(join(folder, 'nowhere'), join(folder, 'broken.wav'));
    const { files, others } = list(folder);
    assert.equal(files.length, 1);
    assert.equal(others[0].filename, join(folder, 'broken.wav'));
    assert.match(others[0].reason, /cannot be opened: ENOENT/);
  });

  it('can be narrowed to labels, and tells which others there are', () => {
    const folder = folderWith('normal/1.wav', 'test/2.wav', 'odd/3.wav');
    const { files, otherLabels } = list(folder, { onlyLabels: ['normal', 'test'] });
    assert.deepEqual(
      files.map(({ label }) => label),
      ['normal', 'test'],
    );
    assert.deepEqual(otherLabels, ['odd']);
  });

  it('that is missing or is a file gives an error that names it', () => {
    const folder = folderWith('a.wav');
    assert.throws(() => list(join(folder, 'b')), {
      code: 'folder',
      message: `no such folder: ${folder}/b. Check its name.`,
    });
    assert.throws(() => list(join(folder, 'a.wav')), { code: 'folder', message: /not a folder: .*a\.wav/ });
  });
});

describe('labels', () => {
  it('come from the folder, nowhere, or the name', () => {
    const label = (rule: string) => labelsOf(['/sounds/dogs/bark_012.wav'], parseLabelRule(rule))[0];
    assert.equal(label('folder'), 'dogs');
    assert.equal(label('none'), undefined);
    assert.equal(label('^([a-z]+)_'), 'bark');
    assert.equal(label('\\d+'), '012');
    assert.equal(label('^cat'), undefined);
  });

  it('by a pattern that never comes to an end are given up soon, and the file is named', () => {
    const folder = folderWith('normal_1.wav', `${'a'.repeat(60)}.wav`);
    const selection: FolderSelection = { folder, recursive: false, labels: parseLabelRule('^(a+)+$'), onlyLabels: [] };
    assert.throws(() => listFiles(selection), {
      code: 'config',
      message:
        /^labels is "\^\(a\+\)\+\$"; expected an expression that comes to an end, but it was still at the file "a{60}\.wav" after 3 s\./,
    });
  });

  it('by a pattern are given to tens of thousands of files', () => {
    const files = Array.from({ length: 25_001 }, (_, i) => `/sounds/kind${i % 7}_${i}.wav`);
    assert.deepEqual(
      labelsOf(files, parseLabelRule('^([a-z0-9]+)_')),
      files.map((_, i) => `kind${i % 7}`),
    );
  });

  it('by a pattern that is none are refused with the reason', () => {
    assert.throws(() => parseLabelRule('(unclosed'), {
      code: 'config',
      message: /labels is "\(unclosed"; expected folder, none or a regular expression/,
    });
  });
});
