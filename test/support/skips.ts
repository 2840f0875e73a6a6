// Why tests were skipped. Mocha keeps no reason with a skipped test, so it is kept here: on the test or, where a
// `before` hook skips a whole suite, on the suite. The reporter (scripts/test-worker.cjs) looks it up.
import { type Context, Hook } from 'mocha';

/** The property that carries the reason; the reporter reads the same one. */
const REASON = Symbol.for('earshot.skipReason');

/** Notes the reason on the running test or, in a hook, on what the hook prepares. */
export function noteSkip(context: Context, reason: string): void {
  const runnable = context.runnable();
  const forOneTest = !(runnable instanceof Hook) || runnable.title.includes('each');
  const owner = forOneTest ? (context.currentTest ?? runnable) : runnable.parent;
  if (owner) (owner as unknown as Record<symbol, string>)[REASON] = reason;
}
