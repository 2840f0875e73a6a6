// What the nodes that keep messages on disk have in common: one is written at a time, in the order they came, and each is
// passed on when it is written or could not be.
import type { Message } from '../../src/messages';
import { OrderedQueue, type QueueLimits } from './ordered-queue';
import { endOfPass } from './pass-end';
import type { Handlers } from './shell';

/** What is kept of a message. */
export interface Writable {
  /** Held in memory until it is written. */
  bytes: number;
  /** Writes it, and into the message where it went. */
  write(): Promise<void>;
}

/**
 * @param limits of what may wait for a slow disk
 * @param what names one of them in errors, e.g. 'segment'
 * @param read checks a message; where it throws, the message is not passed on
 */
export function writeInOrder(limits: QueueLimits, what: string, read: (msg: Message) => Writable): Handlers {
  const queue = new OrderedQueue(limits, what);
  let writing: Promise<void> = Promise.resolve();
  return {
    async input(msg, send) {
      const { bytes, write } = read(msg);
      try {
        await queue.add(bytes, () => (writing = write()));
      } finally {
        // A disk that is full must keep back neither the alarm nor the training that is wired behind the node.
        send(msg);
      }
    },
    end: endOfPass,
    async close() {
      queue.close();
      await writing.catch(() => {});
    },
  };
}
