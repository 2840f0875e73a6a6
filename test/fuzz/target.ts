// What can be fed with bad input, and how to tell whether it took that as it should: accepted, refused in words, or a
// fault of ours.
import type { Arbitrary } from 'fast-check';
import { UserError } from '#src/errors';

/** Told after every stretch of work, when memory is looked at. */
export type Step = () => void;

/** One thing that takes input from outside. `Input` is plain data. */
export interface Target<Input = unknown> {
  readonly name: string;
  readonly inputs: Arbitrary<Input>;
  /** In a batch; 500 where left out. */
  readonly cases?: number;
  /** Memory of the decoder itself, whatever it is given; 0 where left out. */
  readonly decoderBytes?: number;
  /**
   * Takes an input in, by the product's own functions, as far as a node does.
   * @throws UserError where it is refused; anything else that is thrown is a fault
   */
  take(input: Input, step: Step): void | Promise<void>;
  /** How an input is kept to be looked at. */
  bytesOf(input: Input): Uint8Array;
  /** Once, before the first case. */
  prepare?(): Promise<void>;
}

/** Declares a target; what its inputs are is nobody else's business. */
export const defineTarget = <Input>(target: Target<Input>): Target => target as unknown as Target;

/** For inputs that are no files. */
export const asJson = (input: unknown): Uint8Array => Buffer.from(JSON.stringify(input, null, 2) ?? 'undefined');

/** What a decoder, a parser or the engine says to those who write programs. */
const RAW =
  /is not (a function|defined|iterable|a constructor)|Cannot (read|set|convert|destructure|access)|of (undefined|null)\b|null function|unreachable|out of bounds|Invalid (typed array|array|string|atomic)|call stack|\[object \w+\]|logError|Offset is outside/i;

/** Throws where a refusal is no sentence that a person can act on. */
export function expectSentence(text: string): void {
  if (/\S+ \S+ \S/.test(text) && !RAW.test(text)) return;
  throw new Error(`refused without a sentence: ${text}`);
}

/** Whether an input was `refused`, in words. */
export function isRefusal(thrown: unknown): boolean {
  if (!(thrown instanceof UserError)) return false;
  expectSentence(thrown.message);
  return true;
}

/** Throws where something that was accepted is not to be reckoned with. */
export function expectFinite(values: Float32Array | Float64Array | readonly number[], what: string): void {
  const at = values.findIndex((value: number) => !Number.isFinite(value));
  if (at >= 0) throw new Error(`accepted, but ${what} is ${values[at]}`);
}
