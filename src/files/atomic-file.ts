// Files that appear whole or not at all, and are still there after a power cut: written under a temporary name in the same
// folder, flushed to the disk, put in their place; then the folder is flushed.
import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from 'node:fs';
import { type FileHandle, link, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../errors';
import { flushFolder, flushFolderSync, makeFolder } from './folder';
import { removeLeftovers, temporaryName } from './temporary';
import { writeAdvice } from './write-advice';

type Failure = (file: string, thrown: unknown) => unknown;

/**
 * Synchronous: for a worker thread. Makes the folder where it is missing.
 * @param write fills the file behind the descriptor
 * @param failure what to throw where something goes wrong; default: a UserError `model-not-saved`
 * @throws as `failure` says; the temporary file is then gone and an older `file` is untouched
 */
export function writeAtomically(file: string, write: (fd: number) => void, failure: Failure = notSaved): void {
  writeNow(file, write, renameSync, failure);
}

/**
 * The same for a file that must not replace another, whoever else may be choosing names in that folder.
 * @returns false where there is a file of that name; it is untouched
 */
export function writeNew(file: string, write: (fd: number) => void, failure: Failure = notSaved): boolean {
  let isNew = true;
  const move = (temporary: string): void => {
    isNew = moveToNewNow(temporary, file);
  };
  writeNow(file, write, move, failure);
  return isNew;
}

function writeNow(
  file: string,
  write: (fd: number) => void,
  move: (temporary: string, file: string) => void,
  failure: Failure,
): void {
  const folder = dirname(file);
  const temporary = join(folder, temporaryName('.writing'));
  try {
    makeFolder(folder);
    if (isFirstTimeIn(folder)) removeLeftovers(folder);
    const fd = openSync(temporary, 'wx');
    try {
      write(fd);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    move(temporary, file);
    flushFolderSync(folder);
  } catch (thrown) {
    removeQuietly(temporary);
    throw failure(file, thrown);
  }
}

/** A file, and what it shall hold. */
export interface FileToWrite {
  file: string;
  write(handle: FileHandle): Promise<void>;
}

/**
 * The same without holding up the thread, for files that belong together too: all are on the disk under temporary names
 * before the first takes its place, so a full disk leaves those that were there.
 * @param inOrder the place that each takes is on the disk, too, before the next takes its own
 * @throws what went wrong; the temporary files are then gone
 */
export function replaceFiles(files: readonly FileToWrite[], { inOrder = false } = {}): Promise<void> {
  return writeFiles(files, async (temporary, file) => {
    await rename(temporary, file);
    if (inOrder) await flushFolder(dirname(file));
  });
}

/**
 * The same for a file that must not replace another, whoever else may be choosing names in that folder.
 * @throws what went wrong, EEXIST where there is a file of that name
 */
export function createFile(file: FileToWrite): Promise<void> {
  return writeFiles([file], moveToNew);
}

async function writeFiles(
  files: readonly FileToWrite[],
  move: (temporary: string, file: string) => Promise<void>,
): Promise<void> {
  const folders = new Set(files.map(({ file }) => dirname(file)));
  const named = files.map(one => ({ ...one, temporary: join(dirname(one.file), temporaryName('.writing')) }));
  for (const folder of folders) {
    if (isFirstTimeIn(folder)) removeLeftovers(folder, await readdir(folder));
  }
  try {
    for (const { temporary, write } of named) {
      const handle = await open(temporary, 'wx');
      try {
        await write(handle);
        await handle.datasync();
      } finally {
        await handle.close();
      }
    }
    for (const { file, temporary } of named) await move(temporary, file);
    for (const folder of folders) await flushFolder(folder);
  } catch (thrown) {
    for (const { temporary } of named) await rm(temporary, { force: true }).catch(() => {});
    throw thrown;
  }
}

/** Of file systems without hard links: FAT, exFAT, some network shares. EISDIR is what Windows says. */
const NO_LINKS = new Set<string | undefined>(['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP', 'EISDIR']);

const codeOf = (thrown: unknown): string | undefined => (thrown as NodeJS.ErrnoException).code;

/** A link is refused where the name is taken; a file system without links can reserve it with an empty file. */
async function moveToNew(temporary: string, file: string): Promise<void> {
  try {
    await link(temporary, file);
    await rm(temporary);
  } catch (thrown) {
    if (!NO_LINKS.has(codeOf(thrown))) throw thrown;
    await (await open(file, 'wx')).close();
    await rename(temporary, file);
  }
}

/** The same at once; false where the name is taken. */
function moveToNewNow(temporary: string, file: string): boolean {
  try {
    try {
      linkSync(temporary, file);
    } catch (thrown) {
      if (!NO_LINKS.has(codeOf(thrown))) throw thrown;
      closeSync(openSync(file, 'wx'));
      renameSync(temporary, file);
    }
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw thrown;
    return false;
  } finally {
    rmSync(temporary, { force: true });
  }
  return true;
}

/** Folders that this thread has written to. A crash of another process since then is found after the next start. */
const written = new Set<string>();
const MOST_REMEMBERED = 1000;

function isFirstTimeIn(folder: string): boolean {
  if (written.has(folder)) return false;
  if (written.size >= MOST_REMEMBERED) written.clear();
  written.add(folder);
  return true;
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

function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // it stays as a leftover
  }
}
