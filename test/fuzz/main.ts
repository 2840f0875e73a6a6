// `npm run fuzz -- --seconds N [--target NAME] [--seed S] [--keep FOLDER]` feeds everything that takes input from outside
// with bad input for so long, and ends with its counts as JSON, a line for each target and one for all; exit code 0 only
// where there was no fault. A fault is told with the seed of its batch, which `--seed` runs again.
import { randomInt } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Counts, type Fault, inputOf, NOTHING, signature, sum } from './batch';
import { runCampaign } from './campaign';
import { TARGETS, targetNamed } from './registry';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string' },
      target: { type: 'string', multiple: true },
      seed: { type: 'string' },
      keep: { type: 'string' },
      threads: { type: 'string' },
    },
  });
  if (values.seconds === undefined && values.seed === undefined) throw new Error('expected --seconds N or --seed S');
  const seed = values.seed === undefined ? randomInt(2 ** 30) : Number(values.seed);
  const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
  const told = new Set<string>();
  const started = performance.now();
  const { counts, faults } = await runCampaign({
    targets: values.target?.map(targetNamed) ?? TARGETS,
    seed,
    ...(seconds === undefined ? { batches: 1 } : { seconds }),
    threads: values.threads === undefined ? undefined : Number(values.threads),
    onFault(fault) {
      const kind = `${fault.target} ${signature(fault)}`;
      if (told.has(kind)) return;
      told.add(kind);
      tell(fault, values.keep);
    },
  });
  let total: Counts = NOTHING;
  for (const [target, count] of counts) {
    total = sum(total, count);
    console.log(JSON.stringify({ target, ...rounded(count) }));
  }
  const wall = (performance.now() - started) / 1000;
  console.log(
    JSON.stringify({ seed, ...rounded(total), seconds: Math.round(wall), perSecond: Math.round(total.cases / wall) }),
  );
  process.exitCode = faults.length > 0 ? 1 : 0;
}

const rounded = ({ slowestMs, mostExtraBytes, ...counts }: Counts) => ({
  ...counts,
  slowestMs: Math.round(slowestMs),
  mostExtraMiB: Number((mostExtraBytes / 2 ** 20).toFixed(1)),
});

/** Tells of a fault, and keeps the input that brought it about. */
function tell(fault: Fault, keep: string | undefined): void {
  const { target: name, kind, seed, index, text } = fault;
  console.error(`${name}: ${kind}, case ${index} of --target ${name} --seed ${seed}\n${text}\n`);
  if (keep === undefined) return;
  mkdirSync(keep, { recursive: true });
  const target = targetNamed(name);
  writeFileSync(join(keep, `${name}-${seed}-${index}`), target.bytesOf(inputOf(target, seed, index)));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
