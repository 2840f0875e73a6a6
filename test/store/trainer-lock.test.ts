// One trainer at a time per model, with real processes: in containers, killed at every step, racing for one lock, and on
// file systems without links.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Context } from 'mocha';
import { thisProcess } from '#src/files/process-identity';
import { readModelFile } from '#src/store/model-file';
import { ModelStore } from '#src/store/model-store';
import { requireSystem, skip } from '../support/system';
import { tempFolder } from '../support/temp';
import { Inbox, sleep } from '../support/wait';

const CHILD = join(__dirname, 'lock-child.cjs');
const WITHOUT_LINKS = ['python3', join(__dirname, '..', 'support', 'without-links.py')];
/** A process number space of its own, as each container has one; the host's name stays the same. */
const CONTAINER = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--mount-proc', '--kill-child'];
/** In place of an answer of a child that is gone. */
const ENDED = 'ended';
/** As in the child. */
const TIMES = { beatMs: 50, silenceMs: 1000 };

function requireContainers(context: Context): void {
  try {
    execFileSync(CONTAINER[0], [...CONTAINER.slice(1), 'true'], { stdio: 'pipe' });
  } catch (error) {
    skip(context, `process name spaces cannot be made here: ${(error as Error).message.split('\n')[0]}`);
  }
}

/** A trainer in another process. */
class Trainer {
  static readonly all = new Set<Trainer>();
  private readonly answers = new Inbox<string>();
  private asked = 1;
  readonly ended: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    Trainer.all.add(this);
    createInterface({ input: child.stdout! }).on('line', line => this.answers.push(line));
    child.stdin!.on('error', () => {});
    this.ended = once(child, 'exit').then(() => this.answers.push(ENDED));
  }

  static async start(folder: string, { inside = [] as string[], dieAt = '' } = {}): Promise<Trainer> {
    const [file, ...args] = [...inside, process.execPath, CHILD, folder, String(dieAt)];
    const trainer = new Trainer(spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] }));
    await trainer.answers.take('start', 1, undefined, { timeout: 60_000 });
    return trainer;
  }

  get pid(): number {
    return this.child.pid!;
  }

  async ask(order: string): Promise<string> {
    this.child.stdin!.write(`${order}\n`);
    const index = this.asked++;
    return (await this.answers.take(`answer to ${order}`, index + 1, undefined, { timeout: 20_000 }))[index];
  }

  /** Whether it was killed before it could answer. */
  async diesOf(order: string): Promise<boolean> {
    return (await this.ask(order)) === ENDED;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
    Trainer.all.delete(this);
  }
}

describe('the lock of a model', function () {
  this.timeout(120_000);
  let root: string;
  let store: ModelStore;
  let file: string;

  beforeEach(() => {
    root = tempFolder('locks');
    store = new ModelStore(root, 'boiler');
    mkdirSync(store.folder);
    file = join(store.folder, 'training.lock');
  });
  afterEach(async () => {
    await Promise.all([...Trainer.all].map(trainer => trainer.kill()));
  });

  const lock = async (owner = 'me') => store.lock(owner, { times: TIMES });
  const takeAndGiveBack = async () => (await lock())();
  const files = () => readdirSync(store.folder);
  /** What a holder that cannot be asked has written. */
  const foreign = () => {
    const { boot } = thisProcess();
    return JSON.stringify({ owner: 'elsewhere', since: 'today', id: '1', boot, space: '1', pid: 1, started: '1' });
  };

  it('lets one trainer in at a time and names it to the others', async () => {
    const release = await lock('vae-train "Night shift"');
    await assert.rejects(lock(), { code: 'busy', message: /^The model is being trained by vae-train "Night shift";/ });
    (await new ModelStore(root, 'pump').lock('other'))();
    release();
    release();
    await takeAndGiveBack();
    assert.deepEqual(files(), []);
  });

  it('holds against another process, until that one is gone', async () => {
    const other = await Trainer.start(root);
    assert.equal(await other.ask('lock'), 'locked');
    await assert.rejects(lock(), {
      code: 'busy',
      message: new RegExp(`trainer ${other.pid};.* Process ${other.pid} has been`),
    });
    await other.kill();
    assert.deepEqual(files(), ['training.lock'], 'the killed process left its lock');
    await takeAndGiveBack();
  });

  it('is not held by a process of an earlier boot, nor by one that has the number of one that is gone', async function () {
    if (process.platform !== 'linux') skip(this, 'only Linux tells when a process was started');
    const release = await lock();
    const content = JSON.parse(readFileSync(file, 'utf8'));
    release();
    for (const change of [{ boot: '00000000' }, { started: '12345' }]) {
      writeFileSync(file, JSON.stringify({ ...content, ...change }));
      await store.lock('me', { times: { ...TIMES, silenceMs: 1e9 } }).then(free => free());
    }
  });

  it('holds against a container of the same host’s name, which asks for it in vain and gets it from the dead', async function () {
    requireContainers(this);
    const [first, second] = [
      await Trainer.start(root, { inside: CONTAINER }),
      await Trainer.start(root, { inside: CONTAINER }),
    ];
    assert.equal(await first.ask('lock'), 'locked');
    assert.match(await second.ask('lock'), /^busy: .* in another container or on another computer/);
    await assert.rejects(lock(), { code: 'busy' });
    await first.kill();
    assert.equal(await second.ask('lock'), 'locked');
  });

  it('counts as left behind when nothing stirs, whatever the clocks say', async () => {
    for (const content of [foreign(), '', '{"ow']) {
      for (const hours of [-24, 0, 24]) {
        writeFileSync(file, content);
        const time = new Date(Date.now() + hours * 3_600_000);
        utimesSync(file, time, time);
        await store.lock('me', { times: { ...TIMES, silenceMs: 200 } }).then(free => free());
        assert.deepEqual(files(), []);
      }
    }
  });

  it('is held by a holder elsewhere that stirs, whatever its clock says', async () => {
    for (const year of [2001, 2100]) {
      writeFileSync(file, foreign());
      let second = 0;
      const beat = setInterval(() => {
        const time = new Date(Date.UTC(year, 0, 1, 0, 0, second++));
        utimesSync(file, time, time);
      }, TIMES.beatMs);
      try {
        utimesSync(file, new Date(Date.UTC(year)), new Date(Date.UTC(year)));
        await assert.rejects(lock(), { code: 'busy', message: /being trained by elsewhere/ });
      } finally {
        clearInterval(beat);
      }
    }
  });

  it('says whom it waits for, and need not be waited for', async () => {
    writeFileSync(file, foreign());
    const told: string[] = [];
    const giveUp = new AbortController();
    const onWatch = (owner: string, seconds: number) => {
      told.push(`${owner} ${seconds}`);
      if (told.length === 3) giveUp.abort();
    };
    await assert.rejects(store.lock('me', { times: { ...TIMES, silenceMs: 60_000 }, onWatch, signal: giveUp.signal }), {
      name: 'AbortError',
    });
    assert.equal(told[0], 'elsewhere 60');
    assert.equal(readFileSync(file, 'utf8'), foreign());
  });

  for (const [what, left] of [
    ['taken', false],
    ['taken over', true],
  ] as const) {
    it(`can be ${what} at once after a kill before any step of that, and is never empty`, async () => {
      const dead = await Trainer.start(root);
      await dead.ask('lock');
      const leftover = readFileSync(file);
      await dead.kill();
      for (let step = 1; ; step++) {
        if (left) writeFileSync(file, leftover);
        else await takeAndGiveBack();
        const other = await Trainer.start(root, { dieAt: String(step) });
        const died = await other.diesOf('lock');
        for (const name of files().filter(name => name.startsWith('training.lock'))) {
          assert.doesNotThrow(
            () => JSON.parse(readFileSync(join(store.folder, name), 'utf8')),
            `${name}, step ${step}`,
          );
        }
        await other.kill();
        await store.lock('me', { times: { ...TIMES, silenceMs: 1e9 } }).then(free => free());
        if (!died) return assert.ok(step > 5, `${step} steps`);
      }
    });
  }

  for (const [where, inside] of [
    ['', []],
    [' where there are no links', WITHOUT_LINKS],
  ] as const) {
    it(`goes to one of three that find one left behind${where}`, async function () {
      if (inside.length > 0) requireSystem(this, 'python3');
      const dead = await Trainer.start(root);
      await dead.ask('lock');
      const leftover = readFileSync(file);
      await dead.kill();
      const start = () => Trainer.start(root, { inside: [...inside] });
      const trainers = await Promise.all([start(), start(), start()]);
      for (let round = 0; round < 60; round++) {
        writeFileSync(file, leftover);
        const answers = await Promise.all(trainers.map(trainer => trainer.ask('lock')));
        const winners = trainers.filter((_, i) => answers[i] === 'locked');
        assert.equal(winners.length, 1, `round ${round}: ${answers.join(' | ')}`);
        assert.ok(answers.every(answer => answer === 'locked' || answer.startsWith('busy')));
        await winners[0].ask('release');
        assert.deepEqual(
          files().filter(name => name.startsWith('training')),
          [],
        );
      }
    });

    it(`is not needed for the versions of three not to replace each other${where}`, async function () {
      if (inside.length > 0) requireSystem(this, 'python3');
      const start = () => Trainer.start(root, { inside: [...inside] });
      const trainers = await Promise.all([start(), start(), start()]);
      await Promise.all(trainers.map((trainer, i) => trainer.ask(`save ${100 * i} 20`)));
      const saved = store.versions().map(version => {
        const { tensors, metadata } = readModelFile(store.pathOf(version));
        assert.equal(metadata.version, version);
        return tensors.value.data[0];
      });
      const expected = [0, 100, 200].flatMap(first => Array.from({ length: 20 }, (_, i) => first + i));
      assert.deepEqual(
        saved.sort((a, b) => a - b),
        expected,
      );
      assert.equal(files().length, 60);
    });
  }

  it('is not needed for a version to be there whole or not at all after a kill before any step', async () => {
    for (let step = 1; ; step++) {
      const other = await Trainer.start(root, { dieAt: String(step) });
      const died = await other.diesOf('save 7 1');
      for (const version of store.versions()) {
        assert.equal(readModelFile(store.pathOf(version)).tensors.value.data[0], 7, `step ${step}`);
      }
      await other.kill();
      if (!died) return assert.ok(step > 5, `${step} steps`);
      rmSync(store.folder, { recursive: true });
    }
  });

  it('does not remove a lock that someone else has taken meanwhile', async () => {
    const release = await lock();
    writeFileSync(file, foreign());
    await sleep(3 * TIMES.beatMs);
    release();
    assert.equal(readFileSync(file, 'utf8'), foreign());
  });
});
