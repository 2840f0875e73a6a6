// A classifier's training in its thread: saved whole, loaded the same, cancelled without a trace, failing with words.
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { loadClassifier } from '#src/detectors/features/classifier-file';
import { FeatureCollector } from '#src/detectors/features/feature-table';
import type { ClassifierProgress } from '#src/detectors/features/train-classifier';
import { Random } from '#src/stats/random';
import type { JsonObject } from '#src/store/json';
import { readModelMetadata, writeModelFile } from '#src/store/model-file';
import { ModelStore } from '#src/store/model-store';
import { type ClassifierTask, classifierTask } from '#src/tasks/classifier-training';
import { tempFolder } from '../support/temp';

function taskOf(changes: Partial<ClassifierTask['options']> = {}, labels = ['low', 'high']): ClassifierTask {
  const random = new Random(1);
  const collector = new FeatureCollector(['level', 'pitch']);
  for (let i = 0; i < 240; i++) {
    const label = labels[i % labels.length];
    const at = label === 'low' ? -1 : 1;
    collector.add({ level: at + 0.5 * random.normal(), pitch: random.normal() }, { label });
  }
  return {
    table: collector.table(labels),
    options: {
      ...{ balance: true, split: [50, 25, 25], splitBy: 'order', trials: 3, epochs: 100 },
      ...{ batchSize: 16, learningRate: 0.01, patience: 2, seed: 1 },
      ...changes,
    },
    folder: tempFolder('classifiers'),
    name: 'genre',
  };
}

describe('training job of a classifier', function () {
  this.timeout(60_000);

  it('saves a version that classifies the same after loading', async () => {
    const task = taskOf();
    const told: ClassifierProgress[] = [];
    const report = await classifierTask.start(task, progress => told.push(progress)).result;
    assert.ok(report && report.accuracy > 0.9 && told.length > 0);
    const store = new ModelStore(task.folder, task.name);
    assert.deepEqual([report.version, report.file], [1, store.pathOf(1)]);
    const classifier = loadClassifier(report.file);
    assert.deepEqual(
      [classifier.labels, classifier.features],
      [
        ['low', 'high'],
        ['level', 'pitch'],
      ],
    );
    const { label, probabilities } = classifier.classify({ pitch: 0, level: 1.2, other: 'x' });
    assert.equal(label, 'high');
    assert.ok(Math.abs(probabilities.low + probabilities.high - 1) < 1e-9 && probabilities.high > 0.8);
    const { evaluation } = readModelMetadata(report.file).detectors.features;
    assert.equal((evaluation as JsonObject).accuracy, report.accuracy);
    assert.equal((await classifierTask.start(task, () => {}).result)?.version, 2);
  });

  it('is cancelled and leaves nothing behind', async () => {
    const task = taskOf({ trials: 1000, epochs: 1000, patience: 1000 });
    const job = classifierTask.start(task, () => {});
    await new Promise(resolve => setTimeout(resolve, 300));
    await job.cancel();
    assert.equal(await job.result, undefined);
    assert.deepEqual(new ModelStore(task.folder, task.name).versions(), []);
  });

  it('says why it failed', async () => {
    await assert.rejects(classifierTask.start(taskOf({}, ['low']), () => {}).result, { code: 'one-class' });
    const task = taskOf();
    writeFileSync(`${task.folder}/genre`, 'a file in the way');
    await assert.rejects(classifierTask.start(task, () => {}).result, { code: /model-/ });
    assert.deepEqual(readdirSync(task.folder), ['genre']);
  });

  it('refuses the file of another kind of model', () => {
    const file = `${tempFolder('other')}/v0001.safetensors`;
    const description = { packageVersion: '1', name: 'x', version: 1, createdAt: '2026-01-01T00:00:00Z' };
    const parts = { frontEnd: {}, scores: {}, detectors: { vae: { architecture: { encoder: [] } } } };
    writeModelFile(file, {}, { ...description, ...parts });
    assert.throws(() => loadClassifier(file), { code: 'model-damaged', message: /holds vae; expected features/ });
  });
});
