// The thread's side of pull-reader.ts: reads once through and ends. Never further ahead of the reader than a few events:
// each is acknowledged, and the reading waits while too many are not.

import { parentPort, workerData } from 'node:worker_threads';
import type { ErrorCode } from '../error-codes';
import { asError, UserError } from '../errors';

/** What the worker says: an event, or how it ended. */
export type PullMessage<Event> = { event: Event } | { end: true } | { failed: { code?: ErrorCode; text: string } };

const MAX_EVENTS_AHEAD = 4;
const MAX_BYTES_AHEAD = 32 * 1024 * 1024;

/**
 * Hands on what `read` gives.
 * @param memoryOf the memory of an event's values, which is handed over and not copied
 */
export function servePull<Data, Event>(
  read: (data: Data) => AsyncIterable<Event> | Iterable<Event>,
  memoryOf: (event: Event) => ArrayBuffer | undefined,
): void {
  const port = parentPort!;
  const ahead: number[] = [];
  let bytesAhead = 0;
  let resume: (() => void) | undefined;
  const hasRoom = (): boolean =>
    ahead.length < MAX_EVENTS_AHEAD && (ahead.length === 0 || bytesAhead < MAX_BYTES_AHEAD);
  port.on('message', () => {
    bytesAhead -= ahead.shift() ?? 0;
    if (hasRoom()) resume?.();
  });

  const finish = (message: PullMessage<Event>): void => {
    port.postMessage(message);
    port.close();
  };
  const run = async (): Promise<void> => {
    for await (const event of read(workerData as Data)) {
      if (!hasRoom()) await new Promise<void>(resolve => (resume = resolve));
      const memory = memoryOf(event);
      ahead.push(memory?.byteLength ?? 0);
      bytesAhead += memory?.byteLength ?? 0;
      port.postMessage({ event } satisfies PullMessage<Event>, memory ? [memory] : []);
    }
  };
  run().then(
    () => finish({ end: true }),
    thrown => {
      const { message } = asError(thrown);
      finish({ failed: { code: thrown instanceof UserError ? thrown.code : undefined, text: message } });
    },
  );
}
