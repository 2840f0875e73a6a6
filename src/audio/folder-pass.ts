// One pass over a folder of sounds: file by file, segment by segment, with everything that goes wrong as an event
// and not as the end. Synchronous work all through, so it runs in file-worker.ts; one segment is in memory at a time.
import { statSync } from 'node:fs';
import { asError, UserError } from '../errors';
import type { SoundFile } from './file-bytes';
import { recordedAt } from './recording-name';
import { Resampler } from './resample';
import { type Pad, Segmenter, WholeSound } from './segment';
import { openSoundFile } from './sound-file';
import { type FileEntry, type FolderSelection, labelled, listFiles } from './sound-folder';

/** Samples of each channel; a block of a file at 1 kHz is 400 times as long at 384 kHz. */
const RESAMPLED_AT_ONCE = 2 ** 18;

/** What becomes of a file's channels: one sound, their mean, or each a sound of its own. */
export type Channels = 'mix' | 'each';

export interface PassOptions extends FolderSelection {
  /** Only these files (absolute paths), not the whole folder: what a watcher has found. */
  files?: string[];
  /** Hz to resample to; 0: each file's own. */
  sampleRate: number;
  /** Seconds; 0: each file is one segment. */
  segmentSeconds: number;
  /** Seconds from one segment's start to the next; 0: the length of a segment. */
  hopSeconds: number;
  pad: Pad;
  channels: Channels;
}

export interface SoundSegment {
  type: 'segment';
  /** Absolute path. */
  file: string;
  /** Relative to the folder. */
  name: string;
  label?: string;
  /** One channel, or the mean of all. */
  pcm: Float32Array;
  /** Where each channel comes by itself: which one, from 1. */
  channel?: number;
  /** Hz */
  sampleRate: number;
  /** Counts the segments of the file from 0; the channels of one stretch have the same. */
  sequence: number;
  /** Milliseconds since 1970: when the file was recorded, plus the place in it. */
  startedAt: number;
}

/** What a pass over a folder tells, whatever lies in it. */
export type FolderEvent<Segment extends { type: 'segment' }> =
  /** The folder has been looked through and holds this many files to read. */
  | { type: 'listed'; files: number }
  /** A file is being read; `index` counts from 0. */
  | { type: 'file'; index: number; files: number; name: string }
  | Segment
  /** A file of which nothing came through. */
  | { type: 'skipped'; filename: string; reason: string }
  /** A file that came through with a flaw. */
  | { type: 'flawed'; filename: string; reason: string };

export type PassEvent = FolderEvent<SoundSegment>;

/**
 * Reads the sounds of a folder in natural order.
 * @throws UserError `folder` or `no-sound` where there is nothing to read
 */
export async function* readPass(options: PassOptions): AsyncGenerator<PassEvent, void> {
  const sounds = options.files ? chosenFiles(options, options.files) : yield* listFolder(options);
  yield { type: 'listed', files: sounds.length };
  for (const [index, entry] of sounds.entries()) {
    yield { type: 'file', index, files: sounds.length, name: entry.name };
    yield* readFile(entry, options);
  }
}

function* listFolder(options: PassOptions): Generator<PassEvent, FileEntry[]> {
  const { files, others, otherLabels } = listFiles(options);
  for (const other of others) yield { type: 'skipped', ...other };
  if (files.length > 0) return files;
  throw noSound(options, otherLabels);
}

/** Why there is nothing to read in a folder. */
export function noSound(options: FolderSelection, otherLabels: string[]): UserError {
  return new UserError(
    'no-sound',
    otherLabels.length > 0
      ? `no sound file in ${options.folder} has the label ${options.onlyLabels.join(' or ')}; the labels there are ${otherLabels.slice(0, 20).join(', ')}.`
      : `no sound file in ${options.folder}${options.recursive ? '' : ' (folders within it are not looked at)'}; expected WAV, MP3, FLAC or Ogg.`,
  );
}

function chosenFiles(options: PassOptions, files: string[]): FileEntry[] {
  const entries = files.map(file => ({ file, name: file.slice(options.folder.length + 1) }));
  return labelled(entries, options.labels).filter(
    ({ label }) => options.onlyLabels.length === 0 || options.onlyLabels.includes(label ?? ''),
  );
}

async function* readFile(entry: FileEntry, options: PassOptions): AsyncGenerator<PassEvent, void> {
  let segments = 0;
  try {
    const sound = await openSoundFile(entry.file);
    try {
      const startedAt = recordedAt(entry.file) ?? statSync(entry.file).mtimeMs;
      const { sampleRate, hopSamples, cut } = cutterFor(sound, options);
      for await (const pieces of cut) {
        const offset = ((segments * hopSamples) / sampleRate) * 1000;
        const place = { sampleRate, sequence: segments++, startedAt: Math.round(startedAt + offset) };
        for (const [index, pcm] of pieces.entries()) {
          const channel = options.channels === 'each' ? index + 1 : undefined;
          yield { type: 'segment', ...entry, pcm, channel, ...place };
        }
      }
    } finally {
      sound.close();
    }
    if (segments === 0) yield { type: 'skipped', filename: entry.file, reason: shorterThan(options) };
    else for (const reason of sound.warnings) yield { type: 'flawed', filename: entry.file, reason };
  } catch (thrown) {
    const reason = asError(thrown).message;
    if (segments === 0) yield { type: 'skipped', filename: entry.file, reason };
    else yield { type: 'flawed', filename: entry.file, reason: `ends after ${segments} segments: ${reason}` };
  }
}

function shorterThan({ segmentSeconds }: PassOptions): string {
  return `shorter than one segment of ${segmentSeconds} s, and incomplete segments are dropped`;
}

/** Blocks to resampled segments, of each stretch one per channel. */
function cutterFor(sound: SoundFile, options: PassOptions) {
  const sampleRate = options.sampleRate || sound.sampleRate;
  const samplesOf = (seconds: number): number => Math.max(1, Math.round(seconds * sampleRate));
  const segmentSamples = options.segmentSeconds > 0 ? samplesOf(options.segmentSeconds) : 0;
  const hopSamples = options.hopSeconds > 0 ? samplesOf(options.hopSeconds) : segmentSamples;
  const sides = options.channels === 'each' ? sound.channels : 1;
  const lines = Array.from({ length: sides }, () => ({
    resampler: new Resampler(sound.sampleRate, sampleRate),
    cutter: segmentSamples > 0 ? new Segmenter(segmentSamples, hopSamples, options.pad, sides) : new WholeSound(sides),
  }));
  const step = Math.max(1, Math.floor((RESAMPLED_AT_ONCE * sound.sampleRate) / sampleRate));

  async function* cut(): AsyncGenerator<Float32Array[], void> {
    for await (const block of blocksOf(sound, options.channels)) {
      for (let at = 0; at < block[0].length; at += step) {
        yield* sideBySide(
          lines.map(({ cutter, resampler }, i) => cutter.push(resampler.push(block[i].subarray(at, at + step)))),
        );
      }
    }
    yield* sideBySide(lines.map(({ cutter, resampler }) => cutter.push(resampler.end())));
    yield* sideBySide(lines.map(({ cutter }) => cutter.end()));
  }
  return { sampleRate, hopSamples, cut: cut() };
}

async function* blocksOf(sound: SoundFile, channels: Channels): AsyncGenerator<Float32Array[], void> {
  if (channels === 'each') yield* sound.channelBlocks();
  else for await (const block of sound.blocks()) yield [block];
}

/** Steps through all at once: channels are equally long, so their segments are complete together. */
function* sideBySide(segments: Generator<Float32Array, void>[]): Generator<Float32Array[], void> {
  for (;;) {
    const steps = segments.map(line => line.next());
    if (steps.some(({ done }) => done)) return;
    yield steps.map(({ value }) => value as Float32Array);
  }
}
