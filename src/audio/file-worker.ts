// The worker thread of file-reader.ts: makes one pass and ends. Never further ahead of the reader than a few segments:
// every event is acknowledged, and the pass waits while too many are not.
import { parentPort, workerData } from 'node:worker_threads';
import { asError, UserError } from '../errors';
import { type PassEvent, type PassOptions, readPass } from './folder-pass';

/** What the worker says: an event of the pass, or how it ended. */
export type WorkerMessage = PassEvent | { type: 'end' } | { type: 'failed'; code?: string; message: string };

const MAX_EVENTS_AHEAD = 4;
const MAX_BYTES_AHEAD = 32 * 1024 * 1024;

const port = parentPort!;
const ahead: number[] = [];
let bytesAhead = 0;
let resume: (() => void) | undefined;

port.on('message', () => {
  bytesAhead -= ahead.shift() ?? 0;
  if (hasRoom()) resume?.();
});

const hasRoom = (): boolean => ahead.length < MAX_EVENTS_AHEAD && (ahead.length === 0 || bytesAhead < MAX_BYTES_AHEAD);

async function post(event: PassEvent): Promise<void> {
  if (!hasRoom()) await new Promise<void>(resolve => (resume = resolve));
  const bytes = event.type === 'segment' ? event.pcm.byteLength : 0;
  ahead.push(bytes);
  bytesAhead += bytes;
  // Handed over, not copied.
  port.postMessage(event, event.type === 'segment' ? [event.pcm.buffer as ArrayBuffer] : []);
}

async function run(): Promise<void> {
  for await (const event of readPass(workerData as PassOptions)) await post(event);
}

const finish = (message: WorkerMessage): void => {
  port.postMessage(message);
  port.close();
};
run().then(
  () => finish({ type: 'end' }),
  thrown => {
    const error = asError(thrown);
    finish({ type: 'failed', code: error instanceof UserError ? error.code : undefined, message: error.message });
  },
);
