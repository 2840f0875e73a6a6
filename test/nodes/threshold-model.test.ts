// The threshold node on the training scores of an audio-model: model files written by the store, the real config node.
import assert from 'node:assert/strict';
import { existsSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { buildArchitecture } from '#src/engine/architecture';
import type { Message, ScoreInfo } from '#src/messages';
import { describeScores } from '#src/stats/distribution';
import { writeModelFile } from '#src/store/model-file';
import { modelIdOf } from '#src/store/model-id';
import { ModelStore } from '#src/store/model-store';
import { type FlowNode, type RunningFlow, startFlow, stopFlow } from '../support/helper';
import { describeModel } from '../support/models';
import { frontEnd } from '../support/spectrograms';
import { tempFolder } from '../support/temp';
import { until } from '../support/wait';

const FRONT_END = frontEnd([16, 16]);
const NETWORK = {
  preset: 'custom',
  filters: [2],
  kernels: [3],
  strides: [2],
  latentDim: 2,
  batchNorm: false,
  variational: true,
} as const;

/** Writes the next version of a model whose training segments scored like this (mean 5, std 2 times `unit`). */
function trained(store: ModelStore, unit: number): number {
  const version = store.nextVersion();
  const scores = (factor: number) => describeScores([2, 4, 4, 4, 5, 5, 7, 9].map(score => score * unit * factor));
  const facts = describeModel({
    architecture: buildArchitecture(FRONT_END.shape, { ...NETWORK, filters: [2], kernels: [3], strides: [2] }),
    frontEnd: FRONT_END,
    scale: { low: -80, high: 0, frames: 16 },
    scores: { rl: scores(1), kl: scores(100), total: scores(101) },
    training: {} as never,
  });
  const tensors = { weights: { shape: [1], data: Float32Array.of(version) } };
  const createdAt = new Date().toISOString();
  writeModelFile(store.pathOf(version), tensors, {
    ...facts,
    packageVersion: '0.1.0',
    name: store.name,
    version,
    createdAt,
  });
  return version;
}

describe('threshold node with an audio model', () => {
  let folder: string;
  let boiler: ModelStore;
  let flow: RunningFlow;

  beforeEach(() => {
    folder = join(tempFolder('models'), 'audio-models');
    boiler = new ModelStore(folder, 'boiler');
  });
  afterEach(stopFlow);

  const start = async (properties: object = {}, others: FlowNode[] = []) => {
    flow = await startFlow([
      { id: 'model-1', type: 'audio-model', name: 'boiler', folder },
      {
        id: 'judge',
        type: 'threshold',
        method: 'mean-std',
        deviations: 2,
        model: 'model-1',
        wires: [['anomaly'], ['normal']],
        ...properties,
      },
      { id: 'anomaly', type: 'helper' },
      { id: 'normal', type: 'helper' },
      ...others,
    ]);
  };
  const checksumOf = (version: number): string => {
    const file = boiler.pathOf(version);
    return existsSync(file) ? modelIdOf(file).checksum : '';
  };
  const score = (payload: number, version: number, changes: Partial<ScoreInfo> = {}): Message => ({
    payload,
    score: {
      ...{ kind: 'rl', rl: payload, kl: 0, total: payload, latent: [] },
      model: { id: 'model-1', name: 'boiler', version, checksum: checksumOf(version) },
      ...changes,
    },
  });
  const judge = () => flow.at('judge');
  const decided = async (msg: Message): Promise<Message> => {
    const seen = (id: string) => flow.at(id).received.items.length;
    const before = [seen('anomaly'), seen('normal')];
    flow.send('judge', msg);
    const id = await until('decision', () => {
      if (seen('anomaly') > before[0]) return 'anomaly';
      return seen('normal') > before[1] && 'normal';
    });
    return flow.at(id).received.items.at(-1)!;
  };
  const failed = async (msg: Message): Promise<string> => {
    const before = judge().errors.items.length;
    flow.send('judge', msg);
    await until('error', () => judge().errors.items.length > before);
    return judge().errors.items.at(-1)!;
  };

  it('takes the threshold from the training scores of the message’s kind', async () => {
    const version = trained(boiler, 0.01);
    await start();
    assert.equal(judge().statuses.items.at(-1)?.text, 'boiler version 1');
    const { anomaly } = await decided(score(0.1, version));
    assert.equal(anomaly?.state, 'anomaly');
    assert.ok(Math.abs(anomaly!.threshold - 0.09) < 1e-12);
    assert.match(anomaly!.text, /0\.100, 1\.1 × the threshold 0\.0900 \(mean \+ 2·std of 8 normal segments\)$/);
    const kl = await decided(score(0.1, version, { kind: 'kl' }));
    assert.equal(kl.anomaly?.state, 'normal');
    assert.ok(Math.abs(kl.anomaly!.threshold - 9) < 1e-9);
  });

  it('follows a newly trained version, and judges scores still on their way by their own', async () => {
    const first = trained(boiler, 0.01);
    await start();
    assert.equal((await decided(score(0.1, first))).anomaly?.state, 'anomaly');
    const second = trained(boiler, 1);
    await until('status', () => judge().statuses.items.at(-1)?.text === 'boiler version 2');
    assert.equal((await decided(score(0.1, second))).anomaly?.state, 'normal');
    assert.equal((await decided(score(0.1, first))).anomaly?.state, 'anomaly', 'a late score of version 1');
  });

  it('follows one that is trained anew under the number of one that was removed', async () => {
    const late = score(0.1, trained(boiler, 0.01));
    await start();
    assert.equal((await decided({ ...late })).anomaly?.state, 'anomaly');
    rmSync(boiler.folder, { recursive: true });
    const again = score(0.1, trained(boiler, 1));
    assert.equal(again.score?.model.version, 1);
    await until('the new model', async () => (await decided({ ...again })).anomaly?.state === 'normal');
    assert.equal((await decided({ ...late })).anomaly?.state, 'anomaly', 'a late score of the removed model');
  });

  it('says that the model has not been trained yet, and works as soon as it is', async () => {
    await start();
    assert.match(judge().statuses.items.at(-1)!.text!, /model 'boiler' has not been trained yet/);
    assert.match(await failed(score(0.1, 1)), /^model 'boiler' has not been trained yet\. Train it/);
    const version = trained(boiler, 0.01);
    await until('status', () => judge().statuses.items.at(-1)?.text === 'boiler version 1');
    assert.equal((await decided(score(0.1, version))).anomaly?.state, 'anomaly');
  });

  it('goes on with the last good version when the newest is damaged', async () => {
    const version = trained(boiler, 0.01);
    truncateSync(boiler.pathOf(trained(boiler, 1)), 200);
    await start();
    assert.equal((await decided(score(0.1, version))).anomaly?.state, 'anomaly');
    assert.match(flow.at('model-1').warnings.items[0], /v0002\.safetensors is damaged/);
  });

  it('refuses scores of another model, of an unknown kind and bare numbers', async () => {
    const version = trained(boiler, 0.01);
    await start();
    const other = { model: { id: 'model-2', name: 'pump', version, checksum: '' } };
    assert.match(await failed(score(0.1, version, other)), /comes from the model 'pump', the threshold from 'boiler'/);
    assert.match(await failed(score(0.1, version, { kind: 'mse' as never })), /kind is "mse".* knows rl, kl, total/);
    assert.match(await failed({ payload: 0.1 }), /msg\.score is missing/);
  });

  it('needs no model where the value is one’s own', async () => {
    await start({ method: 'manual', value: 1, model: '' });
    assert.equal((await decided({ payload: 2 })).anomaly?.state, 'anomaly');
  });

  it('says when a budget has too few training scores', async () => {
    const version = trained(boiler, 0.01);
    await start({ method: 'budget', perDay: 1, everySeconds: 2 });
    assert.match(await failed(score(0.1, version)), /8 normal scores to go by; expected at least 20/);
  });
});
