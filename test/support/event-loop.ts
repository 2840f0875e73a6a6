// How long something holds up the event loop of this process, robust against a machine with other things to do.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { sleep } from './wait';

/** What the rules of this package allow: nothing heavier than this on Node-RED's thread. */
const LONGEST_PAUSE_MS = 20;
/** What other programs on the machine do not add: a pause this long is work that belongs into a thread. */
export const HELD_UP_MS = 200;
const SETTLE_MS = 20;

/**
 * The longest pause of the event loop in milliseconds, while `run` is under way. Other processes can only add to it, so
 * the best of a few runs is what the work itself causes; no more are made than it takes to be within `enough`.
 * @param run is given the number of the run, from 0
 */
export async function longestPause(
  run: (number: number) => Promise<unknown>,
  { runs = 10, enough = LONGEST_PAUSE_MS } = {},
): Promise<number> {
  let longest = Number.POSITIVE_INFINITY;
  for (let number = 0; number < runs && longest > enough; number++) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await sleep(SETTLE_MS);
    await run(number);
    await sleep(SETTLE_MS);
    delay.disable();
    longest = Math.min(longest, delay.max / 1e6);
  }
  return longest;
}
