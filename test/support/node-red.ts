// A real Node-RED in a process of its own: started on a free port in its own user directory, driven through the admin
// API, observed through its log and through the web socket that the editor listens to.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { environmentOf, type Generation, NODE_RED_4 } from './generations';
import { freePort, Program } from './processes';
import { Inbox, within } from './wait';

const load = createRequire(__filename);
// Node-RED's own web socket library, found from the package of it that depends on it.
const WebSocket = createRequire(load.resolve('@node-red/editor-api'))('ws') as typeof import('ws');

/** What Node-RED pushes to open editors: debug messages, node statuses, notifications. */
export interface EditorEvent {
  topic: string;
  data: Record<string, unknown>;
}

/** See node-red-settings.cjs; delays in milliseconds, memory in bytes, utilization of the event loop from 0 to 1. */
export interface Vitals {
  rss: number;
  eventLoop: { p50: number; p99: number; max: number; utilization: number };
  node: string;
}

export interface FlowEntry {
  id: string;
  type: string;
  [property: string]: unknown;
}

export class NodeRed {
  readonly events = new Inbox<EditorEvent>();

  private constructor(
    readonly userDir: string,
    readonly url: string,
    readonly program: Program,
    private readonly generation: Generation,
  ) {}

  /** Starts Node-RED and waits until its flows run (an empty user directory has none) and its web socket is open. */
  static async start(userDir: string, generation = NODE_RED_4): Promise<NodeRed> {
    const port = await freePort();
    const program = await Program.start(
      generation.node,
      [
        join(generation.nodeRed, 'red.js'),
        ...['--userDir', userDir, '--port', String(port)],
        ...['--settings', join(__dirname, 'node-red-settings.cjs')],
      ],
      { cwd: userDir, env: { ...environmentOf(generation), HOME: userDir, NODE_RED_HOME: undefined } },
    );
    const nodeRed = new NodeRed(userDir, `http://127.0.0.1:${port}`, program, generation);
    try {
      const patience = 60_000 * generation.slowness;
      await program.line('Node-RED to start', /Started flows|Stopped flows/, patience);
      // Node-RED 5 starts its flows before its server.
      await program.line('the server to listen', /Server now running/, patience);
      await nodeRed.listen();
    } catch (error) {
      program.signal('SIGKILL');
      throw new Error(`${(error as Error).message}\n${program.output}`);
    }
    return nodeRed;
  }

  private async listen(): Promise<void> {
    const socket = new WebSocket(`${this.url.replace('http', 'ws')}/comms`);
    socket.on('message', data => {
      const parsed: unknown = JSON.parse(String(data));
      if (Array.isArray(parsed)) for (const event of parsed) this.events.push(event);
    });
    socket.on('error', () => {});
    await within(
      30_000,
      'web socket of the editor',
      new Promise(resolve => {
        socket.once('open', resolve);
      }),
    );
    for (const topic of ['debug', 'status/#', 'notification/#']) socket.send(JSON.stringify({ subscribe: topic }));
  }

  async request(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown, headers = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method,
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  /** The answer of a GET request that must succeed. */
  async get<T>(path: string): Promise<T> {
    const response = await this.request('GET', path);
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /**
   * Deploys flows as the editor's Deploy button does and waits until they run.
   * @returns how many milliseconds the deployment took, the closing of the old nodes included
   */
  async deploy(flows: FlowEntry[], type: 'full' | 'nodes' | 'flows' | 'reload' = 'full'): Promise<number> {
    const from = this.program.lines.items.length;
    const asked = performance.now();
    const body = type === 'reload' ? {} : { flows };
    const response = await this.request('POST', '/flows', body, {
      'Node-RED-Deployment-Type': type,
      'Node-RED-API-Version': 'v2',
    });
    if (!response.ok) throw new Error(`POST /flows: ${response.status} ${await response.text()}`);
    await this.program.line('flows to start', /Started (modified )?(flows|nodes)/, 30_000, from);
    return performance.now() - asked;
  }

  /** Presses the button of an inject node. */
  async inject(id: string): Promise<void> {
    const response = await this.request('POST', `/inject/${id}`);
    if (!response.ok) throw new Error(`POST /inject/${id}: ${response.status} ${await response.text()}`);
  }

  /** Node types of a module that Node-RED has loaded, with the error of those it could not load. */
  async nodeSets(module: string): Promise<{ types: string[]; enabled: boolean; err?: string; version: string }[]> {
    const all =
      await this.get<{ module: string; types: string[]; enabled: boolean; err?: string; version: string }[]>('/nodes');
    return all.filter(set => set.module === module);
  }

  /** Next debug message of a debug node; its `msg` is the text the sidebar shows. */
  async debug(id: string, { timeout = 20_000, from = 0 } = {}): Promise<Record<string, unknown>> {
    const event = await this.events.find(
      `debug message of ${id}`,
      ({ topic, data }) => topic === 'debug' && data.id === id,
      { timeout, from },
    );
    return event.data;
  }

  /** The first status of a node, from event index `from` on, whose text fits. */
  async status(id: string, text: RegExp, { timeout = 20_000, from = 0 } = {}): Promise<string> {
    try {
      const event = await this.events.find(
        `status ${text} of ${id}`,
        ({ topic, data }) => topic === `status/${id}` && text.test(String(data?.text ?? '')),
        { timeout, from },
      );
      return String(event.data.text);
    } catch (error) {
      throw new Error(`${(error as Error).message}; its statuses: ${this.statusesOf(id).join(' | ') || 'none'}`);
    }
  }

  /** All status texts of a node so far. */
  statusesOf(id: string): string[] {
    return this.events.items.filter(event => event.topic === `status/${id}`).map(event => String(event.data?.text));
  }

  /** Errors and warnings in the log. */
  complaints(): string[] {
    return this.program.lines.items.filter(line => /\[(error|warn)\]|uncaught/i.test(line));
  }

  async vitals(reset = false): Promise<Vitals> {
    return this.get<Vitals>(`/test/vitals${reset ? '?reset' : ''}`);
  }

  /** The next start of a Node-RED that was stopped. */
  startAgain(): Promise<NodeRed> {
    return NodeRed.start(this.userDir, this.generation);
  }

  /** Stops Node-RED as a service manager does; returns how many milliseconds that took. */
  async stop(): Promise<number> {
    return this.program.stop();
  }
}
