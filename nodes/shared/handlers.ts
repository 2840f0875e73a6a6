// What a node hands to the shell: its side of a message.
import type { Message } from '../../src/messages';

/** One message, or one per output; as Node-RED's `send` takes it. */
export type Outgoing = Message | null | (Message | Message[] | null)[];
export type Send = (msg: Outgoing) => void;

/** What a node does; all parts may be left out. */
export interface Handlers {
  /** One message. Throwing (or rejecting) is how it fails: the shell sets the status and calls `done(err)`. */
  input?(msg: Message, send: Send): void | Promise<void>;
  /**
   * For nodes that pass on what comes in passes: what is sent instead where the last message of a pass fails, or holds
   * nothing but the end. Without this the end is lost with the message.
   */
  end?(msg: Message): Message;
  /** Ends what the node owns; Node-RED waits for it, at most 15 s. */
  close?(removed: boolean): void | Promise<void>;
}
