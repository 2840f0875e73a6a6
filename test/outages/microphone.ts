// One microphone that is taken away and given back, over and over: a process of its own, with a sound server of its own.
// Arguments: how many outages, and a seed. Its last line of output is the count, as JSON.

import { Microphone } from '#src/audio/capture/microphone';
import type { AudioInfo } from '#src/messages';
import { Random } from '#src/stats/random';
import { childrenNamed } from '../support/child-processes';
import { FakeMicrophone } from '../support/fake-microphone';
import { sleep, until } from '../support/wait';
import type { Count, Kind } from './count';

const DEVICE = 'away';
const DEFINITION = '{ type pulse device "fakesink.monitor" }';
const SEGMENT_SECONDS = 0.5;
/** How long server and device are away: mostly short, now and then until the longest pauses are reached. Seconds. */
const AWAY = { usual: 6, long: 75, longShare: 0.04 };

/** What is done, each resolving when the microphone could be heard again. */
type Outages = Record<Kind, () => Promise<unknown>>;

interface Heard {
  info: AudioInfo;
  /** When it came, on the clock that never jumps; milliseconds. */
  at: number;
}

async function run(outages: number, seed: number): Promise<Count> {
  const random = new Random(seed);
  const server = await FakeMicrophone.start();
  let takeAway = server.define(DEVICE, DEFINITION);
  const heard: Heard[] = [];
  let [listens, listensSince] = [false, 0];
  const microphone = new Microphone(
    {
      ...{ device: DEVICE, backend: 'arecord', sampleRate: server.sampleRate },
      ...{ segmentSeconds: SEGMENT_SECONDS, hopSeconds: SEGMENT_SECONDS },
    },
    {
      segment: (_pcm, info) => heard.push({ info, at: performance.now() }),
      state(state) {
        listens = state.kind === 'listening';
        if (listens) listensSince = performance.now();
      },
      level() {},
      lost() {},
      outage() {},
    },
  );
  const recorders = (): number[] => childrenNamed('arecord');
  const kill = (signal: NodeJS.Signals): void => {
    for (const recorder of recorders()) process.kill(recorder, signal);
  };
  const away = (): Promise<void> => {
    const { usual, long, longShare } = AWAY;
    return sleep(1000 * random.uniform() * (random.uniform() < longShare ? long : usual));
  };
  const acts: Outages = {
    killed: async () => kill('SIGKILL'),
    stopped: async () => kill('SIGSTOP'),
    async serverGone() {
      await server.unplug();
      await away();
      await server.plugIn();
    },
    async deviceGone() {
      takeAway();
      kill('SIGKILL');
      await away();
      takeAway = server.define(DEVICE, DEFINITION);
    },
  };
  const kinds = Object.keys(acts) as Kind[];
  const count: Count = {
    ...{ outages: 0, killed: 0, stopped: 0, serverGone: 0, deviceGone: 0 },
    ...{ longestReturnSeconds: 0, late: 0, zombies: 0, missingSeconds: 0, lostSeconds: 0, worstErrorSeconds: 0 },
    ...{ miscounted: 0 },
  };

  microphone.start();
  await until('sound', () => heard.length > 2, { timeout: 60_000 });
  while (count.outages < outages) {
    const kind = kinds[Math.floor(random.uniform() * kinds.length)];
    await sleep(1000 * random.uniform());
    const sent = heard.length;
    const before = listensSince;
    await acts[kind]();
    const possible = performance.now();
    await until('sound again', () => listens && listensSince > before, { timeout: 120_000, every: 10 });
    await until('a segment', () => heard.some(({ info }, i) => i >= sent && info.overruns > 0), { timeout: 60_000 });
    tally(count, kind, (listensSince - possible) / 1000, heard);
    count.zombies += Math.max(0, recorders().length - 1);
    // Those that have been looked at are done with.
    heard.splice(0, heard.length - 1);
    await until('sound', () => heard.length > 1, { timeout: 60_000 });
  }
  await microphone.stop();
  count.zombies += recorders().length;
  await server.stop();
  return count;
}

function tally(count: Count, kind: Kind, returnSeconds: number, heard: readonly Heard[]): void {
  count.outages++;
  count[kind]++;
  count.longestReturnSeconds = Math.max(count.longestReturnSeconds, returnSeconds);
  if (returnSeconds > 10) count.late++;
  const index = heard.findIndex(({ info }, i) => i > 0 && info.overruns > 0);
  const { info, at } = heard[index];
  // What a clock on the wall says: a segment comes when its last sample has been heard.
  const missing = (at - heard[index - 1].at) / 1000 - info.seconds;
  const lost = info.lostSeconds ?? 0;
  count.missingSeconds += missing;
  count.lostSeconds += lost;
  const error = Math.abs(lost - missing);
  count.worstErrorSeconds = Math.max(count.worstErrorSeconds, error);
  if (info.overruns !== 1 || error > SEGMENT_SECONDS) count.miscounted++;
}

run(Number(process.argv[2]), Number(process.argv[3])).then(
  count => console.log(JSON.stringify(count)),
  error => {
    console.error(error);
    process.exitCode = 1;
  },
);
