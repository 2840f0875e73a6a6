// The thread's side of request-thread.ts: one request in, one answer out. The owner waits for it before it asks again.
import { parentPort } from 'node:worker_threads';
import { asError, UserError } from '../errors';
import type { Reply } from './request-thread';

/** An answer and the memory that goes with it for good. */
export interface Answered<Answer> {
  answer: Answer;
  transfer: ArrayBuffer[];
}

/**
 * Answers each request of the thread's owner with `work`; what it throws goes back as the same error.
 * @throws Error where this is no worker thread
 */
export function answerRequests<Request, Answer>(
  work: (request: Request, onProgress: (done: number) => void) => Answered<Answer> | Promise<Answered<Answer>>,
): void {
  const port = parentPort;
  if (!port) throw new Error('this file runs as a worker thread only');
  const reply = (message: Reply<Answer>, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
  port.on('message', async (request: Request) => {
    try {
      const { answer, transfer } = await work(request, progress => reply({ progress }));
      reply({ answer }, transfer);
    } catch (thrown) {
      const { message, stack } = asError(thrown);
      const code = thrown instanceof UserError ? thrown.code : undefined;
      reply({ failure: { message, code, stack } });
    }
  });
}
