// Runs our nodes in Node-RED's runtime inside the test process (node-red-node-test-helper): fast, and with the node
// objects at hand. What only a whole Node-RED shows (editor, installation, restart) is tested through node-red.ts.
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Node, NodeStatus } from 'node-red';
import testHelper from 'node-red-node-test-helper';
import type { Message } from '#src/messages';
import { tempFolder } from './temp';
import { Inbox } from './wait';

const load = createRequire(__filename);

/** A node as it stands in a flow file. */
export interface FlowNode {
  id: string;
  type: string;
  wires?: string[][];
  [property: string]: unknown;
}

/** A node of the running flow and all that it has done since the flow started. */
export interface RunningNode {
  readonly node: Node;
  /** What a `helper` node received. */
  readonly received: Inbox<Message>;
  readonly statuses: Inbox<NodeStatus>;
  /** Messages of errors (`done(err)` and `node.error`). */
  readonly errors: Inbox<string>;
  readonly warnings: Inbox<string>;
}

export interface RunningFlow {
  readonly userDir: string;
  /** Base address of the admin API when started with `server`. */
  readonly url: string;
  at(id: string): RunningNode;
  /** Hands a message to a node as a wire would. */
  send(id: string, msg: Message): void;
  /** Stops the flow as Node-RED's shutdown does; resolves when all nodes have closed. */
  stop(): Promise<void>;
}

let running: RunningFlow | undefined;

/** All node types of the package, in the order of their folders. */
export function nodeTypes(): string[] {
  const nodes = join(__dirname, '..', '..', 'nodes');
  return readdirSync(nodes).filter(name => existsSync(join(nodes, name, 'icon.svg')));
}

const nodeFile = (type: string): unknown => load(`#nodes/${type}/${type}`);

/**
 * Starts a flow with our node types that occur in it. Nodes of type `helper` receive what is wired to them; `catch`,
 * `status` and `complete` are Node-RED's own.
 * @param flow give each node an `id`; a tab node is added where there is none
 */
export async function startFlow(
  flow: FlowNode[],
  options: { userDir?: string; server?: boolean; settings?: object } = {},
): Promise<RunningFlow> {
  await stopFlow();
  const userDir = options.userDir ?? tempFolder('userdir');
  testHelper.init(load.resolve('node-red'), { userDir, ...options.settings });
  if (options.server) await testHelper.startServer();
  const ours = nodeTypes().filter(type => flow.some(node => node.type === type));
  const tab = { id: 'tab', type: 'tab', label: 'Test' };
  const placed = flow.map(node => (node.wires || node.type === 'helper' ? { z: 'tab', wires: [], ...node } : node));
  const complete = flow.some(node => node.type === 'tab') ? flow : [tab, ...placed];
  // Statuses and errors of the start itself belong to the record: a node object exists only after its constructor.
  const records = new Map<string, RunningNode>();
  const record = (node: Node): RunningNode => {
    const known = records.get(node.id);
    if (known) return known;
    const created: RunningNode = {
      node,
      received: new Inbox(),
      statuses: new Inbox(),
      errors: new Inbox(),
      warnings: new Inbox(),
    };
    records.set(node.id, created);
    return created;
  };
  await testHelper.load(ours.map(type => watched(nodeFile(type), record)) as never, complete as never);
  for (const { id } of complete) {
    const node = testHelper.getNode(id);
    if (!node) continue;
    const { received } = record(node);
    if (complete.some(entry => entry.id === id && entry.type === 'helper')) {
      node.on('input', (msg: unknown) => received.push(msg as Message));
    }
  }
  const server = options.server === true;
  running = {
    userDir,
    url: server ? testHelper.url() : '',
    at(id) {
      const found = records.get(id);
      if (!found) throw new Error(`no node ${id} in the flow`);
      return found;
    },
    send(id, msg) {
      testHelper.getNode(id).receive(msg as never);
    },
    async stop() {
      running = undefined;
      await testHelper.unload();
      if (server) await testHelper.stopServer();
    },
  };
  return running;
}

/** Stops the flow that runs, if any; call in `afterEach`. */
export async function stopFlow(): Promise<void> {
  await running?.stop();
}

type NodeFile = (RED: { nodes: { createNode(node: Node, def: unknown): void } }) => unknown;

/** Wraps a node file so that each node's status, errors and warnings are recorded from its constructor on. */
function watched(file: unknown, record: (node: Node) => RunningNode): NodeFile {
  return RED => {
    const nodes = Object.create(RED.nodes) as typeof RED.nodes;
    nodes.createNode = (node, def) => {
      RED.nodes.createNode(node, def);
      const { statuses, errors, warnings } = record(node);
      const spyOn = <K extends 'status' | 'error' | 'warn'>(method: K, note: (argument: unknown) => void) => {
        const original = node[method] as (...args: unknown[]) => unknown;
        (node as unknown as Record<K, unknown>)[method] = (...args: unknown[]) => {
          note(args[0]);
          return original.apply(node, args);
        };
      };
      spyOn('status', status => statuses.push(status as NodeStatus));
      spyOn('error', error => errors.push(error instanceof Error ? error.message : String(error)));
      spyOn('warn', warning => warnings.push(String(warning)));
    };
    const api = Object.create(RED) as typeof RED;
    Object.defineProperty(api, 'nodes', { value: nodes });
    return (file as NodeFile)(api);
  };
}
