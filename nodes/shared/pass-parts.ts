// `msg.parts` of a pass whose messages a node splits further or thins out: numbered anew, so that the count on the last
// one is right again.
import type { Parts } from '../../src/messages';

/** Passes that may be under way at once, more than any flow has; of further ones the oldest begins again at 0. */
const MAX_PASSES = 32;

export class PassParts {
  private readonly sent = new Map<string, number>();

  /**
   * The parts of the next message that is sent on.
   * @param parts of the message it comes from
   * @param ends whether it is the last of its pass
   */
  next(parts: Parts, ends: boolean): Parts {
    const { count: _, ...rest } = parts;
    const index = this.sent.get(parts.id) ?? 0;
    if (!ends && !this.sent.has(parts.id) && this.sent.size >= MAX_PASSES) {
      this.sent.delete(this.sent.keys().next().value as string);
    }
    if (ends) this.sent.delete(parts.id);
    else this.sent.set(parts.id, index + 1);
    return ends ? { ...rest, index, count: index + 1 } : { ...rest, index };
  }
}
