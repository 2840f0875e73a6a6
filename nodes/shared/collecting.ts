// What the nodes that collect messages and then train on them have in common.
import type { Message } from '../../src/messages';

/** Whether this is the last message of a pass over files or rows. */
export function isLast({ complete, parts }: Message): boolean {
  if (complete !== undefined && complete !== false) return true;
  return parts?.count !== undefined && parts.index === parts.count - 1;
}

/** What goes along from the message that started a training; not what described its payload. */
export function carryOn(msg: Message): Message {
  const { payload, spectrogram, audio, features, score, parts, complete, filename, label, ...rest } = msg;
  return rest;
}

export const inSeconds = (seconds: number): string =>
  seconds >= 90 ? `${Math.round(seconds / 60)} min left` : `${Math.max(1, Math.round(seconds))} s left`;
