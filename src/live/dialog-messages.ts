// What Node-RED answers to the dialogs of nodes: types alone, for the routes and for the browser.
import type { Replay } from '../alarm/replay';
import type { Threshold } from '../alarm/threshold-rules';
import type { CheckEvent } from '../audio/folder-check';
import type { SoundLevel } from '../audio/sound-meter';
import type { Histogram } from '../stats/histogram';
import type { PreviewSpectrogram, SoundNames } from '../tasks/preview';
import type { TimePerSegment } from '../tasks/time-estimate';
import type { SoundFrames } from './sound-frames';

/** In place of anything else: what went wrong, in words. */
export interface ProblemLine {
  problem: string;
}

/** A line of what wav-folder's check tells. */
export type CheckLine = CheckEvent | ProblemLine;

/** A line of what is heard while a microphone is tried. */
export type ListenLine =
  /** It begins; `through` is the name of the node that has the device open. */
  | { listening: { seconds: number; sampleRate: number; through?: string } }
  /** The level of the last moment, and of all so far. */
  | { now: SoundLevel; all: SoundLevel }
  | { spectrogram: SoundFrames }
  /** The next piece of a WAV file, base64. */
  | { wav: string }
  | ProblemLine;

/** What a threshold would do. */
export interface ThresholdPreview {
  model: { name: string; version: number };
  normal: Histogram;
  threshold: Omit<Threshold, 'text'>;
  /** Normal segments seen that lie above. */
  above: number;
  /** Normal segments expected above it in a day, null where that cannot be told; whether it goes beyond what was seen. */
  perDay: number | null;
  extrapolated: boolean;
  /** From one segment to the next: what `perDay` goes by. */
  everySeconds: number;
  /** The last scores of this kind by this version, replayed; `since` is the time of the first, ms since 1970. */
  recent: Replay & { since: number };
}

/** A source of sound before a spectrogram node. */
export interface PreviewSource {
  id: string;
  /** The last segment that it brought. */
  segment?: { from: string; seconds: number; sampleRate: number; at: number };
  /** The files of a wav-folder node that is deployed, or why they cannot be listed. */
  files?: SoundNames;
  problem?: string;
}

/** A sound that has been chosen for a preview. */
export interface ChosenSound {
  name: string;
  seconds: number;
  sampleRate: number;
  /** Whether there is more of it than was read. */
  isCut: boolean;
  warnings: string[];
}

/** A spectrogram as bytes, base64: bin after bin, the lowest frequency first. */
export type SpectrogramBytes = Omit<PreviewSpectrogram['levels'], 'bytes'> & { bytes: string };

/** The spectrogram of a stretch of that sound. */
export type PreviewAnswer = Omit<PreviewSpectrogram, 'levels'> & { levels: SpectrogramBytes };

/** How long one segment takes in one epoch of a training. */
export interface TimeEstimate extends TimePerSegment {
  threads: number;
}
