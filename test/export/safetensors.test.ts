// Exported safetensors files: every weight in the place where PyTorch looks for it, and the network of docs/export.md
// gives our scores with them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { partOf } from '#src/detectors/parts';
import { bufferOf } from '#src/messages';
import { readModelFile } from '#src/store/model-file';
import { exportTask } from '#src/tasks/export';
import { PACKAGE_ROOT } from '../support/pack';
import { skip } from '../support/system';
import { tempFolder } from '../support/temp';
import { assertClose } from './compare';
import { type TestModel, type TestModelOptions, testModel } from './models';

interface Tensor {
  shape: number[];
  data: Float32Array;
}

/** The layout by itself: length, JSON, tensors. */
function read(file: string): { metadata: Record<string, string>; tensors: Record<string, Tensor> } {
  const bytes = readFileSync(file);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const { __metadata__: metadata, ...entries } = JSON.parse(bytes.toString('utf8', 8, start));
  const tensors = Object.entries<{ shape: number[]; data_offsets: [number, number] }>(entries).map(([name, entry]) => {
    const [begin, end] = entry.data_offsets;
    const data = new Float32Array(new Uint8Array(bytes.subarray(start + begin, start + end)).buffer);
    return [name, { shape: entry.shape, data }] as const;
  });
  return { metadata, tensors: Object.fromEntries(tensors) };
}

async function exported(model: TestModel): Promise<string> {
  const file = join(tempFolder('export'), 'model.safetensors');
  await exportTask.start({ model: model.file, format: 'safetensors', file }, () => {}).result;
  return file;
}

/** The value at these indices. */
const at = ({ shape, data }: Tensor, ...indices: number[]): number =>
  data[indices.reduce((offset, index, axis) => offset * shape[axis] + index, 0)];

const MIRRORED: TestModelOptions = {
  ...{ preset: 'custom', shape: [33, 21], frames: 17, filters: [6, 9, 4], kernels: [3, 5, 4], strides: [3, 2, 1] },
  ...{ batchNorm: true, latentDim: 5 },
};

const CASES: Record<string, TestModelOptions> = {
  'batch norm, odd sizes, stride 3': MIRRORED,
  'strides wider than the kernels': { ...MIRRORED, kernels: [2, 1, 3], strides: [3, 2, 2], batchNorm: false },
  'the office network in small': { preset: 'office', shape: [20, 12] },
  compact: { preset: 'compact', shape: [128, 32] },
};

describe('exported safetensors files', function () {
  this.timeout(60_000);

  it('name and turn the weights as PyTorch does', async () => {
    const model = await testModel(MIRRORED);
    const { tensors } = read(await exported(model));
    const ours = partOf('vae', model.file, readModelFile(model.file)).tensors;
    assert.deepEqual(tensors['encoder.1.conv.weight'].shape, [9, 6, 5, 5]);
    assert.deepEqual(tensors['decoder.1.conv.weight'].shape, [4, 9, 5, 5]);
    for (const [out, input, y, x] of [
      [8, 5, 4, 0],
      [2, 1, 0, 3],
      [7, 0, 2, 4],
    ]) {
      assert.equal(
        at(tensors['encoder.1.conv.weight'], out, input, y, x),
        at(ours['encoder.1.weight'], y, x, input, out),
      );
    }
    assert.equal(at(tensors['decoder.1.conv.weight'], 3, 8, 1, 2), at(ours['decoder.1.weight'], 1, 2, 8, 3));
    const features = ours['heads.weight'].shape[0];
    assert.deepEqual(tensors['mu.weight'].shape, [5, features]);
    assert.equal(at(tensors['mu.weight'], 4, 7), at(ours['heads.weight'], 7, 4));
    assert.equal(at(tensors['log_variance.weight'], 4, 7), at(ours['heads.weight'], 7, 5 + 4));
    assert.deepEqual([...tensors['log_variance.bias'].data], [...ours['heads.bias'].data.slice(5)]);
    assert.equal(at(tensors['bridge.weight'], 9, 2), at(ours['bridge.weight'], 2, 9));
    assert.deepEqual(tensors['encoder.0.norm.running_var'].data, ours['encoder.0.variance'].data);
    const values = (all: Record<string, Tensor>) => Object.values(all).reduce((sum, { data }) => sum + data.length, 0);
    assert.equal(values(tensors), values(ours));
  });

  it('say what to feed the network and how normal sounds score', async () => {
    const model = await testModel(MIRRORED);
    const { metadata } = read(await exported(model));
    assert.equal(metadata.format, 'pt');
    assert.deepEqual([metadata.name, metadata.version], ['boiler', '1']);
    assert.deepEqual(JSON.parse(metadata.frontEnd), { ...model.frontEnd, melBands: 33 });
    assert.deepEqual(JSON.parse(metadata.inputScale), model.scale);
    assert.equal(JSON.parse(metadata.scores).rl.count, 3);
  });

  it('keep a mixture prior', async () => {
    const model = await testModel({ ...MIRRORED, prior: { kind: 'mixture', components: 4 } });
    const { tensors } = read(await exported(model));
    assert.deepEqual(tensors['prior.means'].shape, [4, 5]);
  });

  describe('in the network of docs/export.md', () => {
    const python = '/usr/bin/python3';
    const program = `${snippet()}
import json, struct, sys
import numpy as np

raw = open(sys.argv[1], "rb").read()
(length,) = struct.unpack("<Q", raw[:8])
header = json.loads(raw[8:8 + length])
about = {key: json.loads(value) for key, value in header.pop("__metadata__").items() if value.startswith("{")}
weights = {}
for name, entry in header.items():
    begin, end = (8 + length + offset for offset in entry["data_offsets"])
    weights[name] = torch.from_numpy(np.frombuffer(raw[begin:end], np.float32).reshape(entry["shape"]).copy())
pictures = np.fromfile(sys.argv[2], np.float32).reshape([-1, *about["frontEnd"]["shape"]])
scores = [score(torch.from_numpy(picture), about["architecture"], about["inputScale"], weights) for picture in pictures]
print(json.dumps([{"rl": rl, "mu": mu.tolist()} for rl, mu in scores]))
`;

    before(function () {
      try {
        execFileSync(python, ['-c', 'import torch, numpy'], { stdio: 'pipe' });
      } catch {
        skip(this, 'PyTorch is not installed (apt-get install python3-torch); it is no part of the tests of a release');
      }
    });

    for (const [title, options] of Object.entries(CASES)) {
      it(`score as ours do: ${title}`, async () => {
        const model = await testModel(options);
        const pictures = join(tempFolder('pictures'), 'pictures.f32');
        writeFileSync(pictures, Buffer.concat(model.pictures.map(bufferOf)));
        const said = execFileSync(python, ['-c', program, await exported(model), pictures], { encoding: 'utf8' });
        const results = JSON.parse(said) as { rl: number; mu: number[] }[];
        for (const [i, { rl, mu }] of results.entries()) {
          assertClose([rl], [model.scores[i].rl], `rl ${i}`);
          assertClose(mu, model.scores[i].latent, `mu ${i}`);
        }
      });
    }
  });
});

/** The code that the documentation shows. */
function snippet(): string {
  const text = readFileSync(join(PACKAGE_ROOT, 'docs', 'export.md'), 'utf8');
  const found = /```python\n(import torch\n[\s\S]*?)```/.exec(text);
  assert.ok(found, 'docs/export.md shows a network in PyTorch');
  return found[1];
}
