// Child processes of tests: output kept line by line, and none outlives the test run.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { Inbox, within } from './wait';

const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** A running program and what it has printed. */
export class Program {
  readonly lines = new Inbox<string>();
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {
    children.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', line => this.lines.push(line));
    }
    this.ended = once(child, 'close').then(([code, signal]) => {
      children.delete(child);
      return { code, signal };
    });
  }

  static async start(file: string, args: string[], options: SpawnOptions = {}): Promise<Program> {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const program = new Program(file, child);
    await once(child, 'spawn');
    return program;
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Everything printed so far, for error messages. */
  get output(): string {
    return this.lines.items.join('\n');
  }

  /** Waits for a line; the error of a program that ends before holds all it printed. */
  async line(what: string, pattern: RegExp, timeout = 20_000, from = 0): Promise<string> {
    const early = this.ended.then(({ code, signal }) => {
      throw new Error(`${this.name} ended (${signal ?? code}) before: ${what}\n${this.output}`);
    });
    early.catch(() => {});
    return Promise.race([this.lines.find(what, line => pattern.test(line), { timeout, from }), early]);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Asks the program to end and returns how many milliseconds that took; kills it after `timeout` and throws. */
  async stop(timeout = 10_000, signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    const asked = performance.now();
    if (!this.running) return 0;
    this.child.kill(signal);
    try {
      await within(timeout, `end of ${this.name}`, this.ended);
    } catch (error) {
      this.child.kill('SIGKILL');
      throw new Error(`${(error as Error).message}\n${this.output}`);
    }
    return performance.now() - asked;
  }
}

/** Where to look for ports: each of the processes of `npm test` has a range of its own, so that they do not race. */
let nextPort = Number(process.env.EARSHOT_TEST_PORT ?? 0);

/** A port of the loopback interface that nothing listens on. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(nextPort && nextPort++, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') continue;
      throw error;
    }
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    return port;
  }
}
