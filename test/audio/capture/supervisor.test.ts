// Outages, retries and recovery, with a capture played by the test and pauses shortened.
import assert from 'node:assert/strict';
import type { Capture, CaptureListener } from '#src/audio/capture/backend';
import { type CaptureState, DEFAULT_TIMING, retryPause, Supervisor, type Timing } from '#src/audio/capture/supervisor';
import { UserError } from '#src/errors';
import { sleep, until } from '../../support/wait';

const QUICK: Timing = { firstRetry: 20, maxRetry: 80, jitter: 0, silence: 100, opening: 200, stable: 60 };
const PCM = new Float32Array(4);
const gone = () => new UserError('capture-ended', 'no sound from hw:1; it is gone.');

/** A supervisor over captures that the test drives, and everything it reported. */
class Bench {
  readonly opened: CaptureListener[] = [];
  readonly states: CaptureState[] = [];
  readonly reported: UserError[] = [];
  stopped = 0;
  refuse: UserError | undefined;
  /** How long a capture takes to end. */
  stopTakes = 0;
  readonly supervisor: Supervisor;

  constructor(timing = QUICK) {
    const capture = (): Capture => ({
      stop: async () => {
        await sleep(this.stopTakes);
        this.stopped++;
      },
    });
    this.supervisor = new Supervisor(
      'hw:1',
      listener => {
        if (this.refuse) throw this.refuse;
        this.opened.push(listener);
        return capture();
      },
      {
        data: () => {},
        overrun: () => {},
        state: state => this.states.push(state),
        outage: (error, report) => {
          if (report) this.reported.push(error);
        },
      },
      timing,
    );
  }

  async open(count: number): Promise<CaptureListener> {
    return until(`opening ${count}`, () => this.opened[count - 1], { every: 2 });
  }

  get kinds(): string {
    return this.states.map(({ kind }) => kind).join(' ');
  }
}

describe('Supervisor', () => {
  it('waits 1, 2, 4, 5, 5 … s between attempts, give or take a fifth: never so long that 10 s pass', () => {
    const pauses = [1, 2, 3, 4, 5, 50].map(failures => retryPause(failures, DEFAULT_TIMING, () => 0.5));
    assert.deepEqual(pauses, [1000, 2000, 4000, 5000, 5000, 5000]);
    const longest = (failures: number) => retryPause(failures, DEFAULT_TIMING, () => 1);
    assert.deepEqual([longest(1), longest(50)], [1200, 6000]);
    assert.equal(
      retryPause(1, DEFAULT_TIMING, () => 0),
      800,
    );
    // The worst: the device comes back just after an attempt began that will hang to its end.
    assert.ok(DEFAULT_TIMING.opening * (1 + 1 / 5) + longest(1) < 10_000);
  });

  it('counts the time that an attempt hung as a pause', async () => {
    const bench = new Bench({ ...QUICK, firstRetry: 10, maxRetry: 10_000, opening: 100 });
    bench.supervisor.start();
    // Without that, the pause before attempt 6 would be 160 ms, and 10 s in the end.
    for (let attempt = 1; attempt <= 6; attempt++) await bench.open(attempt);
    const waits = bench.states.flatMap(state => (state.kind === 'waiting' ? [state.retrySeconds] : []));
    assert.deepEqual(new Set(waits), new Set([1]));
    await bench.supervisor.stop();
  });

  it('counts the silence that it waited for as a pause, when a device stalls again and again', async () => {
    const bench = new Bench({ ...QUICK, firstRetry: 1000, maxRetry: 10_000, silence: 1200 });
    bench.supervisor.start();
    for (let attempt = 1; attempt <= 3; attempt++) (await bench.open(attempt)).data(PCM);
    const waits = bench.states.flatMap(state => (state.kind === 'waiting' ? [state.retrySeconds] : []));
    assert.deepEqual(waits, [1, 1]);
    await bench.supervisor.stop();
  });

  it('reports an outage once, however many attempts fail, and listens again when sound comes', async () => {
    const bench = new Bench();
    bench.supervisor.start();
    (await bench.open(1)).data(PCM);
    bench.opened[0].end(gone());
    for (const attempt of [2, 3, 4]) (await bench.open(attempt)).end(gone());
    (await bench.open(5)).data(PCM);
    assert.equal(bench.reported.length, 1);
    assert.equal(bench.kinds, `opening listening waiting${' opening waiting'.repeat(3)} opening listening`);
    await bench.supervisor.stop();
  });

  it('reports the next outage again once the sound was stable, but not while a device flickers', async () => {
    const bench = new Bench();
    bench.supervisor.start();
    (await bench.open(1)).end(gone());
    const flickering = await bench.open(2);
    flickering.data(PCM);
    flickering.end(gone());
    const steady = await bench.open(3);
    assert.equal(bench.reported.length, 1);
    for (let i = 0; i < 8; i++) {
      steady.data(PCM);
      await sleep(12);
    }
    steady.end(gone());
    assert.equal(bench.reported.length, 2);
    await bench.supervisor.stop();
  });

  it('takes a device that delivers nothing any more for gone', async () => {
    const bench = new Bench();
    bench.supervisor.start();
    (await bench.open(1)).data(PCM);
    await bench.open(2);
    assert.equal(bench.reported[0].code, 'capture-silent');
    assert.match(bench.reported[0].message, /^no sound from hw:1; it has delivered nothing/);
    assert.equal(bench.stopped, 1);
    await bench.supervisor.stop();
  });

  it('tells a back end that cannot even start, and tries that again too', async () => {
    const bench = new Bench();
    bench.refuse = new UserError('capture-not-installed', 'arecord is not installed.');
    bench.supervisor.start();
    await until('second attempt', () => bench.kinds === 'opening waiting opening waiting', { every: 2 });
    bench.refuse = undefined;
    (await bench.open(1)).data(PCM);
    assert.deepEqual(
      bench.reported.map(({ code }) => code),
      ['capture-not-installed'],
    );
    await bench.supervisor.stop();
  });

  it('hears nothing of a capture that is over', async () => {
    const bench = new Bench();
    bench.supervisor.start();
    const first = await bench.open(1);
    first.data(PCM);
    await bench.supervisor.stop();
    first.data(PCM);
    first.end(gone());
    assert.equal(bench.kinds, 'opening listening stopped');
    assert.equal(bench.reported.length, 0);
  });

  it('opens the device again only when the capture before has let go of it', async () => {
    const bench = new Bench();
    bench.stopTakes = 50;
    bench.supervisor.start();
    await bench.open(1);
    void bench.supervisor.stop();
    bench.supervisor.start();
    bench.supervisor.start();
    await sleep(20);
    assert.equal(bench.opened.length, 1);
    await bench.open(2);
    assert.equal(bench.stopped, 1);
    await bench.supervisor.stop();
    assert.equal(bench.opened.length, 2);
  });

  it('gives up waiting for the next attempt when stopped', async () => {
    const bench = new Bench();
    bench.supervisor.start();
    (await bench.open(1)).end(gone());
    await bench.supervisor.stop();
    await sleep(60);
    assert.equal(bench.opened.length, 1);
    assert.equal(bench.states.at(-1)?.kind, 'stopped');
  });
});
