// A node's messages, worked on in their order: an OrderedQueue that knows what a message holds, and that the end of a
// pass must get through.
import { type Message, payloadBytes } from '../../src/messages';
import { OrderedQueue, type QueueLimits } from './ordered-queue';
import { orItsEnd } from './pass-end';
import type { Send } from './shell';

export class MessageQueue extends OrderedQueue {
  /**
   * @param what names a message in the error where too many wait, e.g. 'segment'
   * @param end what is sent in place of the last message of a pass where its work fails, ahead of whatever waits
   */
  constructor(
    limits: QueueLimits,
    what: string,
    private readonly end: (msg: Message) => Message,
  ) {
    super(limits, what);
  }

  /** Works on a message after all earlier ones; resolves and rejects as `add`. */
  handle(msg: Message, send: Send, work: (send: Send) => Promise<void>): Promise<void> {
    return this.add(payloadBytes(msg), () =>
      orItsEnd(msg, send, work, before => {
        if (!this.closed) send(this.end(before));
      }),
    );
  }
}
