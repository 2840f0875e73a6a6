// Messages that come in passes: where one ends, and what is left of a message behind its segment.
import type { Message } from '../../src/messages';

/** Whether this is the last message of a pass over files or rows. */
export function isLast({ complete, parts }: Message): boolean {
  if (complete !== undefined && complete !== false) return true;
  return parts?.count !== undefined && parts.index === parts.count - 1;
}

/** What a message tells of its pass, and nothing of the segment that it carried. */
export function withoutSegment(msg: Message): Message {
  const { payload, audio, original, spectrogram, features, augmentation, generated, ...about } = msg;
  const { score, explanation, class: _class, probabilities, anomaly, attachments, ...rest } = about;
  return rest;
}

/** What goes along from the message that started a training. */
export function carryOn(msg: Message): Message {
  const { parts, complete, filename, label, ...rest } = withoutSegment(msg);
  return rest;
}

/** Share of a whole, for a status. */
export const percent = (part: number): string => `${Math.round(100 * part)} %`;

export const inSeconds = (seconds: number): string =>
  seconds >= 90 ? `${Math.round(seconds / 60)} min left` : `${Math.max(1, Math.round(seconds))} s left`;
