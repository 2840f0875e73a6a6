// How many messages of a pass were of use, for a node that collects them: the rest were left out, here or on the way.
import type { Message } from '../../src/messages';

export class PassCount {
  private id: string | undefined;
  private taken = 0;

  took({ parts }: Message): void {
    if (parts?.id !== this.id) this.startOver();
    this.id = parts?.id;
    this.taken++;
  }

  /** How many are missing, as the last message of the pass tells; 0 with any other. */
  leftOut({ parts }: Message): number {
    if (parts?.count === undefined || parts.index !== parts.count - 1) return 0;
    return Math.max(0, parts.count - (parts.id === this.id ? this.taken : 0));
  }

  startOver(): void {
    this.id = undefined;
    this.taken = 0;
  }
}
