// The model file: what is written comes back, Python can read it, and whatever is wrong with a file is said.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '#src/errors';
import {
  FORMAT_VERSION,
  readModelFile,
  readModelMetadata,
  verifyModelFile,
  writeModelFile,
} from '#src/store/model-file';
import { smallDisk } from '../support/small-disk';
import { requireSystem } from '../support/system';
import { tempFolder } from '../support/temp';
import { description, rewriteHeader, TENSORS } from './models';

const LAYOUT_CHECK = `
import hashlib, json, struct, sys
raw = open(sys.argv[1], 'rb').read()
length, = struct.unpack('<Q', raw[:8])
text = raw[8:8 + length]
assert length % 8 == 0 and text[:1] == b'{'
header = json.loads(text)
metadata = header.pop('__metadata__')
data = raw[8 + length:]
assert all(isinstance(v, str) for v in metadata.values())
assert hashlib.sha256(data).hexdigest() == metadata['checksum']
assert hashlib.sha256(text.replace(metadata['headerChecksum'].encode(), b'0' * 64)).hexdigest() == metadata['headerChecksum']
at, tensors = 0, {}
for name, entry in sorted(header.items(), key=lambda item: item[1]['data_offsets']):
    begin, end = entry['data_offsets']
    count = 1
    for size in entry['shape']: count *= size
    assert entry['dtype'] == 'F32' and begin == at and end - begin == 4 * count
    tensors[name] = {'shape': entry['shape'], 'data': struct.unpack('<%df' % count, data[begin:end])}
    at = end
assert at == len(data)
print(json.dumps({'tensors': tensors, 'scores': json.loads(metadata['scores']), 'version': int(metadata['version'])}))
`;

function refused(act: () => unknown, code: string, ...words: (string | RegExp)[]): UserError {
  let caught: unknown;
  assert.throws(act, error => (caught = error) instanceof UserError);
  const error = caught as UserError;
  assert.equal(error.code, code, error.message);
  for (const word of words) assert.ok(error.message.search(word) >= 0, `${error.message} should say ${word}`);
  return error;
}

describe('model file', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = tempFolder('model');
    file = join(folder, 'v0001.safetensors');
  });

  const save = (target = file) => writeModelFile(target, TENSORS, description());

  it('gives back every weight and all that was said about the model', () => {
    const written = save();
    const { tensors, metadata } = readModelFile(file);
    assert.deepEqual(tensors, TENSORS);
    const { checksum, headerChecksum } = written;
    assert.deepEqual(metadata, { ...description(), formatVersion: FORMAT_VERSION, checksum, headerChecksum });
    assert.deepEqual(readModelMetadata(file), metadata);
    assert.deepEqual(verifyModelFile(file), metadata);
  });

  it('writes the same bytes for the same model', () => {
    save();
    const again = join(folder, 'v0002.safetensors');
    save(again);
    assert.ok(readFileSync(file).equals(readFileSync(again)));
  });

  it('takes weights from shared memory as they stand', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const data = new Float32Array(memory.buffer, 64, 5);
    data.set([1, 2, 3, 4, 5]);
    writeModelFile(file, { 'dense.bias': { shape: [5], data } }, description());
    assert.deepEqual([...readModelFile(file).tensors['dense.bias'].data], [1, 2, 3, 4, 5]);
  });

  it('keeps names and texts of any script', () => {
    const name = 'Kühlraum 冷蔵 "2" \\ ß 🔊';
    writeModelFile(file, { gewicht·ß: { shape: [1], data: Float32Array.of(7) } }, description({ name }));
    const { tensors, metadata } = readModelFile(file);
    assert.equal(metadata.name, name);
    assert.deepEqual(Object.keys(tensors), ['gewicht·ß']);
  });

  it('can be read by plain Python from the layout alone', function () {
    requireSystem(this, 'python3');
    save();
    const seen = JSON.parse(execFileSync('python3', ['-c', LAYOUT_CHECK, file], { encoding: 'utf8' }));
    const expected = Object.entries(TENSORS).map(([name, { shape, data }]) => [name, { shape, data: [...data] }]);
    assert.deepEqual(seen.tensors, Object.fromEntries(expected));
    assert.deepEqual(seen.scores, description().scores);
    assert.equal(seen.version, 1);
  });

  it('replaces a file as a whole and leaves no temporary file', () => {
    save();
    writeModelFile(file, TENSORS, description({ detectors: { vae: { epochs: 40 } } }));
    assert.deepEqual(readModelMetadata(file).detectors, { vae: { epochs: 40 } });
    assert.deepEqual(readdirSync(folder), ['v0001.safetensors']);
  });

  it('does not save numbers that are not finite, which JSON would lose', () => {
    const bad = description({ detectors: { vae: { losses: [0.1, Number.NaN] } } });
    refused(() => writeModelFile(file, TENSORS, bad), 'model-not-saved', file, 'NaN', 'detectors');
    assert.deepEqual(readdirSync(folder), []);
  });

  describe('when the disk is full', () => {
    let disk: string;
    let unmount = () => {};

    beforeEach(function () {
      ({ folder: disk, unmount } = smallDisk(this, 512));
    });
    afterEach(() => unmount());

    it('says so, removes what it had begun and leaves the older version as it was', () => {
      const old = join(disk, 'v0001.safetensors');
      const next = join(disk, 'v0002.safetensors');
      save(old);
      const before = readFileSync(old);
      const large = { weights: { shape: [100_000], data: new Float32Array(100_000).fill(1) } };
      const filler = join(disk, 'filler');
      writeFileSync(filler, Buffer.alloc(300 * 1024));
      refused(() => writeModelFile(next, large, description()), 'model-not-saved', next, 'ENOSPC', 'free some space');
      assert.deepEqual(readdirSync(disk).sort(), ['filler', 'v0001.safetensors']);
      assert.ok(readFileSync(old).equals(before));
      rmSync(filler);
      writeModelFile(next, large, description({ version: 2 }));
      assert.equal(verifyModelFile(next).version, 2);
    });

    it('does not damage the file it was to replace', () => {
      const target = join(disk, 'v0001.safetensors');
      save(target);
      const before = readFileSync(target);
      const large = { weights: { shape: [200_000], data: new Float32Array(200_000) } };
      refused(() => writeModelFile(target, large, description()), 'model-not-saved');
      assert.ok(readFileSync(target).equals(before));
    });
  });

  it('says when the folder is a file', () => {
    writeFileSync(join(folder, 'models'), '');
    const inside = join(folder, 'models', 'boiler', 'v0001.safetensors');
    refused(() => save(inside), 'model-not-saved', inside, 'choose another folder');
  });

  describe('refuses', () => {
    beforeEach(() => void save());
    const bytes = () => readFileSync(file);

    it('a file that is not there or cannot be read', () => {
      refused(() => readModelFile(join(folder, 'v0009.safetensors')), 'model-unreadable', 'v0009', 'ENOENT');
      mkdirSync(join(folder, 'v0003.safetensors'));
      refused(() => readModelFile(join(folder, 'v0003.safetensors')), 'model-unreadable', 'v0003');
    });

    it('a file cut short anywhere, from its header alone', () => {
      const whole = bytes();
      for (const length of [0, 5, 8, 9, 60, Math.floor(whole.length / 2), whole.length - 4, whole.length - 1]) {
        writeFileSync(file, whole);
        truncateSync(file, length);
        refused(() => readModelMetadata(file), 'model-damaged', file);
      }
    });

    it('a file with something behind its end', () => {
      writeFileSync(file, Buffer.concat([bytes(), Buffer.alloc(4)]));
      refused(() => readModelMetadata(file), 'model-damaged', file, 'after the header');
    });

    it('a changed weight, by its checksum', () => {
      const changed = bytes();
      changed[changed.length - 10] ^= 1;
      writeFileSync(file, changed);
      refused(() => readModelFile(file), 'model-damaged', file, 'checksum of its tensors');
      refused(() => verifyModelFile(file), 'model-damaged', file);
    });

    it('a changed header, wherever the change is', () => {
      const whole = bytes();
      const end = 8 + Number(whole.readBigUInt64LE(0));
      for (let at = 8; at < end; at += 17) {
        const changed = Buffer.from(whole);
        changed[at] ^= 1;
        writeFileSync(file, changed);
        assert.throws(() => readModelMetadata(file), UserError, `byte ${at}`);
      }
    });

    it('a header that claims more than the file has, without reserving memory for it', () => {
      for (const claim of [1n << 40n, (1n << 64n) - 1n, 99_999_999n]) {
        const changed = bytes();
        changed.writeBigUInt64LE(claim);
        writeFileSync(file, changed);
        refused(() => readModelMetadata(file), 'model-damaged', file, 'header claims');
      }
    });

    it('other files with this name', () => {
      const wave = Buffer.from('RIFF\x24\x08\x00\x00WAVEfmt ');
      for (const content of [Buffer.from('not a model, just some text'), wave, Buffer.alloc(4096)]) {
        writeFileSync(file, content);
        refused(() => readModelMetadata(file), 'model-damaged', file);
      }
    });

    it('safetensors files that are not audio models', () => {
      rewriteHeader(file, header => Object.assign(header, { __metadata__: { format: 'pt' } }));
      refused(() => readModelMetadata(file), 'model-damaged', file, 'not be an audio model');
    });

    it('tensors that overlap, leave gaps, have another type or a shape that does not fit', () => {
      const entry = (changes: object) => (header: Record<string, never>) =>
        Object.assign(header['encoder.conv1.bias'], changes);
      const cases: [RegExp, (header: Record<string, never>) => void][] = [
        [/starts at byte 68/, entry({ data_offsets: [68, 76] })],
        [/starts at byte 76/, entry({ data_offsets: [76, 84] })],
        [/takes 8 bytes/, entry({ shape: [3] })],
        [/has type "F16"/, entry({ dtype: 'F16', shape: [4] })],
        [/no valid shape/, entry({ shape: [-1, -2] })],
        [/no valid shape/, entry({ shape: [2.5] })],
        [/no valid data_offsets/, entry({ data_offsets: [72] })],
        [/not a map/, header => Object.assign(header, { __metadata__: { formatVersion: 1 } })],
      ];
      const whole = bytes();
      for (const [words, change] of cases) {
        writeFileSync(file, whole);
        rewriteHeader(file, change);
        refused(() => readModelFile(file), 'model-damaged', file, words);
      }
    });

    it('metadata that lacks what is needed to score', () => {
      rewriteHeader(file, header => {
        delete (header.__metadata__ as Record<string, string>).scores;
      });
      refused(() => readModelMetadata(file), 'model-damaged', file, 'scores in its metadata is undefined');
    });

    it('a newer format, even where its layout is unknown, naming the release that wrote it', () => {
      rewriteHeader(file, header => {
        const metadata = header.__metadata__ as Record<string, string>;
        Object.assign(metadata, { formatVersion: '99', packageVersion: '3.1.4', headerChecksum: 'elsewhere' });
        Object.assign(header['encoder.conv1.bias'], { dtype: 'BF16', data_offsets: [0, 4] });
      });
      refused(() => readModelFile(file), 'model-newer-format', file, 'format version 99', '3.1.4', 'Update');
    });
  });
});
