// One trainer at a time per model, across processes, containers and computers: a file that names its holder and is linked
// into place whole. It is taken over from a holder that is gone. Where nobody can tell whether it is, because it runs
// elsewhere, the file is watched: a holder touches it every few seconds. No clocks are compared.
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { UserError } from '../errors';
import { writeAtomically, writeNew } from '../files/atomic-file';
import { isNeighbour, isRunning, type ProcessIdentity, thisProcess } from '../files/process-identity';
import { writeAdvice } from '../files/write-advice';

interface Holder extends ProcessIdentity {
  owner: string;
  /** ISO 8601, by the holder's clock; for people. */
  since: string;
  /** No two locks are alike. */
  id: string;
}

export interface LockTimes {
  /** How often a holder touches its file. */
  beatMs: number;
  /** Untouched for so long while somebody watches, a lock counts as left behind. */
  silenceMs: number;
}

const TIMES: LockTimes = { beatMs: 5000, silenceMs: 30_000 };

/** So often may others be faster, or a file that cannot be read be in the way. */
const MOST_TRIES = 100;

export interface LockOptions {
  /** Told again and again while it is watched whether a holder elsewhere is still there. */
  onWatch?(owner: string, secondsLeft: number): void;
  /** Ends the watching. */
  signal?: AbortSignal;
  times?: LockTimes;
}

/**
 * Takes the lock. Call it from the main thread: its timer keeps the lock alive, and a worker that is ended from
 * outside could not give it back.
 * @param owner says who it is in the error another trainer gets
 * @returns gives the lock back; may be called twice
 * @throws UserError `busy` naming the holder, `model-not-saved` where the lock file cannot be written; AbortError
 */
export async function takeLock(file: string, owner: string, options: LockOptions = {}): Promise<() => void> {
  const mine: Holder = {
    ...{ owner, since: new Date().toISOString() },
    ...{ ...thisProcess(), id: randomBytes(8).toString('hex') },
  };
  const text = JSON.stringify(mine);
  await acquire(file, text, options);
  const beat = setInterval(() => touch(file, text), (options.times ?? TIMES).beatMs);
  beat.unref();
  return () => {
    clearInterval(beat);
    if (contentOf(file) === text) rmSync(file, { force: true });
  };
}

/** Returns when the lock is this process's. */
async function acquire(file: string, text: string, options: LockOptions): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    if (writeNew(file, fd => writeFileSync(fd, text), notLocked)) return;
    const found = contentOf(file);
    // Given back just now; or a network share took the link and lost the answer.
    if (found === undefined) continue;
    if (found === text) return;
    if (!(await isLeft(file, found, options))) {
      if (contentOf(file) !== undefined) throw busy(file, holderOf(contentOf(file)));
    } else if (await takeOver(file, found, text, options)) return;
  }
  throw busy(file, undefined);
}

/**
 * Puts this process's lock in the place of one that was left. Only who holds the lock for that may do so: another could
 * have done it since, and lose its own.
 * @returns false where another has been faster
 */
async function takeOver(file: string, left: string, text: string, options: LockOptions): Promise<boolean> {
  const permit = `${file}.take-over`;
  await acquire(permit, text, options);
  try {
    if (contentOf(file) !== left) return false;
    writeAtomically(file, fd => writeFileSync(fd, text), notLocked);
    return true;
  } finally {
    rmSync(permit, { force: true });
  }
}

async function isLeft(file: string, found: string, options: LockOptions): Promise<boolean> {
  const holder = holderOf(found);
  const running = holder && isRunning(holder, dirname(file));
  return running === undefined ? isSilent(file, holder, options) : !running;
}

/** Watches a lock for some time: false as soon as anything about it changes. */
async function isSilent(
  file: string,
  holder: Holder | undefined,
  { onWatch, signal, times = TIMES }: LockOptions,
): Promise<boolean> {
  const before = stateOf(file);
  const end = performance.now() + times.silenceMs;
  for (;;) {
    const left = end - performance.now();
    if (left <= 0) return true;
    onWatch?.(holder?.owner ?? UNKNOWN, Math.ceil(left / 1000));
    await pause(Math.min(left, times.beatMs / 5), undefined, { signal, ref: false });
    if (stateOf(file) !== before) return false;
  }
}

/** @returns undefined where there is no such file */
function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw notLocked(file, thrown);
  }
}

/** What a holder's touch changes. Reading first has a network share ask for the present state. */
function stateOf(file: string): string {
  const content = contentOf(file);
  const stats = statSync(file, { throwIfNoEntry: false });
  return `${content} ${stats?.ino} ${stats?.mtimeMs}`;
}

function touch(file: string, text: string): void {
  try {
    const now = new Date();
    if (contentOf(file) === text) utimesSync(file, now, now);
  } catch {
    // The folder was removed; the training will fail where it saves and say so.
  }
}

/** Undefined where the file was damaged, or is being written where there are no links. */
function holderOf(content = ''): Holder | undefined {
  try {
    return JSON.parse(content) as Holder;
  } catch {
    return undefined;
  }
}

const UNKNOWN = 'another trainer';

function busy(file: string, holder: Holder | undefined): UserError {
  const { owner = UNKNOWN, pid = '?', since = '?' } = holder ?? {};
  const where = !holder || isNeighbour(holder) ? '' : ' in another container or on another computer';
  return new UserError(
    'busy',
    `The model is being trained by ${owner}; expected one trainer at a time. Process ${pid}${where} has been at it since ${since} and holds ${file}. Wait until it has finished, or stop it; what was collected here is kept.`,
  );
}

function notLocked(file: string, thrown: unknown): UserError {
  if (thrown instanceof UserError) return thrown;
  const { message } = thrown as Error;
  return new UserError(
    'model-not-saved',
    `The model cannot be trained: its lock file ${file} cannot be written: ${message}. ${writeAdvice(thrown)}, then train again.`,
    { cause: thrown },
  );
}
