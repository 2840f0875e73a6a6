// A folder that recordings are written to, with a limit on files and bytes: names that never collide, and either an
// end when the folder is full or the oldest recordings making room for the newest.
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asError, UserError } from '../errors';
import { makeFolder } from '../files/folder';
import { removeLeftovers } from '../files/temporary';
import { timeStamp } from './recording-name';
import { isSoundName } from './sound-folder';
import { type WavFormat, wavBytes, writeNewWav } from './wav-write';

export type WhenFull = 'stop' | 'oldest';

export interface RecordingLimits {
  /** 0: no limit. */
  maxFiles: number;
  /** 0: no limit. */
  maxBytes: number;
  whenFull: WhenFull;
}

/** What became of a segment: written, or not because the folder is full (in words: "150 files"). */
export type Recorded = { file: string /** In the folder now. */; files: number } | { full: string };

interface Recording {
  name: string;
  bytes: number;
  modified: number;
}

/** Other programs may add and delete files. */
const REFRESH_MS = 5000;
const MEGABYTE = 1e6;

export class RecordingFolder {
  private sounds: Recording[] = [];
  private lookedUp = Number.NEGATIVE_INFINITY;

  /**
   * @param folder absolute; made with the first recording
   * @param prefix start of the names, a safe file name
   * @param refreshMs what is known of the folder is looked up again after this long
   */
  constructor(
    readonly folder: string,
    private readonly prefix: string,
    private readonly limits: RecordingLimits,
    private readonly refreshMs = REFRESH_MS,
  ) {}

  /**
   * Writes mono sound as `prefix_YYYYMMDD_HHMMSS.wav`, with _2, _3 … for further files of the same second. Call it
   * again only when the call before has ended.
   * @param startedAt milliseconds since 1970
   * @throws UserError `disk-full`, `not-writable` or `write-failed`
   */
  async record(pcm: Float32Array, sampleRate: number, startedAt: number, format: WavFormat): Promise<Recorded> {
    await this.refresh();
    const bytes = wavBytes(pcm.length, format);
    const full = await this.makeRoom(bytes);
    if (full) return { full };
    const file = await this.writeNew(startedAt, name => writeNewWav(name, pcm, sampleRate, format));
    this.sounds.push({ name: file.slice(this.folder.length + 1), bytes, modified: Date.now() });
    return { file, files: this.sounds.length };
  }

  private async refresh(): Promise<void> {
    if (performance.now() - this.lookedUp < this.refreshMs) return;
    try {
      makeFolder(this.folder);
      const names = await readdir(this.folder);
      removeLeftovers(this.folder, names);
      const sounds = names.filter(isSoundName).map(name => this.inspect(name));
      this.sounds = (await Promise.all(sounds)).filter(sound => sound !== undefined);
      this.lookedUp = performance.now();
    } catch (thrown) {
      const cause = asError(thrown);
      throw new UserError('not-writable', `${this.folder} cannot be used for recordings: ${cause.message}`, { cause });
    }
  }

  private async inspect(name: string): Promise<Recording | undefined> {
    try {
      const { size, mtimeMs } = await stat(join(this.folder, name));
      return { name, bytes: size, modified: mtimeMs };
    } catch {
      // Deleted meanwhile.
      return undefined;
    }
  }

  /** Undefined where there is room for a file of this size, made by deleting old ones where that is wanted. */
  private async makeRoom(bytes: number): Promise<string | undefined> {
    for (let full = this.fullWith(bytes); full; full = this.fullWith(bytes)) {
      const oldest = this.limits.whenFull === 'oldest' ? this.oldest() : undefined;
      if (!oldest) return full;
      await rm(join(this.folder, oldest.name), { force: true });
      this.sounds.splice(this.sounds.indexOf(oldest), 1);
    }
    return undefined;
  }

  private fullWith(bytes: number): string | undefined {
    const { maxFiles, maxBytes } = this.limits;
    const used = this.sounds.reduce((sum, sound) => sum + sound.bytes, 0);
    if (maxFiles > 0 && this.sounds.length >= maxFiles)
      return this.sounds.length === 1 ? '1 file' : `${this.sounds.length} files`;
    if (maxBytes > 0 && used + bytes > maxBytes) return `${(used / MEGABYTE).toFixed(1)} MB`;
    return undefined;
  }

  /** Only what a recorder has named so is ever deleted: other sounds in the folder are the user's. */
  private oldest(): Recording | undefined {
    const recordings = this.sounds.filter(
      ({ name }) => name.startsWith(`${this.prefix}_`) && /_\d{8}_\d{6}(_\d+)?\.wav$/.test(name),
    );
    return recordings.sort((a, b) => a.modified - b.modified || (a.name < b.name ? -1 : 1))[0];
  }

  /** @param write says whether the name was free: another recorder may have taken it meanwhile */
  private async writeNew(startedAt: number, write: (file: string) => Promise<boolean>): Promise<string> {
    const stem = join(this.folder, `${this.prefix}_${timeStamp(startedAt)}`);
    for (let number = 1; ; number++) {
      const file = number === 1 ? `${stem}.wav` : `${stem}_${number}.wav`;
      if (!(await exists(file)) && (await write(file))) return file;
    }
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
