// `npm run torture -- --cycles N` kills writing processes N times; `npm run torture -- --power-cuts` cuts the power at
// every moment of a recorded writing, on the worst disk that the standard allows, and again when writing has gone on in
// --returns of the states it left. Both end with their counts as JSON;
// exit code 0 only where nothing was lost, unreadable or left over.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../demo/build-if-stale.mjs';
import { root } from '../set-up.mjs';

const { values } = parseArgs({
  options: {
    cycles: { type: 'string' },
    beside: { type: 'string', default: String(availableParallelism()) },
    'power-cuts': { type: 'boolean', default: false },
    returns: { type: 'string', default: '30' },
    // To see that the proof can fail: what is flushed counts as not flushed.
    'without-flushes': { type: 'boolean', default: false },
  },
});

ensureBuilt(root, console.log);
const failed = [];
if (values.cycles !== undefined) failed.push(await kill(Number(values.cycles), Number(values.beside)));
if (values['power-cuts']) failed.push(await cutPower(Number(values.returns), values['without-flushes']));
if (failed.length === 0) {
  console.error('expected --cycles N or --power-cuts');
  failed.push(true);
}
process.exitCode = failed.some(Boolean) ? 1 : 0;

async function kill(cycles, beside) {
  const { runCycles } = await import('./cycles.mjs');
  const started = performance.now();
  const { counts, examples } = await runCycles(cycles, beside, ({ cycles: done }) => {
    if (done % 1000 === 0) console.error(`${done} of ${cycles}`);
  });
  console.log(JSON.stringify({ ...counts, seconds: Math.round((performance.now() - started) / 1000) }));
  return report(counts, examples);
}

async function cutPower(returns, withoutFlushes) {
  const { runPowerCuts } = await import('./power-cuts.mjs');
  const { counts, examples } = await runPowerCuts({ returns, withoutFlushes });
  for (const [kind, count] of Object.entries(counts)) console.log(JSON.stringify({ kind, ...count }));
  return Object.values(counts)
    .map(count => report(count, examples))
    .some(Boolean);
}

function report({ lost, unreadable, leftovers = 0 }, examples) {
  const isBad = lost + unreadable + leftovers > 0;
  if (isBad) for (const example of examples) console.error(example);
  return isBad;
}
