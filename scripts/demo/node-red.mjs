// Node-RED as a child process: start it, wait until its flows run, press an inject button, end it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const SETTINGS = join(dirname(fileURLToPath(import.meta.url)), 'settings.cjs');
const START_LIMIT_MS = 90_000;
const STOP_LIMIT_MS = 10_000;

export class NodeRed {
  /** `env` is added to this process's environment. */
  constructor({ userDir, port, env }) {
    this.url = `http://127.0.0.1:${port}`;
    const main = join(dirname(require.resolve('node-red/package.json')), 'red.js');
    this.child = spawn(process.execPath, [main, '--userDir', userDir, '--settings', SETTINGS], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    /** Resolves to the exit code (null after a signal). */
    this.exited = once(this.child, 'exit').then(([code]) => code);
  }

  /** Waits until the admin API answers and the flows have started. */
  async ready() {
    const limit = Date.now() + START_LIMIT_MS;
    while (Date.now() < limit) {
      if (this.child.exitCode !== null) throw new Error('Node-RED ended while starting; its messages above say why.');
      try {
        const answer = await fetch(`${this.url}/flows/state`, { headers: { Accept: 'application/json' } });
        if (answer.ok && (await answer.json()).state === 'start') return;
      } catch {
        // Not listening yet.
      }
      await sleep(200);
    }
    throw new Error(`Node-RED does not answer at ${this.url} after ${START_LIMIT_MS / 1000} s.`);
  }

  /** Presses an inject node's button. False where there is no such node. */
  async press(id) {
    const answer = await fetch(`${this.url}/inject/${id}`, { method: 'POST' });
    return answer.ok;
  }

  /** Ends it: asks first (which stops the flows in order), insists after a while. */
  async stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGTERM');
    const insist = setTimeout(() => this.child.kill('SIGKILL'), STOP_LIMIT_MS);
    await this.exited;
    clearTimeout(insist);
  }
}
