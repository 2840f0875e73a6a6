// What the edit dialog of vae-train asks to say how long a training will take: the network is trained for a moment, one
// measurement at a time and none beside a training, and each kind of network is measured once.
import type { NodeAPI } from 'node-red';
import type { TimeEstimate } from '../../src/live/dialog-messages';
import { liveState } from '../../src/live/live-state';
import { type TimePerSegment, timeEstimateTask } from '../../src/tasks/time-estimate';
import type { Job } from '../../src/threads/long-task';
import { Refusal } from '../shared/answer';
import { formOf, routesOf } from '../shared/routes';
import { planTraining } from './planned-training';

/** Networks whose time is remembered. */
const MAX_KNOWN = 64;
/** A network that has not made three updates in this time is too slow to wait for. */
const LIMIT_MS = 15_000;

const known = new Map<string, TimeEstimate>();
let running: Job<TimePerSegment> | undefined;

/**
 * `POST /audio-anomaly/network/time` with what `planTraining` reads → TimeEstimate; 409 with
 * `{error, code}` in words. Ends when the request is given up.
 */
export function registerTimeEstimateRoute(RED: NodeAPI): void {
  routesOf(RED).post('network/time', 'write', async (req, res) => {
    const leave = new AbortController();
    res.on('close', () => leave.abort());
    const estimate = await measureTime(formOf(req), leave.signal);
    if (estimate) res.json(estimate);
    else if (!res.destroyed) throw new Refusal(409, 'this network is too slow here to be measured', 'too-slow');
  });
}

/**
 * @param signal gives up
 * @returns undefined where it was given up or took too long
 * @throws UserError as `planTraining`; Refusal `busy` where something else is measured or trained
 */
export async function measureTime(query: object, signal: AbortSignal): Promise<TimeEstimate | undefined> {
  // Says what does not fit before any thread is started.
  const { network, options, shape, threads } = planTraining(query);
  const key = JSON.stringify([network, options.batchSize, shape, threads]);
  const before = known.get(key);
  if (before) return before;
  if (running) throw new Refusal(409, 'another network is being measured; try again in a moment', 'busy');
  if (liveState.isTraining()) {
    throw new Refusal(409, 'a training is running: a measurement beside it would disturb both', 'training');
  }
  const job = timeEstimateTask.start({ shape, network, options: { ...options, threads } });
  running = job;
  const giveUp = (): void => void job.cancel();
  const timer = setTimeout(giveUp, LIMIT_MS);
  signal.addEventListener('abort', giveUp);
  try {
    const estimate = await job.result;
    if (!estimate) return undefined;
    if (known.size >= MAX_KNOWN) known.delete(known.keys().next().value as string);
    const answer = { ...estimate, threads };
    known.set(key, answer);
    return answer;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
    await job.cancel();
    running = undefined;
  }
}
