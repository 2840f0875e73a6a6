// A batch of cases of one target, all of them made from one seed: what came of each, how long it took, how much memory
// beyond its input.
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { isRefusal, type Step, type Target } from './target';

const BATCH_CASES = 500;
/** What taking an input in may take beside the input itself. */
const MEMORY_BYTES = 16 * 2 ** 20;
/** Of one kind; more tell nothing new. */
const MAX_ALIKE = 1;

export interface Fault {
  target: string;
  kind: 'crash' | 'hang' | 'memory';
  /** Of the batch, and which case of it. */
  seed: number;
  index: number;
  text: string;
}

export interface Counts {
  cases: number;
  refused: number;
  accepted: number;
  crashes: number;
  hangs: number;
  /** Cases that took more memory than they may. */
  memory: number;
  slowestMs: number;
  mostExtraBytes: number;
}

export const NOTHING: Counts = {
  ...{ cases: 0, refused: 0, accepted: 0, crashes: 0, hangs: 0, memory: 0 },
  ...{ slowestMs: 0, mostExtraBytes: 0 },
};

export function sum(one: Counts, other: Counts): Counts {
  const total = { ...one };
  for (const key of Object.keys(one) as (keyof Counts)[]) {
    total[key] =
      key === 'slowestMs' || key === 'mostExtraBytes' ? Math.max(one[key], other[key]) : one[key] + other[key];
  }
  return total;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const held = (): number => {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
};

/**
 * Runs the batch of a seed.
 * @param began told before each case
 */
export async function runBatch(
  target: Target,
  seed: number,
  began: (index: number) => void,
): Promise<{ counts: Counts; faults: Fault[] }> {
  const counts = { ...NOTHING };
  const faults: Fault[] = [];
  const note = (kind: Fault['kind'], text: string): void => {
    const fault = { target: target.name, kind, seed, index: counts.cases, text };
    if (faults.filter(other => signature(other) === signature(fault)).length < MAX_ALIKE) faults.push(fault);
  };
  await target.prepare?.();
  const property = fc.asyncProperty(target.inputs, async input => {
    began(counts.cases);
    const started = performance.now();
    const before = held();
    let most = 0;
    try {
      await target.take(input, () => {
        most = Math.max(most, held() - before);
      });
      counts.accepted++;
    } catch (thrown) {
      const problem = faultIn(thrown);
      if (problem === undefined) counts.refused++;
      else {
        counts.crashes++;
        note('crash', problem);
      }
    }
    counts.slowestMs = Math.max(counts.slowestMs, performance.now() - started);
    most = Math.max(most, held() - before);
    const may = MEMORY_BYTES + (target.decoderBytes ?? 0) + target.bytesOf(input).length;
    // What is garbage by now counts, too: only without it is known how much was needed.
    if (most > may) most = await heldBy(target, input);
    counts.mostExtraBytes = Math.max(counts.mostExtraBytes, most);
    if (most > may) {
      counts.memory++;
      note('memory', `${(most / 2 ** 20).toFixed(1)} MiB`);
    }
    counts.cases++;
  });
  await fc.check(property, { seed, numRuns: target.cases ?? BATCH_CASES });
  return { counts, faults };
}

/** What is wrong with what was thrown; undefined where it is a refusal in words. */
function faultIn(thrown: unknown): string | undefined {
  try {
    if (isRefusal(thrown)) return undefined;
  } catch (fault) {
    return String(fault);
  }
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}

/** The same in other words: numbers and names differ from case to case. */
export const signature = ({ kind, text }: Fault): string => `${kind} ${text.replace(/\d+/g, '0').slice(0, 400)}`;

/** Takes an input in once more; the most that was held at a time, all garbage of earlier steps taken away. */
async function heldBy(target: Target, input: unknown): Promise<number> {
  collectGarbage();
  const before = held();
  let most = 0;
  const step: Step = () => {
    most = Math.max(most, held() - before);
    collectGarbage();
  };
  try {
    await target.take(input, step);
  } catch {
    // As the first time.
  }
  step();
  return most;
}

/** An input of a batch, made once more. */
export function inputOf(target: Target, seed: number, index: number): unknown {
  const property = fc.asyncProperty(target.inputs, async () => {});
  const [input] = fc.sample(property, { seed, numRuns: index + 1 })[index] as [unknown];
  return input;
}
