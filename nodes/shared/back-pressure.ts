// Back-pressure for a node that could send faster than the flow behind it works. Node-RED's send() gives none, but its
// messaging hooks tell when a node receives a message and when it is done with it: what lies between is counted here.
import type { NodeAPI } from 'node-red';

/** Deliveries that may be unfinished before the source waits. */
const MAX_UNFINISHED = 8;
/** Nodes that hold messages until all have come (sort, batch) would keep the source waiting for ever. */
const STALL_MS = 5000;
const MAX_WINDOW = 256;
/** Between messages where nothing is known of the flow. */
const BLIND_PAUSE_MS = 10;

interface ReceiveEvent {
  msg: object;
  destination: { node?: { _expectedDoneCount?: number } };
}

let labels = 0;

/** Counts the messages of one source on their way through the flow. Whoever makes it closes it. */
export class FlowPace {
  private readonly unfinished = new Set<object>();
  private readonly hooks: NodeAPI['hooks'] | undefined;
  private readonly label = `earshot-pace-${++labels}`;
  private window = MAX_UNFINISHED;
  private wake: (() => void) | undefined;
  private closed = false;

  /** @param isOurs whether a message comes from the source, itself or through other nodes */
  constructor(RED: NodeAPI, isOurs: (msg: object) => boolean) {
    // Optional in the runtime's API; without them only a pause after every message is left.
    this.hooks = RED.hooks as NodeAPI['hooks'] | undefined;
    this.hooks?.add(`onReceive.${this.label}`, ({ msg, destination }: ReceiveEvent) => {
      // A node of the old kind never says that it is done (its handler takes no `done`).
      if (isOurs(msg) && destination.node?._expectedDoneCount !== 0) this.unfinished.add(msg);
    });
    this.hooks?.add(`onComplete.${this.label}`, ({ msg }: { msg: object }) => {
      if (!this.unfinished.delete(msg)) return;
      this.window = MAX_UNFINISHED;
      if (this.hasRoom()) this.wake?.();
    });
  }

  /** Waits, after a send, until the flow has room for another message. Always lets other work run first. */
  async room(): Promise<void> {
    // Once for the message to be delivered, once for what the receiver sends on.
    await nextTurn();
    await nextTurn();
    if (!this.hooks) await pause(BLIND_PAUSE_MS);
    while (!this.hasRoom() && !this.closed) {
      const finishedSome = await this.waitForFinish();
      if (finishedSome || this.closed) continue;
      this.unfinished.clear();
      this.window = Math.min(MAX_WINDOW, this.window * 2);
    }
  }

  close(): void {
    this.closed = true;
    this.hooks?.remove(`*.${this.label}`);
    this.unfinished.clear();
    this.wake?.();
  }

  private hasRoom(): boolean {
    return this.unfinished.size < this.window;
  }

  /** False where nothing has finished for STALL_MS. */
  private waitForFinish(): Promise<boolean> {
    return new Promise(resolve => {
      const timer = setTimeout(() => resolve(false), STALL_MS);
      this.wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}

const pause = (milliseconds: number): Promise<void> => new Promise(resolve => setTimeout(resolve, milliseconds));
const nextTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));
