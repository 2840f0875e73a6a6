// Passes over a folder that are asked for while another one runs: they wait for their turn, so many at most, and a stop
// is for all of them.
import { UserError } from '../../src/errors';
import type { Message } from '../../src/messages';
import { Turns } from '../../src/turns';

/** Passes that may wait for the one that runs. */
const MAX_WAITING = 10;

export const isStop = (msg: Message): boolean =>
  msg.payload === 'stop' || (msg.stop !== undefined && msg.stop !== false);

export class PassQueue {
  private readonly turns = new Turns();
  /** Raised by every stop: passes asked for before it do not start. */
  private stops = 0;

  /** @param end ends the pass that runs */
  constructor(private readonly end: () => Promise<void>) {}

  /**
   * Runs a pass when those before it are over.
   * @throws UserError `overload` where too many wait, or what the pass throws
   */
  async run(pass: () => Promise<void>): Promise<void> {
    if (this.turns.size > MAX_WAITING) {
      throw new UserError(
        'overload',
        `a pass is running and ${MAX_WAITING} wait already; this message was refused. Send fewer, or {"payload": "stop"}.`,
      );
    }
    const asked = this.stops;
    await this.turns.take(async () => {
      if (asked === this.stops) await pass();
    });
  }

  async stop(): Promise<void> {
    this.stops++;
    await this.end();
  }
}
