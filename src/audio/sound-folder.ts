// Which sound files (or others) a folder holds, in which order, and which label each has. Looks at names only, opens no file.
import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { UserError } from '../errors';
import type { LabelRule } from './label-rule';
import { labelsOf } from './labels';

export interface FolderSelection {
  /** Absolute. */
  folder: string;
  /** Folders within the folder too. */
  recursive: boolean;
  labels: LabelRule;
  /** Files with another label are passed over; empty: all files. */
  onlyLabels: string[];
}

/** What is looked for, by name. */
export interface FileKind {
  isWanted(file: string): boolean;
  /** What lies beside such files without being one, and is passed over in silence. */
  isCompanion(file: string): boolean;
  /** Why another file is left out, in words. */
  whyNot(file: string): string;
}

export interface FileEntry {
  /** Absolute path. */
  file: string;
  /** Relative to the folder, with forward slashes. */
  name: string;
  label?: string;
}

/** A file that was not read, and why. */
export interface SkippedFile {
  filename: string;
  reason: string;
}

export interface FolderListing {
  /** In natural order: 2.wav before 10.wav. */
  files: FileEntry[];
  /** What lies there but is no such file by its name, or could not be looked at. */
  others: SkippedFile[];
  /** Labels that `onlyLabels` passed over. */
  otherLabels: string[];
  /** Whether the looking ended before everything was looked at. */
  isCut: boolean;
}

const SOUND_EXTENSIONS = ['.wav', '.wave', '.rf64', '.bw64', '.mp3', '.flac', '.ogg', '.oga', '.opus'];
/** What people keep beside recordings without taking it for one. */
const COMPANION = /^(\..*|thumbs\.db|desktop\.ini|(readme|licen[cs]e|credits|attribution)(\.[a-z]+)?|.*\.md)$/i;
const naturalOrder = new Intl.Collator('en', { numeric: true });

/** Files of a folder with their labels. */
export function labelled(files: readonly { file: string; name: string }[], rule: LabelRule): FileEntry[] {
  const labels = labelsOf(
    files.map(({ file }) => file),
    rule,
  );
  return files.map((entry, i) => ({ ...entry, label: labels[i] }));
}

/** Whether the name is that of a sound file. */
export function isSoundName(file: string): boolean {
  return SOUND_EXTENSIONS.includes(extname(file).toLowerCase()) && !basename(file).startsWith('.');
}

const SOUND_FILES: FileKind = {
  isWanted: isSoundName,
  isCompanion: file => COMPANION.test(basename(file)),
  whyNot: notASound,
};

/**
 * Lists a folder. Links are followed; a folder that was seen before (a link back up) is not entered again.
 * @param goOn asked before each entry with how many there were; the looking ends where it says no
 * @throws UserError `folder` where there is no such folder or it may not be read; as `labelsOf`
 */
export function listFiles(
  selection: FolderSelection,
  wantedKind = SOUND_FILES,
  goOn: (entries: number) => boolean = () => true,
): FolderListing {
  const seenFiles: { file: string; name: string }[] = [];
  const others: SkippedFile[] = [];
  const seen = new Set<string>();
  let entries = 0;
  let isCut = false;

  function walk(folder: string, prefix: string): void {
    const real = realpathSync(folder);
    if (seen.has(real)) return;
    seen.add(real);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const file = join(folder, entry.name);
      const name = prefix + entry.name;
      isCut ||= !goOn(entries++);
      if (isCut) return;
      try {
        visit(file, name, kindOf(file, entry));
      } catch (error) {
        others.push({ filename: file, reason: `cannot be opened: ${(error as Error).message}` });
      }
    }
  }

  function visit(file: string, name: string, kind: 'folder' | 'file' | 'other'): void {
    if (kind === 'folder') {
      if (selection.recursive && !basename(file).startsWith('.')) walk(file, `${name}/`);
    } else if (wantedKind.isWanted(file) && kind === 'file') {
      seenFiles.push({ file, name });
    } else if (!wantedKind.isCompanion(file)) {
      others.push({ filename: file, reason: kind === 'other' ? 'not a regular file' : wantedKind.whyNot(file) });
    }
  }

  checkFolder(selection.folder);
  walk(selection.folder, '');
  const found = labelled(seenFiles, selection.labels);
  const { onlyLabels } = selection;
  const wanted = found.filter(
    ({ label }) => onlyLabels.length === 0 || (label !== undefined && onlyLabels.includes(label)),
  );
  const kept = new Set(wanted);
  const otherLabels = new Set(found.filter(entry => !kept.has(entry)).map(({ label }) => label ?? '(none)'));
  return {
    files: wanted.sort((a, b) => naturalOrder.compare(a.name, b.name) || (a.name < b.name ? -1 : 1)),
    others: others.sort((a, b) => naturalOrder.compare(a.filename, b.filename)),
    otherLabels: [...otherLabels].sort(naturalOrder.compare),
    isCut,
  };
}

function checkFolder(folder: string): void {
  try {
    if (statSync(folder).isDirectory()) {
      readdirSync(folder);
      return;
    }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'no such folder' : 'this folder cannot be read';
    throw new UserError('folder', `${what}: ${folder}. ${code === 'ENOENT' ? 'Check its name.' : message}`, { cause });
  }
  throw new UserError('folder', `not a folder: ${folder}. Name the folder that the file lies in.`);
}

function kindOf(file: string, entry: Dirent): 'folder' | 'file' | 'other' {
  const real = entry.isSymbolicLink() ? statSync(file) : entry;
  if (real.isDirectory()) return 'folder';
  return real.isFile() ? 'file' : 'other';
}

function notASound(file: string): string {
  const extension = extname(file);
  return `not a sound file: its name ${extension ? `ends in ${extension}` : 'has no ending'}, expected .wav, .mp3, .flac or .ogg`;
}
