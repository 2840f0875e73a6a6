// The short form of `npm run torture`: nothing is lost where writers are killed and the power is cut, and a disk on which
// nothing is flushed shows that the proof can fail.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../support/pack';

interface Counts {
  kind?: string;
  cycles?: number;
  acknowledged?: number;
  moments?: number;
  states?: number;
  lost: number;
  unreadable: number;
  leftovers?: number;
}

function torture(...args: string[]): { counts: Counts[]; status: number | null; problems: string } {
  const script = join(PACKAGE_ROOT, 'scripts', 'torture', 'main.mjs');
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  const lines = stdout.split('\n').filter(line => line.startsWith('{'));
  return { counts: lines.map(line => JSON.parse(line)), status, problems: stderr };
}

describe('torture', function () {
  this.timeout(120_000);

  it('finds all that was acknowledged after processes were killed, and nothing left over', () => {
    const { counts, status, problems } = torture('--cycles', '60');
    assert.equal(status, 0, problems);
    const [{ cycles, acknowledged, lost, unreadable, leftovers }] = counts;
    assert.equal(cycles, 60);
    assert.ok(acknowledged && acknowledged > 0);
    assert.deepEqual({ lost, unreadable, leftovers }, { lost: 0, unreadable: 0, leftovers: 0 });
  });

  it('finds all that was acknowledged after a power cut at any moment, on the worst disk that POSIX allows', () => {
    const { counts, status, problems } = torture('--power-cuts', '--returns', '1');
    assert.equal(status, 0, problems);
    assert.deepEqual(
      counts.map(({ kind, lost, unreadable }) => ({ kind, lost, unreadable })),
      ['models', 'marks', 'recordings', 'spectrograms'].map(kind => ({ kind, lost: 0, unreadable: 0 })),
    );
    for (const { kind, states } of counts) assert.ok(states && states > 100, `${states} states of ${kind}`);
  });

  it('finds losses of every kind on a disk that takes no notice of flushes', () => {
    const { counts, status } = torture('--power-cuts', '--without-flushes');
    assert.equal(status, 1);
    assert.equal(counts.length, 4);
    for (const { kind, lost } of counts) assert.ok(lost > 0, kind);
  });
});
