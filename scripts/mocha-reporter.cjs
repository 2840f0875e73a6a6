// Mocha reporter of `npm test`: shows the tests as mocha's "spec" does and writes one JSON line per finished test to
// the file named by EARSHOT_TEST_RESULTS, at once, so that scripts/test.mjs can count honestly even after a crash.
const { appendFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

const REASON = Symbol.for('earshot.skipReason');
const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Runner.constants;

/** The reason noted on the test or on a suite around it (test/support/skips.ts). */
function skipReason(test) {
  for (let owner = test; owner; owner = owner.parent) {
    if (owner[REASON]) return owner[REASON];
  }
  return 'no reason given';
}

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.EARSHOT_TEST_RESULTS;
    if (!file) return;
    const write = entry => appendFileSync(file, `${JSON.stringify(entry)}\n`);
    runner.on(EVENT_TEST_PASS, test => write({ passed: test.fullTitle(), ms: test.duration }));
    runner.on(EVENT_TEST_FAIL, (test, error) => write({ failed: test.fullTitle(), why: error?.message ?? '' }));
    runner.on(EVENT_TEST_PENDING, test => write({ skipped: test.fullTitle(), why: skipReason(test) }));
    runner.on(EVENT_RUN_END, () => write({ end: true }));
  }
};
