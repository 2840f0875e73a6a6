// `npm test`: installs and builds what is missing, checks style and types, runs the tests, and ends with one line of
// counts, `N passed, N failed, N skipped`. Arguments select test files or go to mocha: `npm test -- test/dsp/*.ts`,
// `npm test -- --grep threshold`. A step that fails counts as a failure; exit code 0 only where nothing failed.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled, root } from './set-up.mjs';

/** No test may take this long: a run without a result for so long hangs, and is ended. Minutes. */
const STANDSTILL = 8;

const count = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const skips = [];

/**
 * Runs a program of Node.js in the package's folder; resolves to why it failed, or undefined.
 * @param {() => boolean} [hangs] asked now and then; where it is true, the program is killed
 */
function node(args, env = {}, hangs = () => false) {
  return new Promise(resolve => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
    const pass = signal => child.kill(signal);
    process.once('SIGINT', pass).once('SIGTERM', pass);
    const watch = setInterval(() => hangs() && child.kill('SIGKILL'), 1000);
    const end = problem => {
      clearInterval(watch);
      process.off('SIGINT', pass).off('SIGTERM', pass);
      resolve(problem);
    };
    child.once('error', error => end(error.message));
    child.once('close', (code, signal) =>
      end(code === 0 ? undefined : signal ? `ended by ${signal}` : `exit code ${code}`),
    );
  });
}

/** Runs one step before the tests; a failure is counted. */
async function step(title, args) {
  console.log(`\n— ${title}`);
  const problem = await node(args);
  if (problem) fail(title, problem);
  return !problem;
}

function fail(title, why) {
  count.failed++;
  failures.push({ title, why });
}

const binary = (name, file) => join(root, 'node_modules', name, file);

/** Runs mocha and adds up what its reporter wrote. */
async function runMocha(args) {
  console.log('\n— tests');
  const folder = mkdtempSync(join(tmpdir(), 'earshot-results-'));
  const results = join(folder, 'results.jsonl');
  const started = Date.now();
  try {
    const problem = await node(
      [
        createRequire(import.meta.url).resolve('mocha/bin/mocha.js'),
        ...['--reporter', join(root, 'scripts', 'mocha-reporter.cjs')],
        ...mochaArguments(args),
      ],
      { EARSHOT_TEST_RESULTS: results },
      () => Date.now() - lastWritten(results, started) > STANDSTILL * 60_000,
    );
    const lines = existsSync(results) ? readFileSync(results, 'utf8').trim().split('\n').filter(Boolean) : [];
    const entries = lines.map(line => JSON.parse(line));
    for (const { passed, failed, skipped, why } of entries) {
      if (passed !== undefined) count.passed++;
      if (failed !== undefined) fail(failed, why);
      if (skipped !== undefined) {
        count.skipped++;
        skips.push({ title: skipped, why });
      }
    }
    const complete = entries.some(entry => entry.end);
    if (!complete)
      fail('the test run', `did not come to its end: ${problem ?? 'no result was reported'}${lastOf(entries)}`);
    else if (problem && count.failed === 0) fail('the test run', problem);
    else if (count.passed + count.failed + count.skipped === 0) fail('the test run', 'no test matched');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const lastWritten = (file, otherwise) => (existsSync(file) ? statSync(file).mtimeMs : otherwise);

/** In which test to look for what stopped a run. */
function lastOf(entries) {
  const { passed, failed, skipped } = entries.at(-1) ?? {};
  return `; the last result was of: ${passed ?? failed ?? skipped ?? 'none'}`;
}

/** Without test files or folders among the arguments, all tests run. */
function mochaArguments(args) {
  const selects = arg => /\.ts$/.test(arg) || (!arg.startsWith('-') && existsSync(join(root, arg)));
  return args.some(selects) ? args : [...args, 'test/**/*.test.ts'];
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
  // Beside each other: the types are those of the sources.
  const [built] = await Promise.all([
    step('build', [join(root, 'scripts', 'build.mjs')]),
    step('style (biome)', [binary('@biomejs/biome', join('bin', 'biome')), 'check', '--error-on-warnings', '.']),
    step('types (tsc)', [binary('typescript', join('bin', 'tsc')), '-p', join('test', 'tsconfig.json')]),
    step("types of the editor's code (tsc)", [
      ...[binary('typescript', join('bin', 'tsc')), '-p', join('ui', 'tsconfig.json')],
    ]),
  ]);
  if (built) await runMocha(process.argv.slice(2));
}

try {
  await main();
} catch (error) {
  fail('npm test', error.stack ?? String(error));
}
summarise();
