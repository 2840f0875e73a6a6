// What the nodes that keep messages on disk have in common: one is written at a time, in the order they came, and each is
// passed on when it is written or could not be.
import type { Message } from '../../src/messages';
import { MessageQueue } from './message-queue';
import type { QueueLimits } from './ordered-queue';
import { endOfPass } from './pass-end';
import type { Handlers } from './shell';

/** Writes what is kept of a message, and into the message where it went. */
export type Write = () => Promise<void>;

/**
 * @param limits of what may wait for a slow disk
 * @param what names one of them in errors, e.g. 'segment'
 * @param read checks a message; where it throws, the message is not passed on
 */
export function writeInOrder(limits: QueueLimits, what: string, read: (msg: Message) => Promise<Write>): Handlers {
  const queue = new MessageQueue(limits, what, endOfPass);
  let writing: Promise<void> = Promise.resolve();
  return {
    async input(msg, send) {
      // A disk that is full or slow must keep back neither the alarm nor the training that is wired behind the node.
      let reached = false;
      try {
        await queue.handle(msg, send, async watched => {
          reached = true;
          const write = await read(msg);
          try {
            await (writing = write());
          } finally {
            watched(msg);
          }
        });
      } finally {
        if (!reached) send(msg);
      }
    },
    end: endOfPass,
    async close() {
      queue.close();
      await writing.catch(() => {});
    },
  };
}
