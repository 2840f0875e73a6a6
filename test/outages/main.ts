// `npm run outages -- --count N` takes microphones away N times, in four ways, several microphones side by side: real
// arecord, real sound servers. `npm run outages -- --past-2gib` records more samples than 32 bits can count. Both end with
// their counts as JSON; exit code 0 only where the promises of docs/reliability.md were kept.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Program } from '../support/processes';
import { type Count, sumOf } from './count';
import { recordPast2GiB } from './past-2gib';

async function takeAway(count: number, beside: number): Promise<boolean> {
  const begun = performance.now();
  const microphones = Math.min(beside, count);
  const shares = Array.from({ length: microphones }, (_, i) => Math.floor((count + i) / microphones));
  const counts = await Promise.all(
    shares.map(async (share, seed): Promise<Count> => {
      const script = join(__dirname, 'microphone.ts');
      const args = ['--require', 'tsx/cjs', script, String(share), String(seed + 1)];
      const program = await Program.start(process.execPath, args);
      const { code } = await program.ended;
      const last = program.lines.items.filter(line => line.startsWith('{')).at(-1);
      if (code !== 0 || !last) throw new Error(`microphone ${seed + 1} (${code}): ${program.output}`);
      return JSON.parse(last) as Count;
    }),
  );
  const sum = sumOf(counts);
  console.log(JSON.stringify({ ...sum, seconds: Math.round((performance.now() - begun) / 1000) }));
  return sum.late + sum.zombies + sum.miscounted === 0;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      count: { type: 'string' },
      /** Microphones at a time. */
      beside: { type: 'string', default: '12' },
      'past-2gib': { type: 'boolean', default: false },
    },
  });
  if (!values.count && !values['past-2gib']) throw new Error('expected --count N or --past-2gib');
  const kept: boolean[] = [];
  if (values.count) kept.push(await takeAway(Number(values.count), Number(values.beside)));
  if (values['past-2gib']) {
    const { isKept, ...counts } = await recordPast2GiB();
    console.log(JSON.stringify(counts));
    kept.push(isKept);
  }
  process.exitCode = kept.every(Boolean) ? 0 : 1;
}

main().catch(error => {
  console.error(error);
  process.exitCode = 1;
});
