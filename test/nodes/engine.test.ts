// The engine of an audio-model in Node-RED's runtime: chosen, not installed, or not mentioned in an older flow.
import assert from 'node:assert/strict';
import type { ModelReport } from '#src/detectors/train-model';
import { modelFacts } from '#src/detectors/vae/model-description';
import { findTensorflow } from '#src/engine/tensorflow/load';
import { bufferOf, type Message } from '#src/messages';
import { Random } from '#src/stats/random';
import { readModelMetadata } from '#src/store/model-file';
import { type FlowNode, type RunningFlow, startFlow, stopFlow } from '../support/helper';
import { spectrogramInfo } from '../support/spectrograms';
import { skip } from '../support/system';
import { tempFolder } from '../support/temp';
import { installTensorflow } from '../support/tensorflow';

const INFO = spectrogramInfo([16, 12]);
const NOT_INSTALLED = /^@tensorflow\/tfjs-node is not installed; .*npm install @tensorflow\/tfjs-node/;

const random = new Random(11);
const spectrogram = (rest: Partial<Message> = {}): Message => {
  const values = Float32Array.from({ length: 192 }, () => -50 + 3 * random.normal());
  return { payload: bufferOf(values), spectrogram: INFO, ...rest };
};

const flowWith = (model: object): FlowNode[] => [
  { id: 'model', type: 'audio-model', name: 'boiler', folder: 'models', threads: 1, ...model },
  {
    ...{ id: 'train', type: 'vae-train', model: 'model', preset: 'custom', filters: '4', kernels: '3', strides: '2' },
    ...{ epochs: 2, wires: [['models'], []] },
  },
  { id: 'score', type: 'vae-score', model: 'model', wires: [['scores']] },
  { id: 'models', type: 'helper' },
  { id: 'scores', type: 'helper' },
];

describe('engine of an audio-model', function () {
  this.timeout(60_000);
  let userDir: string;
  let flow: RunningFlow;

  const start = async (model: object): Promise<void> => {
    flow = await startFlow(flowWith(model), { userDir });
  };
  const train = (): void => {
    for (let i = 0; i < 4; i++) flow.send('train', spectrogram({ complete: i === 3 }));
  };
  const trainedBy = async (): Promise<unknown> => {
    train();
    const { file } = (await flow.at('models').received.take('models', 1))[0].payload as ModelReport;
    return modelFacts(file, readModelMetadata(file)).training.engine;
  };
  const scored = async (count = 1): Promise<Message> => {
    flow.send('score', spectrogram());
    return (await flow.at('scores').received.take('scores', count))[count - 1];
  };

  beforeEach(() => {
    userDir = tempFolder('userdir');
  });
  afterEach(stopFlow);

  it('is the built-in one in flows saved before there was a choice, and where the field is empty', async () => {
    for (const model of [{}, { engine: '' }, { engine: 'auto' }, { engine: 'wasm' }]) {
      await start(model);
      assert.equal(await trainedBy(), 'wasm');
      assert.equal(typeof (await scored()).payload, 'number');
      assert.deepEqual(flow.at('model').warnings.items, []);
    }
  });

  it('is TensorFlow where it is chosen and installed in the user directory', async () => {
    installTensorflow(userDir);
    await start({ engine: 'tensorflow' });
    assert.equal(flow.at('train').statuses.items.at(-1)?.fill, 'grey');
    assert.equal(await trainedBy(), 'tensorflow');
    const probe = spectrogram();
    flow.send('score', { ...probe });
    const [theirs] = await flow.at('scores').received.take('scores', 1);
    // The same model file, now on the built-in engine.
    await start({ engine: 'auto' });
    flow.send('score', { ...probe });
    const [ours] = await flow.at('scores').received.take('scores', 1);
    assert.deepEqual(ours.score?.model, theirs.score?.model);
    assert.ok(Math.abs(Number(theirs.payload) / Number(ours.payload) - 1) < 1e-4);
  });

  it('that is not installed is told at the start, at training and at scoring, and breaks nothing', async function () {
    if (findTensorflow([])) skip(this, '@tensorflow/tfjs-node is installed here');
    await start({ engine: 'wasm' });
    assert.equal(await trainedBy(), 'wasm');
    await start({ engine: 'tensorflow' });
    assert.match((await flow.at('model').warnings.take('warning', 1))[0], NOT_INSTALLED);
    for (const id of ['train', 'score']) {
      const { fill, text } = flow.at(id).statuses.items.at(-1) ?? {};
      assert.deepEqual([fill, text], ['yellow', '@tensorflow/tfjs-node is not installed']);
    }
    flow.send('score', spectrogram());
    assert.match((await flow.at('score').errors.take('error', 1))[0], NOT_INSTALLED);
    train();
    assert.match((await flow.at('train').errors.take('error', 1))[0], NOT_INSTALLED);
    for (const id of ['train', 'score']) assert.equal(flow.at(id).statuses.items.at(-1)?.fill, 'red');
    // Once it is there, all goes on; the pictures that were collected are not lost.
    installTensorflow(userDir);
    train();
    const { segments } = (await flow.at('models').received.take('models', 1))[0].payload as ModelReport;
    assert.equal(segments, 8);
    assert.equal(typeof (await scored()).payload, 'number');
  });

  it('that does not exist is refused, naming what there is', async () => {
    await start({ engine: 'cuda' });
    assert.match(
      (await flow.at('model').errors.take('error', 1))[0],
      /engine is "cuda"; expected one of auto, wasm, tensorflow/,
    );
  });
});
