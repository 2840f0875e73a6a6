// `npm test`: installs and builds what is missing, checks style and types, runs the tests in a few processes side by
// side, and ends with one line of counts, `N passed, N failed, N skipped`. Arguments select test files or go to mocha:
// `npm test -- test/dsp/*.ts`, `npm test -- --grep threshold`. A step that fails counts as a failure; exit code 0 only
// where nothing failed. EARSHOT_TEST_PROCESSES says how many processes, EARSHOT_TEST_RESULTS names a file for the
// results, one line of JSON for each test.
import { fork, spawn } from 'node:child_process';
import { appendFileSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ensureInstalled, root } from './set-up.mjs';

/** No test may take this long: a file without a result for so long hangs, and its process is ended. Minutes. */
const STANDSTILL = 5;
/** Tests wait for others (browsers, Node-RED, a microphone's sound) a good part of their time. */
const PROCESSES = Number(process.env.EARSHOT_TEST_PROCESSES) || Math.min(availableParallelism() + 1, 6);
/** What takes longest begins first, so that all processes end at about the same time. */
const LONGEST_FIRST = [
  ...['test/browser/', 'test/e2e/', 'test/outages/', 'test/torture/', 'test/soak/', 'test/export/', 'test/store/'],
  ...['test/nodes/', 'test/audio/', 'test/'],
];

/** Each process looks for free ports in a range of its own, below those that the system hands out. */
const FIRST_PORT = 21_000;
const PORTS = 1000;

const count = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const skips = [];

/** Runs a program of Node.js in the package's folder; resolves to why it failed, or undefined. */
function node(args, env = {}) {
  return new Promise(resolve => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
    child.once('error', error => resolve(error.message));
    child.once('close', (code, signal) =>
      resolve(code === 0 ? undefined : signal ? `ended by ${signal}` : `exit code ${code}`),
    );
  });
}

/** Runs one step before the tests; a failure is counted. */
async function step(title, args) {
  console.log(`— ${title}`);
  const problem = await node(args);
  if (problem) fail(title, problem);
  return !problem;
}

function fail(title, why) {
  count.failed++;
  failures.push({ title, why });
}

const binary = (name, file) => join(root, 'node_modules', name, file);

/** The test files that the arguments ask for; without any among them, all. Those that take longest come first. */
function selectFiles(args) {
  // Here, for a fresh clone has no mocha when this script starts.
  const { loadOptions, lookupFiles } = createRequire(import.meta.url)('mocha/lib/cli');
  const asked = loadOptions(args)._;
  const names = asked.length > 0 ? asked : [join('test', '**', '*.test.ts')];
  const files = names
    .flatMap(name => lookupFiles(join(root, name), ['.test.ts'], true))
    .filter(file => !file.includes('node_modules'));
  const rank = file => LONGEST_FIRST.findIndex(folder => relative(root, file).startsWith(folder));
  return files.sort((a, b) => rank(a) - rank(b) || statSync(b).size - statSync(a).size);
}

function note(entry) {
  const { passed, failed, skipped, why } = entry;
  if (passed !== undefined) count.passed++;
  if (failed !== undefined) fail(failed, why);
  if (skipped !== undefined) {
    count.skipped++;
    skips.push({ title: skipped, why });
  }
  if (process.env.EARSHOT_TEST_RESULTS) appendFileSync(process.env.EARSHOT_TEST_RESULTS, `${JSON.stringify(entry)}\n`);
}

/**
 * A process that takes one test file after the other from the queue; resolves when it has ended.
 * @param log takes its output, of which that of a file is shown when the file is done; without it, it is shown at once
 */
function runWorker(queue, args, env, log) {
  const output = log ? openSync(log, 'w') : 'inherit';
  const worker = fork(join(root, 'scripts', 'test-worker.cjs'), args, {
    cwd: root,
    env: { ...process.env, ...env },
    // A group of its own, so that it is ended together with what its tests have started.
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
  });
  let [file, started, heard, last, printed, results] = ['', 0, Date.now(), 'none', 0, 0];
  const show = () => {
    if (!log || !file) return;
    const text = readFileSync(log).subarray(printed);
    printed += text.length;
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    if (results > 0) console.log(`— ${relative(root, file)} (${seconds} s)\n\n  ${text.toString().trim()}\n`);
  };
  const next = () => {
    [file, started, results] = [queue.shift() ?? '', Date.now(), 0];
    worker.send({ file });
  };
  worker.on('message', entry => {
    heard = Date.now();
    if (entry.done) {
      show();
      next();
      return;
    }
    results++;
    last = entry.passed ?? entry.failed ?? entry.skipped;
    note({ ...entry, file: relative(root, file) });
  });
  let why;
  const watch = setInterval(() => {
    if (Date.now() - heard < STANDSTILL * 60_000) return;
    why = `no result for ${STANDSTILL} minutes`;
    process.kill(-worker.pid, 'SIGKILL');
  }, 1000);
  const pass = () => {
    queue.length = 0;
    worker.kill('SIGTERM');
  };
  process.once('SIGINT', pass).once('SIGTERM', pass);
  next();
  return new Promise(resolve => {
    worker.once('exit', (code, signal) => {
      clearInterval(watch);
      process.off('SIGINT', pass).off('SIGTERM', pass);
      results++;
      show();
      if (log) closeSync(output);
      if (file || code !== 0) {
        why ??= signal ?? `exit code ${code}`;
        fail(
          relative(root, file) || 'a test process',
          `did not come to its end: ${why}; the last result was of: ${last}`,
        );
      }
      resolve();
    });
  });
}

/** Runs the test files; where a process breaks off in one, another goes on with the rest. */
async function runTests(args, files, env) {
  const queue = [...files];
  const processes = Math.min(PROCESSES, queue.length);
  console.log(`— tests: ${queue.length} files, ${processes} at a time\n`);
  const folder = mkdtempSync(join(tmpdir(), 'earshot-output-'));
  const work = async number => {
    const own = { ...env, EARSHOT_TEST_PORT: String(FIRST_PORT + number * PORTS) };
    while (queue.length > 0) {
      await runWorker(queue, args, own, processes > 1 ? join(folder, `${number}.log`) : undefined);
    }
  };
  try {
    await Promise.all(Array.from({ length: processes }, (_, number) => work(number)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (count.passed + count.failed + count.skipped === 0) fail('the test run', 'no test matched');
}

function summarise() {
  if (skips.length > 0) console.log('\nSkipped:');
  for (const { title, why } of skips) console.log(`  - ${title}\n      ${why}`);
  if (failures.length > 0) console.log('\nFailed:');
  for (const { title, why } of failures) console.log(`  - ${title}\n      ${why.split('\n')[0]}`);
  console.log(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  process.exitCode = count.failed === 0 ? 0 : 1;
}

async function main() {
  if (!ensureInstalled()) return fail('installing the dependencies', 'npm ci failed');
  const args = process.argv.slice(2);
  const prepared = mkdtempSync(join(tmpdir(), 'earshot-prepared-'));
  const build = step('build', [join(root, 'scripts', 'build.mjs')]);
  // A part of the tests does without, or prepares what it needs.
  const prepare = async () =>
    args.length === 0 &&
    (await build) &&
    step('packing and installing', ['--require', 'tsx/cjs', join(root, 'test', 'support', 'prepare.ts'), prepared]);
  try {
    const [ready] = await Promise.all([
      prepare(),
      step('style (biome)', [binary('@biomejs/biome', join('bin', 'biome')), 'check', '--error-on-warnings', '.']),
      step('types (tsc)', [binary('typescript', join('bin', 'tsc')), '-p', join('test', 'tsconfig.json')]),
      step("types of the editor's code (tsc)", [
        ...[binary('typescript', join('bin', 'tsc')), '-p', join('ui', 'tsconfig.json')],
      ]),
    ]);
    if (await build) await runTests(args, selectFiles(args), ready ? { EARSHOT_TEST_PREPARED: prepared } : {});
  } finally {
    rmSync(prepared, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  fail('npm test', error.stack ?? String(error));
}
summarise();
