// What goes between Node-RED's thread and the others, whatever runs there: one order, then any number of events, then an
// answer or an error. A thread works on one order at a time.
import type { ErrorCode } from '../error-codes';
import { asError, UserError } from '../errors';
import { Cancelled } from './cancelled';

/** Where a thread finds a task: the file that defines it and the name that it is exported by. */
export interface TaskAddress {
  file: string;
  name: string;
}

/** To the thread. */
export type Command =
  /** `cancel` is one integer that is not 0 when the work should stop. */
  | { kind: 'order'; task: TaskAddress; order: unknown; cancel: SharedArrayBuffer }
  /** An event of a stream has been read, so that there is room for another. */
  | { kind: 'taken' };

/** From the thread. */
export type Reply =
  | { kind: 'event'; event: unknown }
  | { kind: 'answer'; answer: unknown }
  | { kind: 'error'; error: SentError };

/** An error on its way. */
export interface SentError {
  message: string;
  stack?: string;
  /** Of a UserError. */
  code?: ErrorCode;
  /** The work stopped because it was asked to. */
  isCancelled?: true;
}

export function sentError(thrown: unknown): SentError {
  const { message, stack } = asError(thrown);
  if (thrown instanceof Cancelled) return { message, stack, isCancelled: true };
  return { message, stack, ...(thrown instanceof UserError && { code: thrown.code }) };
}

/** The same error on the other side, with the stack of where it was thrown. */
export function receivedError({ message, stack, code, isCancelled }: SentError): Error {
  if (isCancelled) return new Cancelled();
  const error = code === undefined ? new Error(message) : new UserError(code, message);
  error.stack = stack;
  return error;
}

/** What work fails with whose thread died under it. @param what the task, e.g. 'makes spectrograms' */
export function lostError(what: string, why: string, advice: string, cause?: Error): UserError {
  return new UserError('thread-failed', `the thread that ${what} failed: ${why}. ${advice}`, { cause });
}

export const closedError = (): UserError => new UserError('closed', 'the node was closed before the work was done.');

export const cancelledError = (): UserError => new UserError('cancelled', 'the work was cancelled.');
