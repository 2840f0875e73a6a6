// `npm run soak -- --hours N`: N hours of a microphone, heard by a real Node-RED in minutes. Prints what the process holds
// on to after each hour and what became of every segment, as JSON; exit code 0 only where nothing grew and nothing went
// missing.
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../demo/build-if-stale.mjs';
import { root } from '../set-up.mjs';
import { judge } from './judge.mjs';
import { soak } from './soak.mjs';

const { values } = parseArgs({ options: { hours: { type: 'string', default: '72' } } });
ensureBuilt(root, console.log);
const started = performance.now();
const hours = [];
const counts = await soak(Number(values.hours), seen => {
  hours.push(seen);
  console.log(JSON.stringify(seen));
});
const problems = judge(hours, counts);
const seconds = Math.round((performance.now() - started) / 1000);
console.log(JSON.stringify({ hours: hours.length, ...counts, seconds, problems }));
process.exitCode = problems.length > 0 ? 1 : 0;
