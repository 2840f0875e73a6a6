// How fast this computer trains a network, measured in a thread of its own: trains on noise until enough time has passed,
// and forgets the network.
import type { ExampleSource } from '../detectors/vae/input-scale';
import { type TrainingOptions, train } from '../detectors/vae/train';
import type { NetworkOptions } from '../engine/architecture';
import { Random } from '../stats/random';
import { Cancelled } from '../threads/cancelled';
import { LongTask } from '../threads/long-task';
import type { Watch } from '../threads/task';

export interface TimeEstimateTask {
  /** Bins and frames of the examples. */
  shape: [number, number];
  network: NetworkOptions;
  options: TrainingOptions;
}

/** Seconds that one example takes in one epoch. */
export interface TimePerSegment {
  typical: number;
  /** What nine of ten updates took more than, and less than. */
  least: number;
  most: number;
}

export const timeEstimateTask = new LongTask<TimeEstimateTask, TimePerSegment>({
  file: __filename,
  name: 'timeEstimateTask',
  what: 'measures the network',
  load: async () => measure,
});

/** Long enough for the processor to reach its speed, short enough to wait for. */
const MEASURED_MS = 1500;
/** Updates that are measured at least, and the first ones, which are not: they warm up memory and compiler. */
const LEAST_UPDATES = 2;
const WARM_UP = 1;
const ENDLESS = 100_000;

/** So many examples of noise in dB. */
function noise(count: number, exampleLength: number): ExampleSource {
  const random = new Random(1);
  const example = Float32Array.from({ length: exampleLength }, () => -40 + 10 * random.normal());
  return { count, exampleLength, read: (_index, into, offset = 0) => into.set(example, offset) };
}

async function measure(
  { shape, network, options }: TimeEstimateTask,
  { cancelled }: Watch<never>,
): Promise<TimePerSegment> {
  const [bins, frames] = shape;
  const examples = options.batchSize;
  const frontEnd = {
    ...{ shape, sampleRate: 16_000, fftSize: 1024, hopLength: 512, window: 'hann', scale: 'mel' as const },
    ...{ fMin: 0, fMax: 8000, normalize: 'model' as const },
  };
  const seconds: number[] = [];
  let started = 0;
  let last = 0;
  // An epoch is one update. The loop ends by a Cancelled of ours, or of who asked.
  const isEnough = (): boolean => {
    const enough = seconds.length >= WARM_UP + LEAST_UPDATES && performance.now() - started > MEASURED_MS;
    return enough || cancelled();
  };
  // What is measured is the same for every prior but the time that a mixture takes to start.
  const plain = { ...network, prior: { kind: 'normal' as const } };
  const endless = { ...options, epochs: ENDLESS, validationSplit: 0, earlyStopping: 'none' as const };
  try {
    const { engine } = await train(
      noise(examples, bins * frames),
      frontEnd,
      plain,
      endless,
      ({ phase }) => {
        const now = performance.now();
        if (phase === 'training') seconds.push((now - last) / 1000);
        else started = now;
        last = now;
      },
      isEnough,
    );
    await engine.close();
  } catch (thrown) {
    if (!(thrown instanceof Cancelled) || cancelled()) throw thrown;
  }
  const sorted = seconds.slice(WARM_UP).sort((a, b) => a - b);
  const each = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] / examples;
  return { typical: each(0.5), least: each(0.1), most: each(0.9) };
}
