// model-export in Node-RED's runtime: what it writes and tells, and what it says where it cannot.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ModelStore } from '#src/store/model-store';
import type { ExportReport } from '#src/tasks/export';
import { type TestModel, testModel } from '../export/models';
import { type FlowNode, type RunningFlow, startFlow, stopFlow } from '../support/helper';
import { smallDisk } from '../support/small-disk';
import { tempFolder } from '../support/temp';

const model: FlowNode = { id: 'model', type: 'audio-model', name: 'boiler', folder: 'models', threads: 1 };
const exporter = (rest: object = {}): FlowNode => ({
  ...{ id: 'export', type: 'model-export', model: 'model', format: 'tflite', folder: 'out', wires: [['files']] },
  ...rest,
});
const files: FlowNode = { id: 'files', type: 'helper' };

describe('model-export', function () {
  this.timeout(60_000);
  let userDir: string;
  let flow: RunningFlow;
  let trained: TestModel;

  before(async () => {
    trained = await testModel({ preset: 'custom', shape: [16, 12], filters: [4, 6], kernels: [3, 3], strides: [2, 2] });
  });
  beforeEach(() => {
    userDir = tempFolder('userdir');
  });
  afterEach(stopFlow);

  const folder = () => join(userDir, 'models', 'boiler');
  const putModel = (version = 1): string => {
    const file = join(folder(), `v000${version}.safetensors`);
    mkdirSync(folder(), { recursive: true });
    cpSync(trained.file, file);
    return file;
  };
  const start = async (...nodes: FlowNode[]): Promise<void> => {
    flow = await startFlow([model, ...nodes, files], { userDir });
  };
  const exported = async (count = 1) => (await flow.at('files').received.take('export', count)).at(-1)!;
  const errorOf = async (id = 'export'): Promise<string> => (await flow.at(id).errors.take('error', 1))[0];

  for (const format of ['tflite', 'onnx', 'safetensors'] as const) {
    it(`writes ${format}, says what and where, and keeps the message`, async () => {
      putModel();
      await start(exporter({ format }));
      flow.send('export', { payload: 'go', topic: 'nightly' });
      const message = await exported();
      const { file, bytes, name, version, input, outputs } = message.payload as ExportReport;
      assert.equal(file, join(userDir, 'out', `boiler-v0001.${format}`));
      assert.deepEqual([message.topic, message.filename, name, version], ['nightly', file, 'boiler', 1]);
      assert.equal(statSync(file).size, bytes);
      assert.deepEqual(readdirSync(join(userDir, 'out')), [`boiler-v0001.${format}`]);
      const withGraph = format !== 'safetensors';
      assert.deepEqual(input, withGraph ? { name: 'spectrogram', shape: [1, 16, 12, 1] } : undefined);
      assert.deepEqual(
        outputs?.map(({ name: output }) => output),
        withGraph ? ['reconstruction', 'mu', 'rl', 'kl'] : undefined,
      );
      const said = flow.at('export').statuses.items.at(-1)?.text ?? '';
      assert.match(said, new RegExp(`^v1 · ${format} · \\S+ MB$`));
    });
  }

  it('takes the version that is newest when the message arrives, and replaces an older export', async () => {
    putModel();
    mkdirSync(join(userDir, 'out'));
    writeFileSync(join(userDir, 'out', 'boiler-v0001.tflite'), 'old');
    await start(exporter());
    flow.send('export', {});
    await exported();
    assert.equal(readFileSync(join(userDir, 'out', 'boiler-v0001.tflite')).toString('latin1', 4, 8), 'TFL3');
  });

  it('does several exports one after the other', async () => {
    putModel();
    await start(exporter(), exporter({ id: 'other', format: 'onnx' }));
    for (let i = 0; i < 3; i++) for (const id of ['export', 'other']) flow.send(id, { payload: i });
    await exported(6);
    assert.deepEqual(readdirSync(join(userDir, 'out')).sort(), ['boiler-v0001.onnx', 'boiler-v0001.tflite']);
  });

  it('says that the model has not been trained', async () => {
    await start(exporter());
    assert.equal(flow.at('export').statuses.items.at(-1)?.text, 'not trained yet');
    flow.send('export', {});
    assert.match(await errorOf(), /model "boiler" has not been trained yet, so there is nothing to export; train it/);
  });

  it('says which model file is damaged, and writes nothing', async () => {
    const file = putModel();
    await start(exporter());
    const bytes = readFileSync(file);
    bytes[bytes.length - 5] ^= 1;
    writeFileSync(file, bytes);
    flow.send('export', {});
    const error = await errorOf();
    assert.ok(error.includes(file) && /is damaged: the checksum of its tensors/.test(error), error);
    assert.throws(() => readdirSync(join(userDir, 'out')));
  });

  it('says that the model file was cut short', async () => {
    const file = putModel();
    await start(exporter());
    truncateSync(file, 0);
    flow.send('export', {});
    assert.match(await errorOf(), /is damaged: it has 0 bytes/);
  });

  it('says why the folder cannot be written, and what to do', async () => {
    putModel();
    writeFileSync(join(userDir, 'a-file'), '');
    await start(exporter({ folder: 'a-file' }), exporter({ id: 'below', folder: 'a-file/below' }));
    flow.send('export', {});
    assert.match(await errorOf(), /a-file\S+ was not written: .*A file of that name is in the way.*export again/);
    flow.send('below', {});
    assert.match(await errorOf('below'), /was not written: .*A part of the path is a file: choose another folder/);
  });

  it('says that the system does not let it write there', async () => {
    putModel();
    await start(exporter({ folder: '/proc/earshot/exports' }));
    flow.send('export', {});
    assert.match(await errorOf(), /The export \/proc\/earshot\/\S+ was not written: .*, then export again/);
  });

  it('says that the disk is full, and leaves nothing behind', async function () {
    putModel();
    const { folder: full, unmount } = smallDisk(this, 8);
    try {
      await start(exporter({ folder: full }));
      flow.send('export', {});
      assert.match(await errorOf(), /was not written: ENOSPC.*The disk is full: free some space, then export again/);
      assert.deepEqual(readdirSync(full), []);
    } finally {
      unmount();
    }
  });

  it('does not write among the bundled sounds', async () => {
    putModel();
    await start(exporter({ folder: 'earshot:motor' }));
    assert.match(await errorOf(), /earshot:motor is where the package keeps its own sounds/);
  });

  it('says which setting is wrong, and which model is missing', async () => {
    await start(exporter({ format: 'pickle' }), exporter({ id: 'lost', model: 'gone' }));
    assert.match(await errorOf(), /format is "pickle"; expected one of tflite, onnx, safetensors/);
    assert.match(await errorOf('lost'), /audio model gone is missing or disabled/);
  });

  it('names the file after the model, whatever that is called', async () => {
    const name = 'Kessel/Halle 3';
    const { folder: home } = new ModelStore(join(userDir, 'models'), name);
    mkdirSync(home, { recursive: true });
    cpSync(trained.file, join(home, 'v0001.safetensors'));
    flow = await startFlow([{ ...model, name }, exporter(), files], { userDir });
    flow.send('export', {});
    const { file } = (await exported()).payload as ExportReport;
    assert.equal(file, join(userDir, 'out', `${basename(home)}-v0001.tflite`));
  });
});
