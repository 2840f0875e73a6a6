// One trainer at a time per model: a registry for this thread and a lock file for other processes and threads. A lock
// left by a process that is gone is taken over.
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../errors';
import { makeFolder } from '../files/folder';
import { isRunning, type ProcessIdentity, thisProcess } from '../files/process-identity';
import { writeAdvice } from '../files/write-advice';

interface LockContent extends ProcessIdentity {
  owner: string;
  /** ISO 8601 */
  since: string;
}

/** The holder touches its file this often … */
const HEARTBEAT_MS = 30_000;
/** … so that a lock of another host, or one that is not readable, counts as left behind after this long. */
const SILENCE_MS = 5 * 60_000;

const held = new Map<string, LockContent>();

/**
 * Takes the lock. Call it from the main thread: its timer keeps the lock alive, and a worker that is ended from
 * outside could not give it back.
 * @param owner says who it is in the error another trainer gets
 * @returns gives the lock back; may be called twice
 * @throws UserError `model-busy` naming the holder, `model-not-saved` where the lock file cannot be written
 */
export function takeLock(file: string, owner: string): () => void {
  const holder = held.get(file);
  if (holder) throw busy(file, holder);
  const content: LockContent = { owner, since: new Date().toISOString(), ...thisProcess() };
  try {
    makeFolder(dirname(file));
    if (!create(file, content)) {
      removeIfLeft(file);
      if (!create(file, content)) throw busy(file, read(file));
    }
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    throw new UserError(
      'model-not-saved',
      `The model cannot be trained: its lock file ${file} cannot be written: ${(thrown as Error).message}. ${writeAdvice(thrown)}, then train again.`,
      { cause: thrown },
    );
  }
  held.set(file, content);
  const heartbeat = setInterval(() => touch(file), HEARTBEAT_MS);
  heartbeat.unref();
  let released = false;
  return () => {
    if (released) return;
    released = true;
    clearInterval(heartbeat);
    held.delete(file);
    if (sameHolder(read(file), content)) rmSync(file, { force: true });
  };
}

/** False where the file exists already. */
function create(file: string, content: LockContent): boolean {
  try {
    writeFileSync(file, JSON.stringify(content), { flag: 'wx' });
    return true;
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    // A full disk takes the name but not the content.
    if (code === 'ENOSPC') rmSync(file, { force: true });
    throw thrown;
  }
}

function read(file: string): LockContent | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LockContent;
  } catch {
    return undefined; // gone, being written just now, or cut short by a crash
  }
}

const sameHolder = (a: LockContent | undefined, b: LockContent | undefined): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** Renames before removing, so that of two processes that find the same leftover only one takes it away. */
function removeIfLeft(file: string): void {
  const found = read(file);
  if (!isLeft(file, found)) return;
  const aside = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    renameSync(file, aside);
  } catch {
    return; // another process was faster
  }
  const moved = read(aside);
  // Between looking and renaming, another process may have taken the lock: give it back.
  if (!sameHolder(moved, found) && moved) create(file, moved);
  rmSync(aside, { force: true });
}

function isLeft(file: string, content: LockContent | undefined): boolean {
  const running = content && isRunning(content);
  if (running !== undefined) return !running;
  try {
    return Date.now() - statSync(file).mtimeMs > SILENCE_MS;
  } catch {
    return false; // gone meanwhile
  }
}

function touch(file: string): void {
  try {
    const now = new Date();
    utimesSync(file, now, now);
  } catch {
    // The folder was removed; the training will fail where it saves and say so.
  }
}

function busy(file: string, holder: LockContent | undefined): UserError {
  const who = holder ? `${holder.owner} (process ${holder.pid}, since ${holder.since})` : 'another trainer';
  return new UserError(
    'busy',
    `The model is being trained by ${who}; expected one trainer at a time. Wait until it has finished or stop it. If nothing is training, remove ${file}.`,
  );
}
