// Every detector of the package keeps what all promise (promises.ts), and every kind of score is described.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { segmentDetectors } from '#src/detectors/registry';
import { DEFAULT_SCORE_KIND, SCORE_KIND_IDS, SCORE_KINDS } from '#src/detectors/score-kinds';
import { networkDefaults, trainingDefaults } from '#src/detectors/vae/defaults';
import { PACKAGE_ROOT } from '../support/pack';
import { keepsItsPromises } from './promises';

/** Of detectors that cannot be fitted without; small, so that the tests are quick. */
const SETTINGS: Record<string, unknown> = {
  vae: {
    network: { ...networkDefaults('custom'), filters: [4, 4], kernels: [3, 3], strides: [2, 2], latentDim: 4 },
    options: { ...trainingDefaults('custom'), epochs: 10, threads: 1 },
  },
};

for (const detector of [...segmentDetectors()]) {
  describe(`the detector ${detector.id}`, () => {
    keepsItsPromises(() => ({ detector, settings: SETTINGS[detector.id] }));
  });
}

describe('kinds of score', () => {
  it('belong to a detector, have one id each, and one is the default', () => {
    const detectors = segmentDetectors().map(({ id }) => id);
    for (const { id, detector } of SCORE_KINDS) assert.ok(detectors.includes(detector), `${id} of ${detector}`);
    assert.equal(new Set(SCORE_KIND_IDS).size, SCORE_KINDS.length);
    assert.ok(SCORE_KIND_IDS.includes(DEFAULT_SCORE_KIND));
  });

  for (const language of ['en-US', 'nl', 'de']) {
    it(`are described in ${language}`, () => {
      const file = join(PACKAGE_ROOT, 'nodes', 'vae-score', 'locales', language, 'vae-score.json');
      const catalogue = JSON.parse(readFileSync(file, 'utf8'))['vae-score'] as Record<string, Record<string, string>>;
      for (const { label } of SCORE_KINDS) {
        const [part, key] = label.split('.');
        assert.ok(catalogue[part]?.[key], label);
      }
    });
  }
});
