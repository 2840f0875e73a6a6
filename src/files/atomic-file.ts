// Files that appear whole or not at all: written under a temporary name in the same folder, flushed to the disk,
// renamed. What a crash leaves behind is recognised by its name and cleared away later.
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../errors';

const TEMPORARY = /\.[0-9a-f]{12}\.tmp$/;
/** No save takes this long; a younger temporary file may belong to another process that is saving just now. */
const LEFTOVER_AGE_MS = 10 * 60 * 1000;

/**
 * @param write fills the file behind the descriptor
 * @param failure what to throw where something goes wrong; default: a UserError `model-not-saved`
 * @throws as `failure` says; the temporary file is then gone and an older `file` is untouched
 */
export function writeAtomically(
  file: string,
  write: (fd: number) => void,
  failure: (file: string, thrown: unknown) => unknown = notSaved,
): void {
  const folder = dirname(file);
  const temporary = temporaryNameOf(file);
  try {
    makeFolder(folder);
    const fd = openSync(temporary, 'wx');
    try {
      write(fd);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, file);
    syncFolder(folder);
  } catch (thrown) {
    removeQuietly(temporary);
    throw failure(file, thrown);
  }
}

/** A file to be replaced, and what it shall hold. */
export interface Replacement {
  file: string;
  write(handle: FileHandle): Promise<void>;
  /** The name it has meanwhile, in the same folder; default: one that `removeLeftovers` knows. */
  temporary?: string;
}

/**
 * The same without holding up the thread, for files that belong together too: all are on the disk under temporary names
 * before the first takes its place, so a full disk leaves those that were there.
 * @param before called between the two
 * @throws what went wrong; the temporary files are then gone
 */
export async function replaceFiles(replacements: readonly Replacement[], before?: () => Promise<void>): Promise<void> {
  const named = replacements.map(replacement => ({ temporary: temporaryNameOf(replacement.file), ...replacement }));
  try {
    for (const { temporary, write } of named) {
      const handle = await open(temporary, 'w');
      try {
        await write(handle);
        await handle.datasync();
      } finally {
        await handle.close();
      }
    }
    await before?.();
    for (const { file, temporary } of named) await rename(temporary, file);
    for (const folder of new Set(named.map(({ file }) => dirname(file)))) await flushFolder(folder);
  } catch (thrown) {
    for (const { temporary } of named) await rm(temporary, { force: true }).catch(() => {});
    throw thrown;
  }
}

function temporaryNameOf(file: string): string {
  return `${file}.${randomBytes(6).toString('hex')}.tmp`;
}

/**
 * Makes a folder and those above it. Node.js has an option for that, which never returns where the system answers that
 * a folder cannot be made in one that is there, as /proc does.
 */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(folder).isDirectory()) return;
    if (code !== 'ENOENT' || existsSync(dirname(folder))) throw thrown;
    makeFolder(dirname(folder));
    makeFolder(folder);
  }
}

/** Makes the rename itself durable, where the system has a notion of that. */
function syncFolder(folder: string): void {
  let fd: number | undefined;
  try {
    fd = openSync(folder, 'r');
    fsyncSync(fd);
  } catch (thrown) {
    if (!isUnflushable(thrown)) throw thrown;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

async function flushFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch (thrown) {
    if (!isUnflushable(thrown)) throw thrown;
  } finally {
    await handle?.close();
  }
}

/** Windows and some network file systems cannot flush a folder; they order the rename themselves. */
function isUnflushable(thrown: unknown): boolean {
  const { code } = thrown as NodeJS.ErrnoException;
  return ['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP'].includes(code ?? '');
}

const ADVICE: Record<string, string> = {
  ENOSPC: 'The disk is full: free some space',
  EDQUOT: "The user's disk quota is used up: free some space",
  EACCES: "Node-RED's user may not write there: change the folder's permissions or choose another folder",
  EPERM: "Node-RED's user may not write there: change the folder's permissions or choose another folder",
  EROFS: 'The disk is mounted read-only: choose another folder',
  ENOTDIR: 'A part of the path is a file: choose another folder',
  EEXIST: 'A file of that name is in the way of the folder: choose another folder',
  EISDIR: 'A folder of that name is in the way of the file: choose another folder',
};

/** What to do about a failed write, by the system's error code. */
export function writeAdvice(thrown: unknown): string {
  return ADVICE[(thrown as NodeJS.ErrnoException).code ?? ''] ?? 'Check the disk and the folder';
}

function notSaved(file: string, thrown: unknown): UserError {
  if (thrown instanceof UserError) return thrown;
  const { message } = thrown as Error;
  return new UserError(
    'model-not-saved',
    `The model file ${file} was not saved: ${message}. ${writeAdvice(thrown)}, then train again. Earlier versions are untouched.`,
    { cause: thrown },
  );
}

/** Removes temporary files that a crash left in `folder`; never throws. */
export function removeLeftovers(folder: string, now = Date.now()): void {
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    return; // no folder, no leftovers
  }
  for (const name of names) {
    if (!TEMPORARY.test(name)) continue;
    const file = join(folder, basename(name));
    try {
      if (now - statSync(file).mtimeMs > LEFTOVER_AGE_MS) rmSync(file, { force: true });
    } catch {
      // another process was faster
    }
  }
}

function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // it stays as a leftover for `removeLeftovers`
  }
}
