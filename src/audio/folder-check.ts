// What a folder of sounds would give if it were read now: labels, lengths, rates, segments, and what stands in the way.
// Looks at names and headers, and of compressed files at the first block. Synchronous work, for check-worker.ts.
import { asError } from '../errors';
import { noSound, type PassOptions } from './folder-pass';
import { segmentCount } from './segment';
import { openSoundFile } from './sound-file';
import { type FileEntry, listFiles, type SkippedFile } from './sound-folder';

export interface LabelCount {
  /** Undefined for files without one. */
  label?: string;
  files: number;
  /** Of those files whose headers tell it. */
  seconds: number;
  segments: number;
}

export interface FolderCheck {
  /** With the most files first; at most MAX_LABELS. */
  labels: LabelCount[];
  /** Sound files that can be read, whatever their label. */
  files: number;
  seconds: number;
  segments: number;
  /** Labels left out of `labels`. */
  moreLabels: number;
  /** Hz and how many files, the most frequent first. */
  rates: { sampleRate: number; files: number }[];
  /** Files whose length only reading tells: neither in `seconds` nor in `segments`. */
  unknownLengths: number;
  /** Files shorter than one segment. */
  short: number;
  /** Seconds, where files go out whole and are not of one length. */
  lengths?: { least: number; most: number };
  unreadable: SkippedFile[];
  unreadableCount: number;
  /** Labels that are passed over. */
  otherLabels: string[];
  /** Whether there is more than was looked at. */
  isCut: boolean;
}

export type CheckEvent = { type: 'progress'; done: number; files: number } | { type: 'checked'; check: FolderCheck };

export const CHECK_LIMITS = { entries: 20_000, files: 5000, milliseconds: 10_000 };
const MAX_LABELS = 40;
const MAX_NAMED = 20;
/** Files that differ by less are of one length: what recorded them ends where its buffer does. */
const SAME_LENGTH_SECONDS = 0.02;
const PROGRESS_EVERY_MS = 250;

/** @throws UserError `folder`, `no-sound` */
export async function* checkFolder(options: PassOptions, limits = CHECK_LIMITS): AsyncGenerator<CheckEvent, void> {
  const end = performance.now() + limits.milliseconds;
  const isLate = (): boolean => performance.now() > end;
  const listing = listFiles(options, undefined, entries => entries < limits.entries && !isLate());
  if (listing.files.length === 0 && !listing.isCut) throw noSound(options, listing.otherLabels);
  const tally = new Tally(options, listing.otherLabels.slice(0, MAX_LABELS));
  const files = listing.files.slice(0, limits.files);
  let toldAt = performance.now();
  let done = 0;
  for (const entry of files) {
    if (isLate()) break;
    await tally.look(entry);
    done++;
    if (performance.now() - toldAt < PROGRESS_EVERY_MS) continue;
    toldAt = performance.now();
    yield { type: 'progress', done, files: files.length };
  }
  yield { type: 'checked', check: tally.result(listing.isCut || done < listing.files.length) };
}

class Tally {
  private readonly labels = new Map<string | undefined, LabelCount>();
  private readonly rates = new Map<number, number>();
  private readonly unreadable: SkippedFile[] = [];
  private unreadableCount = 0;
  private unknownLengths = 0;
  private short = 0;
  private least = Number.POSITIVE_INFINITY;
  private most = 0;

  constructor(
    private readonly options: PassOptions,
    private readonly otherLabels: string[],
  ) {}

  async look({ file, name, label }: FileEntry): Promise<void> {
    try {
      const sound = await openSoundFile(file);
      sound.close();
      this.rates.set(sound.sampleRate, (this.rates.get(sound.sampleRate) ?? 0) + 1);
      const count = this.labels.get(label) ?? { label, files: 0, seconds: 0, segments: 0 };
      this.labels.set(label, count);
      count.files++;
      if (sound.frames === undefined) this.unknownLengths++;
      else {
        const seconds = sound.frames / sound.sampleRate;
        count.seconds += seconds;
        this.least = Math.min(this.least, seconds);
        this.most = Math.max(this.most, seconds);
        count.segments += this.segmentsOf(sound.frames, sound.sampleRate, sound.channels);
      }
    } catch (thrown) {
      this.unreadableCount++;
      if (this.unreadable.length < MAX_NAMED) this.unreadable.push({ filename: name, reason: asError(thrown).message });
    }
  }

  result(isCut: boolean): FolderCheck {
    const labels = [...this.labels.values()].sort((a, b) => b.files - a.files);
    const sum = (of: (count: LabelCount) => number): number => labels.reduce((all, count) => all + of(count), 0);
    const { unreadable, unreadableCount, unknownLengths, short, otherLabels } = this;
    return {
      labels: labels.slice(0, MAX_LABELS),
      moreLabels: Math.max(0, labels.length - MAX_LABELS),
      files: sum(({ files }) => files),
      seconds: sum(({ seconds }) => seconds),
      segments: sum(({ segments }) => segments),
      rates: [...this.rates]
        .map(([sampleRate, files]) => ({ sampleRate, files }))
        .sort((a, b) => b.files - a.files)
        .slice(0, MAX_NAMED),
      lengths: this.differingLengths(),
      ...{ unknownLengths, short, unreadable, unreadableCount, otherLabels, isCut },
    };
  }

  private differingLengths(): FolderCheck['lengths'] {
    const { least, most } = this;
    const isWhole = this.options.segmentSeconds === 0;
    return isWhole && most - least > SAME_LENGTH_SECONDS ? { least, most } : undefined;
  }

  /** As a pass cuts them. */
  private segmentsOf(frames: number, fileRate: number, channels: number): number {
    const { options } = this;
    const sides = options.channels === 'each' ? channels : 1;
    if (options.segmentSeconds === 0) return sides;
    const rate = options.sampleRate || fileRate;
    const samplesOf = (seconds: number): number => Math.max(1, Math.round(seconds * rate));
    const samples = Math.ceil((frames * rate) / fileRate);
    const segmentSamples = samplesOf(options.segmentSeconds);
    const hopSamples = options.hopSeconds > 0 ? samplesOf(options.hopSeconds) : segmentSamples;
    if (samples < segmentSamples) this.short++;
    return sides * segmentCount(samples, segmentSamples, hopSamples, options.pad);
  }
}
