import assert from 'node:assert/strict';
import type { JsonObject } from '#src/store/json';
import { MIGRATIONS, migrateMetadata } from '#src/store/migrations';
import { FORMAT_VERSION } from '#src/store/model-file';

describe('metadata migrations', () => {
  const steps = [
    (metadata: JsonObject): JsonObject => ({ ...metadata, frontEnd: { sampleRate: metadata.rate } }),
    (metadata: JsonObject): JsonObject => ({ ...metadata, scores: { rl: metadata.scores } }),
  ];

  it('apply every step from the file’s version on, in order, and set the version', () => {
    const old = { formatVersion: 1, rate: 16000, scores: { mean: 0.02 } };
    assert.deepEqual(migrateMetadata(old, 3, steps), {
      formatVersion: 3,
      rate: 16000,
      frontEnd: { sampleRate: 16000 },
      scores: { rl: { mean: 0.02 } },
    });
    assert.deepEqual(migrateMetadata({ formatVersion: 2, scores: 1 }, 3, steps), {
      formatVersion: 3,
      scores: { rl: 1 },
    });
  });

  it('leave present metadata alone', () => {
    const present = { formatVersion: 3, scores: {} };
    assert.equal(migrateMetadata(present, 3, steps), present);
  });

  it('give models from before there was a choice of priors the one they were trained with', () => {
    const old = { formatVersion: 1, architecture: { latentDim: 8 } };
    const { architecture } = migrateMetadata(old, 2);
    assert.deepEqual(architecture, { latentDim: 8, prior: { kind: 'normal' } });
    assert.deepEqual(old.architecture, { latentDim: 8 });
  });

  it('reach the format this release writes from every older one', () => {
    assert.equal(MIGRATIONS.length, FORMAT_VERSION - 1);
    assert.throws(() => migrateMetadata({ formatVersion: 1 }, 2, []), RangeError);
  });
});
