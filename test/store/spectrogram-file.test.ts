// Spectrograms as files: names that mirror the sounds and never lead elsewhere, whole or not there, read as written.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AudioInfo, Message, SpectrogramInfo } from '#src/messages';
import {
  descriptionOf,
  type FeatureDescription,
  featureName,
  readFeature,
  writeFeature,
} from '#src/store/spectrogram-file';
import { readSpectrograms } from '#src/store/spectrogram-pass';
import { smallDisk } from '../support/small-disk';
import { tempFolder } from '../support/temp';

const spectrogram: SpectrogramInfo = {
  ...{ shape: [3, 4], sampleRate: 16000, fftSize: 1024, hopLength: 512, window: 'hann', scale: 'mel' },
  ...{ fMin: 0, fMax: 8000, normalize: 'minmax', rangeDb: 80, lowDb: -71.5, highDb: 3.25, min: 0, max: 1 },
};
const audio = (source: string, rest: Partial<AudioInfo> = {}): AudioInfo => ({
  ...{ sampleRate: 16000, samples: 16000, seconds: 1, startedAt: new Date(2026, 2, 1, 12, 30, 5).getTime() },
  ...{ source, sequence: 0, overruns: 0 },
  ...rest,
});
const values = (offset = 0) => Float32Array.from({ length: 12 }, (_, i) => offset + i / 12);
const named = (msg: Message) => featureName(msg);

describe('names of features', () => {
  it('mirror the folders of the sounds, with the number of the segment', () => {
    const filename = '/sounds/normal/day 1/a.b.wav';
    assert.equal(named({ filename, audio: audio('normal/day 1/a.b.wav', { sequence: 12 }) }), 'normal/day 1/a.b.0012');
    assert.equal(
      named({ filename, audio: audio('normal/day 1/a.b.wav', { channel: 2 }) }),
      'normal/day 1/a.b.0000.channel2',
    );
    const copy = { filename, audio: audio('normal/day 1/a.b.wav'), augmentation: { copy: 3 } };
    assert.equal(named(copy), 'normal/day 1/a.b.0000.copy3');
  });

  it('are the file’s own where the source is a microphone, and label and time without a file', () => {
    const recorded = { filename: '/recordings/normal/recording_20260301_123005.wav', audio: audio('plughw:1') };
    assert.equal(named(recorded), 'recording_20260301_123005.0000');
    assert.equal(named({ audio: audio('plughw:1,0', { sequence: 7 }) }), 'plughw_1_0/20260301_123005.0007');
    assert.equal(named({ label: 'normal', audio: audio('plughw:1') }), 'normal/20260301_123005.0000');
    assert.equal(named({ audio: audio('plughw:1', { startedAt: 1e18 }) }), 'plughw_1/segment.0000');
    assert.equal(named({}), 'segment.0000');
  });

  it('lead nowhere else, whatever the message says', () => {
    for (const source of [
      '../../etc/passwd',
      '/etc/passwd',
      '..\\..\\x.wav',
      './../..',
      'a/../../b\0.wav',
      '...',
      '',
    ]) {
      for (const filename of [`/sounds/${source}`, undefined]) {
        const parts = named({ filename, label: source, audio: audio(source, { sequence: '../../1' as never }) }).split(
          '/',
        );
        assert.ok(
          parts.length > 0 && parts.every(part => part !== '' && !/^\.+$|[\\\0]/.test(part)),
          parts.join(' | '),
        );
      }
    }
  });
});

describe('files of features', () => {
  let folder: string;
  beforeEach(() => {
    folder = tempFolder('features');
  });
  const write = (name: string, filename?: string, at = folder) =>
    writeFeature(at, name, values(), { spectrogram, label: 'normal', filename, audio: audio('normal/a.wav') });
  const pass = (onlyLabels: string[] = [], recursive = true) => [
    ...readSpectrograms({ folder, recursive, onlyLabels }),
  ];

  it('hold values and description, lowest and highest value among it, and are read as they were', async () => {
    const file = await write('normal/a.0000', '/sounds/normal/a.wav');
    assert.equal(file, join(folder, 'normal', 'a.0000.f32'));
    assert.deepEqual(readdirSync(join(folder, 'normal')).sort(), ['a.0000.f32', 'a.0000.json']);
    const bytes = readFileSync(file);
    assert.deepEqual(
      [0, 1, 11].map(i => bytes.readFloatLE(4 * i)),
      [...values()].filter((_, i) => [0, 1, 11].includes(i)),
    );
    const said = JSON.parse(readFileSync(join(folder, 'normal', 'a.0000.json'), 'utf8')) as FeatureDescription;
    assert.deepEqual([said.spectrogram.min, said.spectrogram.max], [0, 1]);
    assert.deepEqual([said.spectrogram.lowDb, said.spectrogram.highDb], [-71.5, 3.25]);
    const read = readFeature(file);
    assert.deepEqual(read.values, values());
    assert.deepEqual(read.description, {
      ...{ formatVersion: 1, spectrogram, audio: audio('normal/a.wav'), label: 'normal' },
      filename: '/sounds/normal/a.wav',
      checksum: createHash('sha256').update(bytes).digest('hex'),
    });
  });

  it('are read with the description that fits them, where a crash has interrupted their replacement', async () => {
    const file = await write('a.0000');
    const [values1, said1] = [readFileSync(file), readFileSync(descriptionOf(file))];
    await writeFeature(folder, 'a.0000', values(5), { spectrogram, label: 'new' });
    const [values2, said2] = [readFileSync(file), readFileSync(descriptionOf(file))];
    for (const [bytes, label] of [
      [values1, 'normal'],
      [values2, 'new'],
    ] as const) {
      writeFileSync(file, bytes);
      writeFileSync(descriptionOf(file), said1);
      writeFileSync(`${descriptionOf(file)}.new`, said2);
      assert.equal(readFeature(file).description.label, label);
    }
    await writeFeature(folder, 'a.0000', values(7), { spectrogram });
    assert.deepEqual(readdirSync(folder).sort(), ['a.0000.f32', 'a.0000.json']);
    assert.deepEqual(readFeature(file).values, values(7));
  });

  it('are read without a checksum where their description is from before there were any', async () => {
    const file = await write('a.0000');
    const { checksum, ...former } = readFeature(file).description;
    writeFileSync(descriptionOf(file), JSON.stringify(former));
    assert.deepEqual(readFeature(file), { values: values(), description: former });
  });

  it('are replaced by the same sound, and keep their name from another', async () => {
    await write('a.0000', '/one/a.wav');
    await write('a.0000', '/one/a.wav');
    await assert.rejects(
      write('a.0000', '/two/a.wav'),
      /belongs to the sound "\/one\/a.wav"; this one is "\/two\/a.wav"/,
    );
  });

  it('stay within their folder where a link leads out of it', async () => {
    const outside = tempFolder('outside');
    symlinkSync(outside, join(folder, 'normal'));
    await assert.rejects(write('normal/a.0000'), /leads out of .* through a link/);
    assert.deepEqual(readdirSync(outside), []);
  });

  it('are left out, with the reason, where a crash or a disk has damaged them', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await write(`${name}.0000`);
    rmSync(join(folder, 'a.0000.json'));
    truncateSync(join(folder, 'b.0000.f32'), 20);
    writeFileSync(join(folder, 'c.0000.json'), '{"formatVersion": 1, "spectrogram": {"sha');
    writeFileSync(join(folder, 'd.0000.json'), JSON.stringify({ formatVersion: 1, spectrogram: { shape: [0, 'x'] } }));
    writeFileSync(join(folder, 'e.0000.json'), JSON.stringify({ formatVersion: 9 }));
    writeFileSync(join(folder, 'f.0000.f32'), Buffer.alloc(48));
    const events = pass();
    const reasons = events.flatMap(event => (event.type === 'skipped' ? [event.reason] : []));
    assert.equal(reasons.length, 6);
    const expected = [/a\.0000\.json is missing/, /20 bytes; expected 48 for 3×4/, /c\.0000\.json cannot be read/];
    expected.push(
      /shape in its description is an array of 2/,
      /format version number 9; this release reads 1/,
      /not those that were saved/,
    );
    expected.forEach((reason, i) => {
      assert.match(reasons[i], reason);
    });
    assert.equal(events.filter(({ type }) => type === 'segment').length, 1);
  });

  /** A spectrogram of which a disk of 64 KiB has room for one, and not for its replacement beside it. */
  const writeFilling = (disk: string, value: number) => {
    const small = { ...spectrogram, shape: [64, 160] as [number, number] };
    return writeFeature(disk, 'a', new Float32Array(64 * 160).fill(value), { spectrogram: small });
  };

  it('leave nothing behind on a disk that is full', async function () {
    const { folder: disk, unmount } = smallDisk(this, 64);
    try {
      const big = { ...spectrogram, shape: [128, 256] as [number, number] };
      const writeBig = () => writeFeature(disk, 'big', new Float32Array(128 * 256), { spectrogram: big });
      await assert.rejects(writeBig, /was not saved: ENOSPC.*disk is full/);
      assert.deepEqual(readdirSync(disk), []);
    } finally {
      unmount();
    }
  });

  it('stay readable where a full disk has no room for those that shall replace them', async function () {
    const { folder: disk, unmount } = smallDisk(this, 64);
    try {
      const writeSmall = (value: number) => writeFilling(disk, value);
      const file = await writeSmall(1);
      await assert.rejects(writeSmall(2), /ENOSPC/);
      assert.equal(readFeature(file).values[0], 1);
      assert.equal(readdirSync(disk).length, 2);
    } finally {
      unmount();
    }
  });

  it('take the description that fits before it is written over, where a crash had interrupted their replacement', async function () {
    const { folder: disk, unmount } = smallDisk(this, 64);
    try {
      const writeSmall = (value: number) => writeFilling(disk, value);
      const file = await writeSmall(1);
      const beside = descriptionOf(file);
      const [values1, said1] = [readFileSync(file), readFileSync(beside)];
      rmSync(file);
      await writeSmall(2);
      writeFileSync(`${beside}.new`, readFileSync(beside));
      writeFileSync(beside, said1);
      assert.ok(!readFileSync(file).equals(values1));
      await assert.rejects(writeSmall(3), /ENOSPC/);
      assert.equal(readFeature(file).values[0], 2);
      assert.deepEqual(readdirSync(disk).sort(), ['a.f32', 'a.json']);
    } finally {
      unmount();
    }
  });

  it('are read in natural order, folders within folders too, by label', async () => {
    for (const name of ['x/a.0010', 'x/a.0002', 'b.0000', 'x/deep/c.0000']) await write(name);
    mkdirSync(join(folder, 'empty'));
    const names = (events: ReturnType<typeof pass>) =>
      events.flatMap(event => (event.type === 'segment' ? [event.file.slice(folder.length + 1)] : []));
    assert.deepEqual(names(pass()), ['b.0000.f32', 'x/a.0002.f32', 'x/a.0010.f32', 'x/deep/c.0000.f32']);
    assert.deepEqual(names(pass([], false)), ['b.0000.f32']);
    assert.equal(names(pass(['normal'])).length, 4);
    assert.throws(() => pass(['other']), /no spectrogram in .* has the label other; the labels there are normal/);
  });

  it('say where there are none', () => {
    assert.throws(() => pass(), /no spectrogram in .*; expected files \.f32 with a \.json beside each/);
    folder = join(folder, 'nowhere');
    assert.throws(() => pass(), /no such folder/);
  });
});
