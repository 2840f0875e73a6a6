// A campaign: batches of all targets in threads side by side, for a time or until each has had its batches. A thread whose
// case takes too long is ended, and another takes its place.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Counts, type Fault, NOTHING, sum } from './batch';
import type { Target } from './target';

/** No case may take longer. */
const HANG_MS = 5000;
/** Nor where the machine is so busy that the process got less than that of it. */
const STANDSTILL_MS = 60_000;
const LOOK_MS = 100;

/** Processor time of all threads. */
const workedMs = (): number => process.cpuUsage().user / 1000;
const isOverdue = (since: number, worked: number): boolean => {
  const wall = performance.now() - since;
  return wall > STANDSTILL_MS || (wall > HANG_MS && workedMs() - worked > HANG_MS);
};

export interface Campaign {
  targets: readonly Target[];
  /** Of the first batch of each target; the next ones count up. */
  seed: number;
  /** How long batches are begun; or else, how many of each target. */
  seconds?: number;
  batches?: number;
  threads?: number;
  onFault?(fault: Fault): void;
}

interface Line {
  target: Target;
  counts: Counts;
  begun: number;
  /** Milliseconds that its batches have taken. */
  taken: number;
}

export interface Result {
  /** By the target's name. */
  counts: Map<string, Counts>;
  faults: Fault[];
}

export async function runCampaign(campaign: Campaign): Promise<Result> {
  const { targets, seed, seconds = 0, batches = Number.POSITIVE_INFINITY, threads = availableParallelism() } = campaign;
  const end = performance.now() + 1000 * seconds;
  const lines = targets.map((target): Line => ({ target, counts: NOTHING, begun: 0, taken: 0 }));
  const faults: Fault[] = [];

  /** The one that has had the least time: all get the same. */
  function next(): Line | undefined {
    if (seconds > 0 && performance.now() > end) return undefined;
    const open = lines.filter(({ begun }) => begun < batches);
    return open.sort((a, b) => a.taken - b.taken || a.begun - b.begun)[0];
  }

  async function work(): Promise<void> {
    let runner = new Runner();
    for (let line = next(); line; line = next()) {
      const started = performance.now();
      // Counts as begun, so that threads do not all take the same.
      line.taken += 1;
      const result = await runner.run(line.target.name, seed + line.begun++);
      line.taken += performance.now() - started;
      line.counts = sum(line.counts, result.counts);
      for (const fault of result.faults) {
        faults.push(fault);
        campaign.onFault?.(fault);
      }
      if (runner.isOver) runner = new Runner();
    }
    await runner.end();
  }

  await Promise.all(Array.from({ length: threads }, work));
  return { counts: new Map(lines.map(({ target, counts }) => [target.name, counts])), faults };
}

/** One thread, watched. */
class Runner {
  private readonly place = new Int32Array(new SharedArrayBuffer(4));
  private readonly thread = new Worker(join(__dirname, 'thread.ts'), {
    workerData: this.place.buffer,
    execArgv: ['--require', 'tsx/cjs'],
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  private readonly ready = new Promise<void>(resolve => this.thread.once('message', () => resolve()));
  isOver = false;

  constructor() {
    // What a thread says when it is ended is of no use.
    this.thread.on('error', () => {});
  }

  async run(target: string, seed: number): Promise<{ counts: Counts; faults: Fault[] }> {
    await this.ready;
    Atomics.store(this.place, 0, 0);
    return new Promise(resolve => {
      let [last, since, worked] = [0, performance.now(), workedMs()];
      const over = (kind: 'crash' | 'hang', text: string): void => {
        this.isOver = true;
        const index = Math.max(0, Atomics.load(this.place, 0) - 1);
        const counts = { ...NOTHING, cases: index + 1, [kind === 'hang' ? 'hangs' : 'crashes']: 1 };
        finish({ counts, faults: [{ target, kind, seed, index, text }] });
        void this.thread.terminate();
      };
      const watch = setInterval(() => {
        const index = Atomics.load(this.place, 0);
        if (index !== last) [last, since, worked] = [index, performance.now(), workedMs()];
        else if (index > 0 && isOverdue(since, worked)) over('hang', `longer than ${HANG_MS / 1000} s`);
      }, LOOK_MS);
      const crashed = (error: Error): void => over('crash', error.stack ?? error.message);
      const exited = (code: number): void => crashed(new Error(`the thread ended with code ${code}`));
      const finish = (result: { counts: Counts; faults: Fault[] }): void => {
        clearInterval(watch);
        this.thread.off('message', finish).off('error', crashed).off('exit', exited);
        resolve(result);
      };
      this.thread.on('message', finish).on('error', crashed).on('exit', exited);
      this.thread.postMessage({ target, seed });
    });
  }

  async end(): Promise<void> {
    await this.thread.terminate();
  }
}
