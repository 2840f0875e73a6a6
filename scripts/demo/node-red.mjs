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

  async get(path) {
    const answer = await fetch(`${this.url}${path}`, { headers: { Accept: 'application/json' } });
    return answer.ok ? answer.json() : undefined;
  }

  /**
   * Waits until the admin API answers and the flows have started.
   * @throws Error where it does not come to that, or where a node set of `module` could not be loaded
   */
  async ready(module) {
    const limit = Date.now() + START_LIMIT_MS;
    while ((await this.get('/flows/state').catch(() => undefined))?.state !== 'start') {
      if (this.child.exitCode !== null) throw new Error('Node-RED ended while starting; its messages above say why.');
      if (Date.now() > limit) throw new Error(`Node-RED does not answer at ${this.url}.`);
      await sleep(200);
    }
    const broken = (await this.get('/nodes')).filter(set => set.module === module && set.err);
    if (broken.length > 0) {
      throw new Error(
        `Node-RED could not load ${broken.map(({ name, err }) => `${name} (${err.message ?? err.code ?? err})`).join(', ')}.`,
      );
    }
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
