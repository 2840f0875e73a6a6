// What the plots have in common on the side of the messages: data are gathered, in bounded memory, until a picture is
// asked for.
import { UserError } from '../../errors';
import type { Message } from '../../messages';
import type { Figure } from '../figures/draw';

export interface Gatherer {
  /**
   * Takes in what a message brings. What may be long is looked through in turns of the event loop: messages are given
   * one after another, each when the one before is done.
   * @returns whether there is something new to draw
   * @throws UserError where the message is of another kind, saying which node to wire
   */
  add(msg: Message): boolean | Promise<boolean>;
  /** Forgets what a topic brought, or everything. */
  reset(topic?: string): void;
  /** What there is to draw; undefined where there is nothing yet. */
  figure(): Figure | undefined;
  /** What there is, in few words. */
  summary(): string;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param plot as the node's property calls it */
export function wrongMessage(plot: string, expected: string, got: string, wire: string): UserError {
  return new UserError('wrong-message', `the plot "${plot}" expects ${expected}, got ${got}. ${wire}`);
}

/** What a training tells on its way, on the same output as its report. */
export const isProgress = ({ topic, payload }: Message): boolean =>
  topic === 'progress' && isRecord(payload) && typeof payload.phase === 'string';

export const finite = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
