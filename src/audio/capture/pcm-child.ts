// A child process that records: PCM on one of its pipes, words on its standard error. Owns the process from start to
// its end and sees to it that nothing is left of it.
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { PcmDecoder, type PcmFormat } from './pcm-decoder';

/** SIGINT first, so that the device is closed in order; then SIGKILL. */
const KILL_AFTER_MS = 1000;
const MAX_LINE = 500;
/** arecord's list of available formats is long. */
const KEPT_LINES = 60;

export interface PcmChildOptions {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  format: PcmFormat;
  /** The file descriptor the PCM comes from: 1, or 3 where standard output is not the recorder's own. */
  pcmDescriptor: 1 | 3;
  /** Opens a message channel to a Node.js child. */
  messages?: (message: unknown) => void;
  data(pcm: Float32Array): void;
  /** One line of standard error. */
  line(text: string): void;
  /** The process is gone or could not be started (`error`). Not called after `stop()`. */
  exit(end: { error?: NodeJS.ErrnoException; lines: string[] }): void;
}

export class PcmChild {
  /** The last lines of standard error. */
  private readonly lines: string[] = [];
  private readonly child: ChildProcess;
  private readonly gone: Promise<void>;
  private stopping = false;

  constructor(private readonly options: PcmChildOptions) {
    this.child = spawn(options.command, options.args, { env: options.env, stdio: stdioOf(options) });
    this.gone = new Promise(resolve => {
      const end = (error?: NodeJS.ErrnoException) => {
        resolve();
        if (this.stopping) return;
        this.stopping = true;
        options.exit({ error, lines: this.lines });
      };
      this.child.on('error', error => {
        // Also emitted where a signal could not be sent; only a process that never started ends here.
        if (this.child.pid === undefined) end(error);
      });
      this.child.on('close', () => end());
    });
    const pcm = this.child.stdio[options.pcmDescriptor] as Readable | null;
    const decoder = new PcmDecoder(options.format);
    pcm?.on('data', (chunk: Buffer) => {
      if (!this.stopping) options.data(decoder.decode(chunk));
    });
    pcm?.on('error', () => {
      // A broken pipe is the end of the process, told by 'close'.
    });
    this.readLines(this.child.stderr);
    if (options.messages) this.child.on('message', message => !this.stopping && options.messages?.(message));
  }

  /** Resolves when the process has been reaped. */
  async stop(): Promise<void> {
    this.stopping = true;
    if (this.child.pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGINT');
    const killer = setTimeout(() => this.child.kill('SIGKILL'), KILL_AFTER_MS);
    // A recorder that is blocked writing to a full pipe wakes up, and 'close' need not wait for unread sound.
    (this.child.stdio[this.options.pcmDescriptor] as Readable | null)?.destroy();
    await this.gone;
    clearTimeout(killer);
  }

  private readLines(stream: Readable | null): void {
    let text = '';
    const take = (line: string) => {
      if (line.trim() === '') return;
      this.lines.push(line);
      if (this.lines.length > KEPT_LINES) this.lines.shift();
      if (!this.stopping) this.options.line(line);
    };
    stream?.setEncoding('utf8');
    stream?.on('data', (piece: string) => {
      const parts = (text + piece).split('\n');
      text = (parts.pop() ?? '').slice(0, MAX_LINE);
      for (const part of parts) take(part.slice(0, MAX_LINE));
    });
    stream?.on('end', () => take(text));
  }
}

function stdioOf({ pcmDescriptor, messages }: PcmChildOptions): StdioOptions {
  const stdio: ('ignore' | 'pipe' | 'ipc')[] = ['ignore', pcmDescriptor === 1 ? 'pipe' : 'ignore', 'pipe'];
  if (pcmDescriptor === 3) stdio.push('pipe');
  if (messages) stdio.push('ipc');
  return stdio;
}
