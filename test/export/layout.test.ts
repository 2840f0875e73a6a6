// Exported files as others' decoders see them (protobufjs, flatbuffers): what they say about themselves; and what happens
// where a file cannot be made.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, truncateSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { openPart } from '#src/detectors/parts';
import { networkDefaults } from '#src/detectors/vae/defaults';
import { buildArchitecture } from '#src/engine/architecture';
import { parameterTable } from '#src/engine/parameters';
import { type ExportFormat, exportModel } from '#src/export/export-model';
import { openModelFile } from '#src/store/model-file';
import { tempFolder } from '../support/temp';
import { type TestModel, testModel } from './models';

// Both come with onnxruntime-web, which reads its models with them.
const fromRuntime = createRequire(createRequire(__filename).resolve('onnxruntime-web'));
interface ProtoReader {
  len: number;
  pos: number;
  uint32(): number;
  bytes(): Uint8Array;
  string(): string;
  skipType(wire: number): void;
}
const { Reader } = fromRuntime('protobufjs/minimal') as { Reader: { create(bytes: Uint8Array): ProtoReader } };
const { ByteBuffer } = fromRuntime('flatbuffers') as {
  ByteBuffer: new (
    bytes: Uint8Array,
  ) => {
    readInt32(at: number): number;
    __offset(table: number, entry: number): number;
    __indirect(at: number): number;
    __vector(at: number): number;
    __vector_len(at: number): number;
    __string(at: number): string;
    bytes(): Uint8Array;
  };
};

function write(
  model: TestModel,
  format: ExportFormat,
  file: string,
  opened = openPart('vae', openModelFile(model.file)),
): void {
  const { architecture, frontEnd, scale } = model;
  try {
    exportModel(
      { model: opened, architecture, frontEnd, scale, format, file },
      () => {},
      () => false,
    );
  } finally {
    opened.close();
  }
}

/** The contents of all fields of this number in a protocol buffer. */
function fieldsOf(bytes: Uint8Array, wanted: number): Uint8Array[] {
  const reader = Reader.create(bytes);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === wanted && (tag & 7) === 2) found.push(reader.bytes());
    else reader.skipType(tag & 7);
  }
  return found;
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

function onnxMetadata(file: string): Record<string, string> {
  return Object.fromEntries(
    fieldsOf(readFileSync(file), 14).map(entry => [1, 2].map(field => textOf(fieldsOf(entry, field)[0]))),
  );
}

/** Model.metadata[0] { name, buffer } and that buffer of Model.buffers { data }. */
function tfliteMetadata(file: string): { name: string; content: string } {
  const buffer = new ByteBuffer(readFileSync(file));
  const field = (table: number, id: number): number => table + buffer.__offset(table, 4 + 2 * id);
  const item = (vector: number, index: number): number => buffer.__indirect(buffer.__vector(vector) + 4 * index);
  const model = buffer.__indirect(0);
  const entry = item(field(model, 6), 0);
  const content = item(field(model, 4), buffer.readInt32(field(entry, 1)));
  const start = buffer.__vector(field(content, 0));
  const bytes = buffer.bytes().subarray(start, start + buffer.__vector_len(field(content, 0)));
  return { name: buffer.__string(field(entry, 0)), content: textOf(bytes) };
}

describe('what exported files say', function () {
  this.timeout(60_000);
  let model: TestModel;
  before(async () => {
    model = await testModel({ preset: 'compact', shape: [32, 32], frames: 20 });
  });

  const check = ({ name, version, frontEnd, inputScale, scores }: Record<string, unknown>): void => {
    assert.deepEqual([name, Number(version)], ['boiler', 1]);
    assert.deepEqual(frontEnd, { ...model.frontEnd, melBands: 32 });
    assert.deepEqual(inputScale, model.scale);
    assert.equal((scores as { rl: { count: number } }).rl.count, 3);
  };

  it('stands in the properties of an ONNX model', () => {
    const file = join(tempFolder('export'), 'model.onnx');
    write(model, 'onnx', file);
    const parsed = Object.entries(onnxMetadata(file)).map(([key, value]) => {
      return [key, value.startsWith('{') ? JSON.parse(value) : value];
    });
    check(Object.fromEntries(parsed));
  });

  it('stands in the metadata of a TFLite model', () => {
    const file = join(tempFolder('export'), 'model.tflite');
    write(model, 'tflite', file);
    const { name, content } = tfliteMetadata(file);
    assert.equal(name, 'earshot');
    check(JSON.parse(content));
  });

  it('is the same, byte for byte, whenever it is written', () => {
    const folder = tempFolder('export');
    for (const format of ['onnx', 'tflite', 'safetensors'] as const) {
      const [once, again] = ['once', 'again'].map(name => join(folder, `${name}.${format}`));
      write(model, format, once);
      write(model, format, again);
      assert.ok(readFileSync(once).equals(readFileSync(again)), format);
    }
  });
});

describe('an export that cannot be made', () => {
  it('leaves nothing behind where the model file becomes shorter meanwhile', async () => {
    const model = await testModel({ preset: 'compact', shape: [32, 32] });
    const opened = openPart('vae', openModelFile(model.file));
    truncateSync(model.file, 20_000);
    const folder = tempFolder('export');
    assert.throws(() => write(model, 'onnx', join(folder, 'model.onnx'), opened), {
      code: 'model-damaged',
      message: /it ends within tensor/,
    });
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is refused before it is begun where the format cannot hold the model', async () => {
    const architecture = buildArchitecture([2048, 2048], networkDefaults('office'));
    const tensors = parameterTable(architecture).list.map(
      ({ name, shape }) => [name, { name, shape, begin: 0, end: 0 }] as const,
    );
    // Only sizes are asked for: a real file would have 17 GB.
    const small = await testModel({ preset: 'compact', shape: [32, 32] });
    const opened = openPart('vae', openModelFile(small.file));
    const model = { ...opened, tensors: new Map(tensors) };
    const frontEnd = { ...small.frontEnd, shape: architecture.input };
    const scale = { low: 0, high: 1, frames: 2048 };
    const folder = tempFolder('export');
    for (const format of ['onnx', 'tflite'] as const) {
      const order = { model, architecture, frontEnd, scale, format, file: join(folder, 'model') };
      assert.throws(
        () =>
          exportModel(
            order,
            () => {},
            () => false,
          ),
        {
          code: 'export-too-large',
          message: /^The model has 17\.\d GB; a \w+ file holds at most 2.1 GB. Export it as safetensors/,
        },
      );
    }
    opened.close();
    assert.deepEqual(readdirSync(folder), []);
  });
});
