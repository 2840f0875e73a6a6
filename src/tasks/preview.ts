// What a dialog shows of sounds while settings are chosen, in a thread of the pool: which sounds there are, one of them
// decoded, its spectrogram. Nothing is kept there, so it can be ended at any time.
import { realpathSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { FileBytes, MemoryBytes, type SoundBytes } from '../audio/file-bytes';
import { takeSegment } from '../audio/segment';
import { readClip, type SoundClip } from '../audio/sound-clip';
import { type FolderListing, type FolderSelection, listFiles } from '../audio/sound-folder';
import { frequencyAxis } from '../charts/axis';
import { type SpectrogramLevels, spectrogramLevels } from '../charts/levels';
import type { Tick } from '../charts/ticks';
import { type FrameFit, frameFit } from '../dsp/frame-fit';
import { type DetailedSpectrogramInfo, Spectrogram } from '../dsp/spectrogram';
import type { SpectrogramSettings } from '../dsp/spectrogram-settings';
import { describeValue, UserError } from '../errors';
import { assertFinite } from '../messages';
import { type Lane, ShortTask } from '../threads/short-task';
import { PREVIEW_LIMITS } from './preview-limits';

/** Names of a folder's sound files in natural order, and whether there are more. */
export interface SoundNames {
  names: string[];
  isCut: boolean;
}

/** A sound that has a file: of a folder by its name, or the bytes themselves. */
export type SoundFileOrder = { folder: FolderSelection; name: string } | { bytes: Uint8Array };

export interface SpectrogramOrder {
  settings: SpectrogramSettings;
  pcm: Float32Array;
  /** Samples: where the segment starts and how long it is; silence where the sound does not reach. */
  start: number;
  length: number;
}

export interface PreviewSpectrogram {
  info: DetailedSpectrogramInfo;
  fit: FrameFit;
  /** Mel bands that stay silent because they are narrower than the FFT's bins. */
  emptyBands: number;
  axis: { unit: string; ticks: Tick[] };
  levels: SpectrogramLevels;
}

export type PreviewRequest =
  | { kind: 'list'; folder: FolderSelection }
  | { kind: 'open'; from: SoundFileOrder; sampleRate: number }
  | ({ kind: 'draw' } & SpectrogramOrder);

export type PreviewAnswer = SoundNames | SoundClip | PreviewSpectrogram;

/** With `folder`, `no-such-sound`, `outside-folder`, `file-unreadable`, `sound-file`, and what `draw` throws. */
export const previewTask = new ShortTask<PreviewRequest, PreviewAnswer>({
  file: __filename,
  name: 'previewTask',
  what: 'makes previews',
  isSlow: true,
  memoryOf: answer => ('levels' in answer ? [answer.levels.bytes.buffer as ArrayBuffer] : []),
  load: async () => request => {
    switch (request.kind) {
      case 'list':
        return namesIn(request.folder);
      case 'open':
        return open(request.from, request.sampleRate);
      case 'draw':
        return draw(request);
    }
  },
});

/** The three questions that a dialog has, answered one after the other. */
export class PreviewLane {
  private readonly lane: Lane<PreviewRequest, PreviewAnswer> = previewTask.lane();

  /** @throws UserError `folder` */
  list(folder: FolderSelection): Promise<SoundNames> {
    return this.lane.ask(() => ({ order: { kind: 'list', folder } })) as Promise<SoundNames>;
  }

  /**
   * Decodes a sound, or as much of it as PREVIEW_LIMITS say.
   * @param from `bytes` go to the thread for good
   * @param sampleRate Hz to resample to; 0: its own
   * @throws UserError `no-such-sound`, `outside-folder`, `file-unreadable`, `sound-file`
   */
  open(from: SoundFileOrder, sampleRate: number): Promise<SoundClip> {
    const transfer = 'bytes' in from ? [from.bytes.buffer as ArrayBuffer] : [];
    return this.lane.ask(() => ({ order: { kind: 'open', from, sampleRate }, transfer })) as Promise<SoundClip>;
  }

  /**
   * The spectrogram that a spectrogram node would make, ready to be shown.
   * @param order its `pcm` lies in shared memory, so that nothing is copied
   * @throws UserError what `Spectrogram` throws; `not-finite`; `too-large`
   */
  draw(order: SpectrogramOrder): Promise<PreviewSpectrogram> {
    return this.lane.ask(() => ({ order: { kind: 'draw', ...order } })) as Promise<PreviewSpectrogram>;
  }

  /** Ends the work at hand, which fails with `cancelled`. */
  cancel(): void {
    this.lane.cancel();
  }

  close(): void {
    this.lane.close();
  }
}

const { entries, names: mostNames, listMilliseconds } = PREVIEW_LIMITS;

function list(folder: FolderSelection): FolderListing {
  const end = performance.now() + listMilliseconds;
  return listFiles(folder, undefined, looked => looked < entries && performance.now() < end);
}

function namesIn(folder: FolderSelection): SoundNames {
  const { files, isCut } = list(folder);
  return { names: files.slice(0, mostNames).map(({ name }) => name), isCut: isCut || files.length > mostNames };
}

/** Only what the folder's listing has, and nothing that a link leads out of the folder to. */
function fileIn(folder: FolderSelection, wanted: string): string {
  const found = list(folder).files.find(({ name }) => name === wanted);
  if (!found) {
    throw new UserError(
      'no-such-sound',
      `there is no sound file ${describeValue(wanted)} in the folder of this wav-folder node; choose one of the list.`,
    );
  }
  const real = realpathSync(found.file);
  const way = relative(realpathSync(folder.folder), real);
  if (way.startsWith('..') || isAbsolute(way)) {
    throw new UserError(
      'outside-folder',
      `${describeValue(wanted)} is a link that leads out of the folder; choose a file that lies in it.`,
    );
  }
  return real;
}

function bytesOf(from: SoundFileOrder): SoundBytes {
  return 'bytes' in from ? new MemoryBytes(from.bytes) : FileBytes.open(fileIn(from.folder, from.name));
}

async function open(from: SoundFileOrder, sampleRate: number): Promise<SoundClip> {
  const { seconds: maxSeconds, samples: maxSamples } = PREVIEW_LIMITS;
  const clip = await readClip(bytesOf(from), { sampleRate, maxSeconds, maxSamples });
  if (clip.pcm.length === 0) throw new UserError('sound-file', 'the file holds no sound: it has no samples.');
  return clip;
}

function draw({ settings, pcm, start, length }: SpectrogramOrder): PreviewSpectrogram {
  const spectrogram = new Spectrogram(settings);
  const segment = takeSegment(pcm, start, length, 'right');
  assertFinite(segment, 'sample');
  const fit = frameFit(spectrogram, segment.length);
  if (spectrogram.bins * fit.frames > PREVIEW_LIMITS.values) {
    throw new UserError(
      'too-large',
      `a spectrogram of ${spectrogram.bins} × ${fit.frames} values is too large for a preview; expected at most ${PREVIEW_LIMITS.values}. Choose fewer frames, a larger hop length or shorter segments.`,
    );
  }
  const { values, info } = spectrogram.compute(segment);
  const isUnit = info.normalize === 'minmax' || info.normalize === 'range';
  const { unit, ticks } = frequencyAxis(info);
  return {
    ...{ info, fit, emptyBands: spectrogram.emptyBands.length, axis: { unit, ticks } },
    levels: spectrogramLevels(values, info.shape, fit.natural, isUnit ? [0, 1] : undefined),
  };
}
