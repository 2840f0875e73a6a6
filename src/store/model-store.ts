// The versions of one model on disk: which there are, which is the newest whole one, telling when another appears,
// and one trainer at a time. What is inside a file is model-file.ts's business.
import { createHash } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors';
import { watchFolder } from '../files/folder-watch';
import { removeLeftovers } from '../files/temporary';
import { PACKAGE_VERSION } from '../version';
import {
  createModelFile,
  type ModelDescription,
  type ModelMetadata,
  readModelMetadata,
  verifyModelFile,
} from './model-file';
import { isSameModel, type ModelId, modelIdOf } from './model-id';
import type { Tensor } from './safetensors';
import { type LockOptions, takeLock } from './trainer-lock';

/** A usable version, and what was wrong with newer ones that had to be passed over. */
export interface LatestModel extends ModelId {
  metadata: ModelMetadata;
  problems: UserError[];
}

export interface LatestOptions {
  /** Also check every weight against the checksum. Takes about a second per 300 MB: for worker threads. */
  verify?: boolean;
  /** Models to leave out, e.g. one that turned out to be damaged when it was loaded. */
  except?: readonly ModelId[];
}

const VERSION_FILE = /^v(\d{4,15})\.safetensors$/;
const LOCK_FILE = 'training.lock';
const MAX_SLUG = 48;
/** Names that Windows keeps for devices. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/;

/**
 * A folder name for any model name. Plain names (lower-case letters, digits, `-`, `_`) stand for themselves; all others
 * get `~` and a hash of the name, which no plain name contains, so that two names never share a folder, on file
 * systems that ignore case neither.
 * @throws UserError `model-name` where the name is empty
 */
export function safeFolderName(name: string): string {
  if (name.trim() === '') {
    throw new UserError('model-name', 'the audio model has no name; expected one, e.g. "boiler". Open it and name it.');
  }
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, MAX_SLUG);
  if (slug === name && !RESERVED.test(slug)) return name;
  const hash = createHash('sha256').update(name, 'utf8').digest('hex').slice(0, 10);
  return `${slug || 'model'}~${hash}`;
}

export class ModelStore {
  /** Where the versions lie: `<folder>/<safe name>`; made when first needed. */
  readonly folder: string;
  private readonly keep: number;

  /**
   * @param folder where all models live
   * @param name the audio-model's name, any text
   * @param options.keep how many versions `prune` leaves
   */
  constructor(
    folder: string,
    readonly name: string,
    { keep = 3 }: { keep?: number } = {},
  ) {
    this.folder = join(folder, safeFolderName(name));
    this.keep = Math.max(1, keep);
    removeLeftovers(this.folder);
  }

  /** Ascending; empty before the first training. Files that are damaged count too. */
  versions(): number[] {
    return this.names()
      .flatMap(name => VERSION_FILE.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  }

  nextVersion(): number {
    return (this.versions().at(-1) ?? 0) + 1;
  }

  pathOf(version: number): string {
    return join(this.folder, `v${String(version).padStart(4, '0')}.safetensors`);
  }

  /**
   * The newest version that is whole and in a known format; undefined where there is none. Reads headers only, unless
   * `verify` asks for more.
   */
  latest(options: LatestOptions = {}): LatestModel | undefined {
    return this.search(options).found;
  }

  /** Why versions cannot be used, newest first, down to the one that can; for a status when `latest` finds none. */
  problems(options: LatestOptions = {}): UserError[] {
    return this.search(options).problems;
  }

  private search({ verify = false, except = [] }: LatestOptions): { found?: LatestModel; problems: UserError[] } {
    const problems: UserError[] = [];
    for (const version of this.versions().reverse()) {
      const file = this.pathOf(version);
      try {
        const metadata = verify ? verifyModelFile(file) : readModelMetadata(file);
        const id = modelIdOf(file, metadata);
        if (except.some(left => isSameModel(left, id))) continue;
        return { found: { ...id, metadata, problems }, problems };
      } catch (thrown) {
        if (!(thrown instanceof UserError)) throw thrown;
        problems.push(thrown);
      }
    }
    return { problems };
  }

  /**
   * Saves the next version, and removes those that are too old. Another process may save one at the same time: no version
   * ever takes the place of another.
   * @throws UserError `model-not-saved`
   */
  save(
    tensors: Record<string, Tensor>,
    parts: Pick<ModelDescription, 'frontEnd' | 'scores' | 'detectors'>,
  ): { version: number; file: string } {
    for (;;) {
      const version = this.nextVersion();
      const file = this.pathOf(version);
      const about = { packageVersion: PACKAGE_VERSION, name: this.name, createdAt: new Date().toISOString() };
      if (!createModelFile(file, tensors, { ...about, version, ...parts })) continue;
      this.prune();
      return { version, file };
    }
  }

  /** Removes the versions older than the newest `keep` usable ones; what cannot be removed stays. */
  prune(): void {
    let usable = 0;
    for (const version of this.versions().reverse()) {
      const file = this.pathOf(version);
      if (usable >= this.keep) rmSync(file, { force: true });
      else if (isUsable(file)) usable++;
    }
  }

  /**
   * Lets one trainer in, across processes. From the main thread, see trainer-lock.ts.
   * @param owner who trains, for the error that others get
   * @returns gives the lock back
   * @throws UserError `busy`; AbortError
   */
  lock(owner: string, options?: LockOptions): Promise<() => void> {
    return takeLock(join(this.folder, LOCK_FILE), owner, options);
  }

  /**
   * Calls back after versions have appeared, changed or gone. Several changes shortly after each other make one call.
   * @returns ends the watch
   */
  watch(onNewVersion: () => void): () => void {
    return watchFolder(this.folder, name => VERSION_FILE.test(name), onNewVersion);
  }

  private names(): string[] {
    try {
      return readdirSync(this.folder);
    } catch (thrown) {
      const { code, message } = thrown as NodeJS.ErrnoException;
      if (code === 'ENOENT') return [];
      throw new UserError(
        'model-unreadable',
        `The model folder ${this.folder} cannot be read: ${message}. Check that Node-RED's user may read it.`,
        { cause: thrown },
      );
    }
  }
}

function isUsable(file: string): boolean {
  try {
    readModelMetadata(file);
    return true;
  } catch {
    return false;
  }
}
