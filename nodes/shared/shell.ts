// What every node has in common: reading its config, one way to fail (red status, done(err), nothing thrown at
// Node-RED), and one owner for what must be closed. A node file hands over three functions and keeps no such code.
import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { asError, UserError } from '../../src/errors';
import type { Message } from '../../src/messages';
import type { Handlers, Send } from './handlers';
import { PassEnds } from './pass-end';

export type { Handlers, Send } from './handlers';

type Fill = 'red' | 'green' | 'yellow' | 'blue' | 'grey';

/** Few words about what is going on, shown under the node. */
export class Status {
  private shown = '';
  constructor(private readonly node: Node) {}

  idle(text: string): void {
    this.show('grey', 'ring', text);
  }
  busy(text: string): void {
    this.show('blue', 'dot', text);
  }
  ok(text: string): void {
    this.show('green', 'dot', text);
  }
  warn(text: string): void {
    this.show('yellow', 'ring', text);
  }
  alarm(text: string): void {
    this.show('red', 'dot', text);
  }
  error(text: string): void {
    this.show('red', 'ring', text);
  }

  /** Repeats of the same status are not sent again: each one is an event to every open editor. */
  private show(fill: Fill, shape: 'ring' | 'dot', text: string): void {
    const key = `${fill}${shape}${text}`;
    if (key === this.shown) return;
    this.shown = key;
    this.node.status({ fill, shape, text });
  }
}

/** What a node's `start` is given. */
export interface Shell<Config> {
  readonly RED: NodeAPI;
  readonly node: Node;
  readonly config: Config;
  readonly status: Status;
  /** Sends outside an input handler, e.g. when a microphone delivers. */
  readonly send: Send;
  /** For failures outside an input handler: red status, and `node.error` so that Catch nodes see it. */
  fail(error: unknown, msg?: Message): Error;
}

export interface NodeType<Def extends NodeDef, Config> {
  type: string;
  /** Checks and coerces the saved properties. Throws a UserError naming the field that is wrong. */
  read(def: Def, RED: NodeAPI): Config;
  start(shell: Shell<Config>): Handlers;
  /** Credentials, settings: passed on to `RED.nodes.registerType`. */
  options?: Record<string, unknown>;
}

const passesEnds = (handlers: Handlers): handlers is Handlers & Required<Pick<Handlers, 'input' | 'end'>> =>
  handlers.input !== undefined && handlers.end !== undefined;

const MAX_STATUS = 60;

/** The first sentence of an error, short enough to stand under a node. */
export function shortMessage(error: Error): string {
  const sentence = error.message.split(/(?<=[.;:])\s|\n/, 1)[0].replace(/[.;:]$/, '');
  return sentence.length > MAX_STATUS ? `${sentence.slice(0, MAX_STATUS - 1)}…` : sentence;
}

/** Registers a node type whose instances live by the rules above. */
export function registerNode<Def extends NodeDef, Config>(RED: NodeAPI, nodeType: NodeType<Def, Config>): void {
  function construct(this: Node, def: Def): void {
    RED.nodes.createNode(this, def);
    // biome-ignore lint/complexity/noUselessThisAlias: Node-RED's constructors are called with the node as `this`.
    const node = this;
    const status = new Status(node);
    const fail = (thrown: unknown, msg?: Message): Error => {
      const error = asError(thrown);
      status.error(shortMessage(error));
      // An unexpected error's stack is what we need to mend it; a user's error is clear without.
      if (!(error instanceof UserError)) node.trace(error.stack ?? error.message);
      if (msg) node.error(error, msg as NodeMessageInFlow);
      else node.error(error);
      return error;
    };

    let handlers: Handlers;
    try {
      const config = nodeType.read(def, RED);
      handlers = nodeType.start({ RED, node, config, status, send: msg => node.send(msg as NodeMessageInFlow), fail });
      if (passesEnds(handlers)) handlers = new PassEnds(handlers);
    } catch (thrown) {
      const error = fail(thrown);
      // Configured wrongly: every message is answered with the reason, none is swallowed.
      handlers = {
        input() {
          throw error;
        },
      };
    }

    node.on('input', async (msg, send, done) => {
      try {
        if (!handlers.input) return done();
        await handlers.input(msg as Message, out => send(out as NodeMessageInFlow));
        done();
      } catch (thrown) {
        const error = asError(thrown);
        status.error(shortMessage(error));
        done(error);
      }
    });
    node.on('close', async (removed: boolean, done: () => void) => {
      try {
        await handlers.close?.(removed);
      } catch (thrown) {
        node.warn(asError(thrown).message);
      }
      done();
    });
  }
  RED.nodes.registerType(nodeType.type, construct as never, nodeType.options as never);
}
