// The one kind of error that is meant for the person at the editor: it names the value, what was expected and what
// to do. Everything else that is thrown is a defect of ours.

import type { ErrorCode } from './error-codes';

/** An error whose message a user can act on. `code` is stable and may be tested in a Catch node. */
export class UserError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'UserError';
  }

  /** Node-RED shows errors by this: the sentence alone, without the class in front. */
  override toString(): string {
    return this.message;
  }
}

/** Renders any thrown value as an Error, so that `done()` and the log always get one. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** Shows a received value in an error message: its type and, where short enough, its content. */
export function describeValue(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (Buffer.isBuffer(value)) return `a Buffer of ${value.length} bytes`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'string') return value.length > 60 ? `a string of ${value.length} characters` : `"${value}"`;
  if (typeof value === 'object')
    return `an object with ${Object.keys(value).slice(0, 6).join(', ') || 'no properties'}`;
  return `${typeof value} ${String(value)}`;
}
