// The example flow "export" in a real Node-RED, as imported: a model learns the motor, three files are written, and the
// two that hold the network score a recording as the flow's own model does.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readAudioFile } from '#src/audio/read-audio-file';
import { Spectrogram } from '#src/dsp/spectrogram';
import { modelIdOf } from '#src/store/model-id';
import type { ExportReport } from '#src/tasks/export';
import { ScoringService } from '#src/tasks/scoring-service';
import { assertClose } from '../export/compare';
import { installedExamples, only } from '../support/flows';
import { runModel } from '../support/model-runtime';
import { type FlowEntry, NodeRed } from '../support/node-red';
import { installedUserDir, PACKAGE_ROOT } from '../support/pack';

const FORMATS = ['tflite', 'onnx', 'safetensors'] as const;

describe('the export of a model, in a real Node-RED', function () {
  this.timeout(300_000);
  let nodeRed: NodeRed;
  let flow: FlowEntry[];
  const reports = new Map<string, ExportReport>();

  before(async () => {
    nodeRed = await NodeRed.start(await installedUserDir());
    flow = [...installedExamples(nodeRed.userDir)].find(([name]) => name.startsWith('40 '))?.[1] ?? [];
    await nodeRed.deploy(flow);
  });
  after(() => nodeRed?.stop());

  const filesSaid = async (from: number): Promise<ExportReport[]> => {
    const { id } = only(flow, 'debug', /files/);
    const said = ({ topic, data }: { topic: string; data: Record<string, unknown> }) =>
      topic === 'debug' && data.id === id;
    const events = await nodeRed.events.take('export', FORMATS.length, said, { timeout: 240_000, from });
    return events.map(({ data }) => JSON.parse(String(data.msg)));
  };

  it('trains, then writes all three formats by itself', async () => {
    await nodeRed.inject(only(flow, 'inject', /^1/).id);
    for (const report of await filesSaid(0)) reports.set(report.format, report);
    assert.deepEqual([...reports.keys()].sort(), [...FORMATS].sort());
    for (const { file, bytes, version } of reports.values()) {
      assert.equal(statSync(file).size, bytes);
      assert.equal(version, 1);
      assert.ok(file.startsWith(join(nodeRed.userDir, 'audio-exports')), file);
    }
    assert.deepEqual(
      readdirSync(join(nodeRed.userDir, 'audio-exports')).sort(),
      [...reports.values()].map(({ file }) => basename(file)).sort(),
    );
  });

  it('scores a recording in onnxruntime and LiteRT as the model itself does', async () => {
    const { shape, values, info } = await spectrogramOf(only(flow, 'spectrogram'));
    const model = join(nodeRed.userDir, 'audio-models', modelFolder(nodeRed.userDir), 'v0001.safetensors');
    const service = new ScoringService();
    service.use(modelIdOf(model));
    const expected = await service.score({ values: values.slice(), info });
    await service.close();
    for (const format of ['onnx', 'tflite'] as const) {
      const [{ rl, kl, mu }] = await runModel(reports.get(format)!.file, [{ values, shape: [1, ...shape, 1] }]);
      assertClose(rl.data, [expected.scores.rl], `rl in ${format}`);
      assertClose(kl.data, [expected.scores.kl], `kl in ${format}`);
      assertClose(mu.data, expected.latent, `mu in ${format}`);
    }
  });

  it('writes them again at a press of the second button', async () => {
    const from = nodeRed.events.items.length;
    await nodeRed.inject(only(flow, 'inject', /^2/).id);
    for (const { format, file } of await filesSaid(from)) assert.equal(file, reports.get(format)?.file);
  });

  it('leaves no error in the log', () => {
    assert.deepEqual(
      nodeRed.program.lines.items.filter(line => line.includes('[error]')),
      [],
    );
  });
});

const modelFolder = (userDir: string): string => {
  const [only, ...others] = readdirSync(join(userDir, 'audio-models'));
  assert.deepEqual(others, []);
  return only;
};

/** The second second of a recording of the damaged motor, with the flow's settings. */
async function spectrogramOf(settings: FlowEntry) {
  const folder = join(PACKAGE_ROOT, 'examples', 'sounds', 'motor', 'test', 'propeller-damaged');
  const file = join(folder, 'damaged_1650.flac');
  assert.ok(existsSync(file));
  const { pcm, sampleRate } = await readAudioFile(file);
  const spectrogram = new Spectrogram({ ...(settings as never as Spectrogram['settings']), sampleRate });
  const { values, info } = spectrogram.compute(pcm.slice(sampleRate, 2 * sampleRate));
  return { values, info, shape: info.shape };
}
