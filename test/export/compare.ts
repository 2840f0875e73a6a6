// Exported files in the runtimes they are made for, against our own engine.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { exportTask } from '#src/tasks/export';
import { type RuntimeOutput, runModel } from '../support/model-runtime';
import { tempFolder } from '../support/temp';
import type { TestModel } from './models';

/** Relative to the largest value of each output. */
const TOLERANCE = 1e-4;

/** Exports a model and feeds its pictures to the file. */
export async function exported(model: TestModel, format: 'onnx' | 'tflite'): Promise<Record<string, RuntimeOutput>[]> {
  const file = join(tempFolder('export'), `model.${format}`);
  await exportTask.start({ model: model.file, format, file }, () => {}).result;
  return runExported(model, file);
}

/** Feeds a model's pictures to a file that was exported of it, and removes the file. */
export async function runExported(model: TestModel, file: string): Promise<Record<string, RuntimeOutput>[]> {
  const pictures = model.pictures.map(values => ({ values, shape: [1, ...model.frontEnd.shape, 1] }));
  try {
    return await runModel(file, pictures);
  } finally {
    // Some have hundreds of megabytes.
    rmSync(file);
  }
}

/** Asserts that no value is further off than the tolerance. */
export function assertClose(got: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  assert.equal(got.length, expected.length, what);
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < got.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    // Not Math.max: NaN must not get lost.
    if (!(Math.abs(got[i] - expected[i]) <= difference)) difference = Math.abs(got[i] - expected[i]);
  }
  assert.ok(difference <= TOLERANCE * largest, `${what} is off by ${difference} of ${largest}`);
}

/** Asserts that a file's outputs are those of our engine. */
export function assertScores(model: TestModel, results: Record<string, RuntimeOutput>[]): void {
  const { architecture, scale, scores, frontEnd } = model;
  assert.equal(results.length, scores.length);
  for (const [i, { reconstruction, mu, rl, kl }] of results.entries()) {
    const expected = scores[i];
    assert.deepEqual([...reconstruction.dims], [1, frontEnd.shape[0], scale.frames, 1]);
    assert.deepEqual([...mu.dims], [1, architecture.latentDim]);
    assert.deepEqual([...rl.dims], [1]);
    assertClose(reconstruction.data, expected.reconstruction, `reconstruction ${i}`);
    assertClose(mu.data, expected.latent, `mu ${i}`);
    assertClose(rl.data, [expected.rl], `rl ${i}`);
    if (architecture.variational) assertClose(kl.data, [expected.kl], `kl ${i}`);
    else assert.equal(kl, undefined, 'a plain autoencoder has no divergence');
  }
}
