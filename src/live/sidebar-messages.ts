// What Node-RED and the sidebar in a browser say to each other: published events, and answers of routes. Types alone, for
// both sides.
import type { ToldScore } from '../alarm/score-history';
import type { Histogram } from '../stats/histogram';
import type { AlarmNotice } from './alarm-list';
import type { ThresholdInUse } from './model-view';
import type { Level } from './source-view';
import type { CurvePoint, Training } from './training';

/** `audio-anomaly/source/ID`, several times a second while somebody looks. */
export interface SourceEvent {
  /** Number of the next frame of the running spectrogram, and which format it has (StripFormat.epoch). */
  end: number;
  epoch: number;
  /** Since the last event; left out where no sound came. */
  level?: Level;
}

/** `audio-anomaly/model/ID`, when there is something new. */
export interface ModelEvent {
  /** Index of the first of `scores`. */
  from: number;
  scores: ToldScore[];
  training?: Training;
  /** The newest of the training's curve. */
  point?: CurvePoint;
  threshold?: ThresholdInUse;
  /** Counts changes of the list of alarms. */
  alarmsChanged: number;
}

/** What is looked at, by id. */
export interface Watched {
  source?: string;
  model?: string;
}

/** Which of them are deployed, and for how many seconds that holds. */
export interface WatchAnswer {
  seconds: number;
  source: boolean;
  model: boolean;
}

/** All that is known of a model but for its scores. */
export interface ModelAnswer {
  name: string;
  /** null before the first training. */
  version: number | null;
  kind: string;
  /** Scores of normal segments, of that kind. */
  normal: Histogram | null;
  /** Segments marked as normal. */
  marked: number;
  training: Training | null;
  curve: CurvePoint[];
  threshold: ThresholdInUse | null;
  /** Newest first. */
  alarms: AlarmNotice[];
  alarmsChanged: number;
}

/** After an alarm was marked as normal, or unmarked. */
export interface MarkAnswer {
  normal: boolean;
  marked: number;
}
