// The office network at its real size, a model of hundreds of megabytes: its export holds neither the event loop nor
// the memory up, can be cancelled, and scores alike.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type ExportReport, exportTask } from '#src/tasks/export';
import type { Job } from '#src/threads/long-task';
import { TURNS_OF_A_FREE_LOOP, turnsDuring } from '../support/event-loop';
import { tempFolder } from '../support/temp';
import { assertScores, exported, runExported } from './compare';
import { type TestModel, testModel } from './models';

const MEGABYTE = 1e6;

describe('the export of a large model', function () {
  this.timeout(180_000);
  let model: TestModel;
  const file = join(tempFolder('export'), 'model.tflite');

  before(async () => {
    model = await testModel({ preset: 'office', shape: [513, 128], pictureCount: 1 });
    assert.ok(statSync(model.file).size > 250 * MEGABYTE);
  });

  after(() => rmSync(model.file));

  it('keeps the event loop free and takes a few megabytes of memory', async () => {
    const before = process.memoryUsage().rss;
    let most = before;
    const parts: number[] = [];
    let report: ExportReport | undefined;
    const turns = await turnsDuring(async () => {
      report = await exportTask.start({ model: model.file, format: 'tflite', file }, part => {
        parts.push(part);
        most = Math.max(most, process.memoryUsage().rss);
      }).result;
    });
    const grown = (most - before) / MEGABYTE;
    console.log(`      ${grown.toFixed()} MB more`);
    assert.ok(turns > TURNS_OF_A_FREE_LOOP, `${turns} turns`);
    assert.ok(grown < 100, `${grown} MB`);
    assert.ok(report && report.bytes > 250 * MEGABYTE);
    assert.ok(parts.length > 50 && parts.every((part, i) => i === 0 || part > parts[i - 1]), 'progress goes on');
  });

  it('leaves nothing behind when it is cancelled', async () => {
    const folder = tempFolder('export');
    let job: Job<ExportReport> | undefined;
    const begun = new Promise<void>(resolve => {
      job = exportTask.start({ model: model.file, format: 'onnx', file: join(folder, 'model.onnx') }, () => resolve());
    });
    await begun;
    assert.equal(readdirSync(folder).length, 1, 'the temporary file');
    await job?.cancel();
    assert.equal(await job?.result, undefined);
    assert.deepEqual(readdirSync(folder), []);
    assert.ok(existsSync(model.file));
  });

  it('scores the same in onnxruntime', async () => assertScores(model, await exported(model, 'onnx')));
  it('scores the same in LiteRT', async () => assertScores(model, await runExported(model, file)));
});
