// One of the processes in which `npm test` runs the test files (scripts/test.mjs hands them out, one after the other).
// Tells it of each test as it ends, and of what a file leaves open: a timer, a socket, a thread that would keep the
// process from ending is a failure of that file.
const diagnostics = require('node:diagnostics_channel');
const { relative } = require('node:path');
const Mocha = require('mocha');
const { loadOptions } = require('mocha/lib/cli/options');
require('tsx/cjs');

/** For how long something may stay open after the last test of a file, in milliseconds: connections close in turns. */
const CLOSING = 5000;
const POLL = 50;

const REASON = Symbol.for('earshot.skipReason');
const { EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Mocha.Runner.constants;
const options = loadOptions(process.argv.slice(2));
const tell = message => process.send(message);

/** The reason noted on the test or on a suite around it (test/support/skips.ts). */
function skipReason(test) {
  for (let owner = test; owner; owner = owner.parent) {
    if (owner[REASON]) return owner[REASON];
  }
  return 'no reason given';
}

class Reporter extends Mocha.reporters.Spec {
  constructor(runner, settings) {
    super(runner, settings);
    runner.on(EVENT_TEST_PASS, test => tell({ passed: test.fullTitle(), ms: test.duration }));
    runner.on(EVENT_TEST_FAIL, (test, error) =>
      tell({ failed: test.fullTitle(), why: error?.message || String(error) }),
    );
    runner.on(EVENT_TEST_PENDING, test => tell({ skipped: test.fullTitle(), why: skipReason(test) }));
  }
}

/** What runs now, and which file started each thread that is still there: Node.js does not list threads as open. */
let current = '';
const threads = new Map();
diagnostics.subscribe('worker_threads', ({ worker }) => {
  threads.set(worker, current);
  worker.once('exit', () => threads.delete(worker));
});

const run = file =>
  new Promise(resolve => {
    const mocha = new Mocha({ ...options, reporter: Reporter, forbidOnly: process.env.CI === 'true' });
    mocha.addFile(file);
    mocha.run(() => {
      mocha.dispose();
      resolve();
    });
  });

const sleep = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

/** What keeps the process alive now and did not before; given time to close. */
async function leftOpen(before) {
  for (let waited = 0; ; waited += POLL) {
    const known = [...before];
    const open = process.getActiveResourcesInfo().filter(name => {
      const at = known.indexOf(name);
      if (at >= 0) known.splice(at, 1);
      return at < 0;
    });
    if (open.length === 0 || waited >= CLOSING) return open;
    await sleep(POLL);
  }
}

let leaks = false;

async function runFile(file) {
  const before = process.getActiveResourcesInfo();
  current = relative(process.cwd(), file);
  await run(file);
  const open = await leftOpen(before);
  if (open.length > 0) {
    leaks = true;
    tell({ failed: `the end of ${current}`, why: `still open: ${open.join(', ')}` });
  }
  tell({ done: file });
}

/** Ends with the last handle. One that nobody closes is told with the files that may have left it. */
function end() {
  if (leaks) process.exit();
  process.channel.unref();
  setTimeout(() => {
    const files = [...new Set(threads.values())].join(', ') || 'none';
    tell({ failed: 'the end of a test process', why: `something keeps it alive; threads remain of: ${files}` });
    setImmediate(() => process.exit());
  }, CLOSING).unref();
}

// Mocha would swallow it; thrown, it fails the test that runs. (The rejection that mocha makes of a test which went on
// after its failure, mocha counts itself.)
process.on('unhandledRejection', reason => {
  if (reason?.code !== 'ERR_MOCHA_MULTIPLE_DONE') throw reason;
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
process.on('message', message => (message.file ? runFile(message.file) : end()));
