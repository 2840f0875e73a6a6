// Keeps a capture running: notices that no sound comes, says so once per outage, tries again with growing pauses and
// carries on when the device is back. Knows nothing of back ends but their interface.
import { asError, UserError } from '../../errors';
import type { Capture, CaptureListener } from './backend';

export type CaptureState =
  | { kind: 'stopped' }
  /** The device is being opened; no sound yet. */
  | { kind: 'opening' }
  | { kind: 'listening' }
  | { kind: 'waiting'; error: UserError; retrySeconds: number };

export interface SupervisorListener {
  data(pcm: Float32Array): void;
  overrun(): void;
  state(state: CaptureState): void;
  /** The stream broke off; not called by `stop()`. `report` is false where this outage has been told already. */
  outage(error: UserError, report: boolean): void;
}

export interface Timing {
  /** Pause before the first new attempt; doubled from one to the next. Milliseconds, as all of these. */
  firstRetry: number;
  maxRetry: number;
  /** Pauses vary by up to this share, so that several nodes do not knock at the same moment. */
  jitter: number;
  /** No sound for this long is an outage. */
  silence: number;
  /** The same for a device that has not delivered any yet: sound servers and radio headsets take their time. */
  opening: number;
  /** After this long with sound an outage is over for good: the next is reported again and retried quickly. */
  stable: number;
}

/** Chosen so that sound is back within 10 s after the device is, whatever is going on as it comes back. */
export const DEFAULT_TIMING: Timing = {
  firstRetry: 1000,
  maxRetry: 5000,
  jitter: 0.2,
  silence: 4000,
  opening: 6000,
  stable: 5000,
};

/** The watchdog counts quiet ticks instead of time, so that a busy event loop does not look like a dead device. */
const TICKS_PER_SILENCE = 5;

/** Pause before attempt `failures` (from 1); milliseconds. */
export function retryPause(failures: number, timing: Timing, random: () => number = Math.random): number {
  const pause = Math.min(timing.maxRetry, timing.firstRetry * 2 ** (failures - 1));
  return pause * (1 + timing.jitter * (2 * random() - 1));
}

export class Supervisor {
  private capture: Capture | undefined;
  /** Captures that are on their way out; a new one waits, for the device may still be theirs. */
  private ending: Promise<unknown> = Promise.resolve();
  private wanted = false;
  private retryTimer: NodeJS.Timeout | undefined;
  private watchdog: NodeJS.Timeout | undefined;
  private quietTicks = 0;
  private hasSound = false;
  /** The last sound, or else the opening; on the clock that never jumps. */
  private quietSince = 0;
  private soundSince = 0;
  private failures = 0;
  private reported = false;
  private attempts = 0;

  constructor(
    /** Names the device in messages. */
    private readonly device: string,
    private readonly open: (listener: CaptureListener) => Capture,
    private readonly listener: SupervisorListener,
    private readonly timing: Timing = DEFAULT_TIMING,
  ) {}

  get running(): boolean {
    return this.wanted;
  }

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.failures = 0;
    this.reported = false;
    void this.attempt();
  }

  /** Resolves when nothing is left of the capture. */
  async stop(): Promise<void> {
    this.wanted = false;
    clearTimeout(this.retryTimer);
    this.release();
    this.listener.state({ kind: 'stopped' });
    await this.ending;
  }

  private async attempt(): Promise<void> {
    this.listener.state({ kind: 'opening' });
    const attempt = ++this.attempts;
    await this.ending;
    // Stopped, or stopped and started again, while waiting.
    if (!this.wanted || attempt !== this.attempts) return;
    try {
      this.openNow();
    } catch (thrown) {
      this.fail(asUserError(thrown));
    }
  }

  private openNow(): void {
    let current = true;
    const mine = <Args extends unknown[]>(act: (...args: Args) => void) => {
      return (...args: Args) => {
        if (current) act(...args);
      };
    };
    this.hasSound = false;
    this.quietSince = performance.now();
    const capture = this.open({
      data: mine(pcm => this.receive(pcm)),
      overrun: mine(() => this.listener.overrun()),
      end: mine(error => this.fail(error)),
    });
    this.capture = {
      stop() {
        current = false;
        return capture.stop();
      },
    };
    this.watch();
  }

  private receive(pcm: Float32Array): void {
    this.quietTicks = 0;
    this.quietSince = performance.now();
    if (!this.hasSound) {
      this.hasSound = true;
      this.soundSince = performance.now();
      this.listener.state({ kind: 'listening' });
    } else if (this.failures > 0 && performance.now() - this.soundSince > this.timing.stable) {
      this.failures = 0;
      this.reported = false;
    }
    this.listener.data(pcm);
  }

  private watch(): void {
    const { silence, opening } = this.timing;
    const tick = silence / TICKS_PER_SILENCE;
    this.quietTicks = 0;
    this.watchdog = setInterval(() => {
      this.quietTicks++;
      const patience = this.hasSound ? silence : opening;
      // The first tick may come right after the last sound.
      if ((this.quietTicks - 1) * tick < patience) return;
      const seconds = Math.round(patience / 1000);
      this.fail(
        new UserError(
          'capture-silent',
          `no sound from ${this.device}; it has delivered nothing for ${seconds} s. Is it still plugged in?`,
        ),
      );
    }, tick);
  }

  private fail(error: UserError): void {
    const waited = performance.now() - this.quietSince;
    this.release();
    if (!this.wanted) return;
    this.failures++;
    // A signal comes from a person or a shutdown; if it was a mishap, the next attempt mends it.
    const report = !this.reported && error.code !== 'capture-interrupted';
    if (report) this.reported = true;
    this.listener.outage(error, report);
    // Silence that was waited for has been a pause already.
    const pause = Math.max(retryPause(1, this.timing), retryPause(this.failures, this.timing) - waited);
    this.listener.state({ kind: 'waiting', error, retrySeconds: Math.max(1, Math.round(pause / 1000)) });
    this.retryTimer = setTimeout(() => void this.attempt(), pause);
  }

  private release(): void {
    clearInterval(this.watchdog);
    const { capture } = this;
    this.capture = undefined;
    if (capture) this.ending = Promise.all([this.ending, capture.stop()]);
  }
}

function asUserError(thrown: unknown): UserError {
  if (thrown instanceof UserError) return thrown;
  const error = asError(thrown);
  return new UserError('capture-start', `recording could not be started: ${error.message}.`, { cause: error });
}
