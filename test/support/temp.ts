// Temporary folders of a test run: one root per process, removed when the process ends, however it ends.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let root: string | undefined;
let count = 0;

/** A new empty folder below the system's temporary folder; removed at the end of the run. */
export function tempFolder(label = 'test'): string {
  if (!root) {
    const created = mkdtempSync(join(tmpdir(), 'earshot-test-'));
    process.on('exit', () => rmSync(created, { recursive: true, force: true, maxRetries: 3 }));
    root = created;
  }
  const folder = join(root, `${String(++count).padStart(3, '0')}-${label}`);
  mkdirSync(folder);
  return folder;
}
