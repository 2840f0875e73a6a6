// The end of a pass (`msg.complete`, or the last of `msg.parts`) gets through a node even where its last segment does
// not: a training that waits for it starts all the same.
import type { Message } from '../../src/messages';
import { isLast, withoutSegment } from './collecting';
import type { Handlers, Outgoing, Send } from './handlers';

/** The end that is passed on in place of a segment: without `msg.payload`. */
export const endOfPass = withoutSegment;

/** Whether a message is such an end, and nothing else. */
export const isPassEnd = (msg: Message): boolean => isLast(msg) && msg.payload === undefined;

/** `msg.complete` of an inject node, whose payload means nothing. */
function isCommand(msg: Message): boolean {
  const { payload, parts, audio, spectrogram } = msg;
  return isLast(msg) && !parts && !audio && !spectrogram && !Buffer.isBuffer(payload);
}

const tellsEnd = (out: Outgoing): boolean =>
  Array.isArray(out) ? out.some(part => part !== null && tellsEnd(part)) : out !== null && isLast(out);

/**
 * Works on a message; where that fails on the last one of a pass before the end was sent, the end is told.
 * @param tell is given the message as it came: handlers write into it
 */
export async function orItsEnd(
  msg: Message,
  send: Send,
  work: (send: Send) => Promise<void>,
  tell: (before: Message) => void | Promise<void>,
): Promise<void> {
  if (!isLast(msg)) return work(send);
  const before = { ...msg };
  let told = false;
  try {
    await work(out => {
      told ||= tellsEnd(out);
      send(out);
    });
  } catch (thrown) {
    if (!told) await tell(before);
    throw thrown;
  }
}

/** The handlers of a node that passes ends on: `handlers.end` says what it sends where the last message fails. */
export class PassEnds {
  private readonly running = new Set<Promise<void>>();
  private ending: Promise<unknown> | undefined;
  private closed = false;

  constructor(private readonly handlers: Handlers & Required<Pick<Handlers, 'input' | 'end'>>) {}

  async input(msg: Message, send: Send): Promise<void> {
    while (this.ending) await this.ending;
    const earlier = [...this.running];
    if (isPassEnd(msg) || isCommand(msg)) return this.tellEnd(msg, send, earlier);
    const run = (watched: Send) => this.run(msg, watched);
    return orItsEnd(msg, send, run, before => this.tellEnd(before, send, earlier));
  }

  close(removed: boolean): void | Promise<void> {
    this.closed = true;
    return this.handlers.close?.(removed);
  }

  private run(msg: Message, send: Send): Promise<void> {
    const work = (async () => this.handlers.input(msg, send))();
    const over = () => this.running.delete(work);
    this.running.add(work);
    work.then(over, over);
    return work;
  }

  /** Sends the end behind what came before it, and ahead of what comes meanwhile. */
  private async tellEnd(msg: Message, send: Send, earlier: Promise<unknown>[]): Promise<void> {
    const ending = Promise.allSettled([...earlier, this.ending]).then(() => {
      if (!this.closed) send(this.handlers.end(msg));
    });
    this.ending = ending;
    await ending;
    if (this.ending === ending) this.ending = undefined;
  }
}
