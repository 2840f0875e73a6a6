// Builds dist/ and resources/ when they are missing or older than what they are made from, so that a second start is quick.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What the build reads, and one file that every build of that part writes anew. */
const BUILT_PARTS = [
  { sources: ['nodes', 'src', 'tsconfig.json'], witness: 'dist/nodes/shared/shell.js' },
  { sources: ['ui', 'src'], witness: 'resources/sidebar/main.mjs' },
  { sources: ['kernels', 'scripts/build.mjs'], witness: 'dist/kernels/plain.wasm' },
];

/** Newest modification time (ms) of a file, or of any file below a folder; 0 where there is none. */
function newestChange(path) {
  if (!existsSync(path)) return 0;
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(0, ...readdirSync(path).map(name => newestChange(join(path, name))));
}

function isBuilt(root) {
  return BUILT_PARTS.every(({ sources, witness }) => {
    const built = newestChange(join(root, witness));
    return built > 0 && sources.every(source => newestChange(join(root, source)) <= built);
  });
}

/**
 * Builds where needed. `say` is told so.
 * @throws Error with a sentence for the person at the terminal
 */
export function ensureBuilt(root, say) {
  if (isBuilt(root)) return;
  say('Building the nodes …');
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('The build failed; the messages above say where.');
}
