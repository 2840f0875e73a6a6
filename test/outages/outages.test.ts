// The short form of `npm run outages`: a few outages of each kind, with real recorders and sound servers.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { requireSystem } from '../support/system';
import type { Count } from './count';

describe('outages of microphones', function () {
  this.timeout(240_000);
  before(function () {
    requireSystem(this, 'arecord', 'pulseaudio');
  });

  it('end by themselves, leave nothing running, and are counted for as long as they were', () => {
    const args = ['--require', 'tsx/cjs', join(__dirname, 'main.ts'), '--count', '8', '--beside', '2'];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
    const { outages, late, zombies, miscounted } = JSON.parse(stdout) as Count;
    assert.deepEqual({ outages, late, zombies, miscounted }, { outages: 8, late: 0, zombies: 0, miscounted: 0 });
  });
});
