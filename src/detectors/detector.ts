// What a detector is: something that is fitted to examples, scores what comes later, and keeps what it learnt in a model
// file. One folder each beside this file; registry.ts lists them, test/detectors/common.test.ts holds what all promise.

import type { EngineSettings } from '../engine/compute-engine';
import type { FrontEnd } from '../messages';
import type { JsonObject } from '../store/json';
import type { Tensor } from '../store/safetensors';
import type { Drawing, DrawingRequest } from './drawing';
import type { Segment, SegmentScore } from './model';
import type { ExampleSource } from './vae/input-scale';
import type { SharedEngines } from './vae/shared-engines';

/** What a detector keeps in a model file: numbers as tensors, named as it likes, and everything else as JSON. */
export interface Part {
  tensors: Record<string, Tensor>;
  facts: JsonObject;
}

/** Who waits for a fit. */
export interface FitWatch<Progress> {
  tell(progress: Progress): void;
  /** Asked now and then; when it says so, the fit throws Cancelled. */
  cancelled(): boolean;
}

/** What a fit came to. */
export interface Fit<Report> {
  part: Part;
  report: Report;
  /** What is wrong with it, and what to change; one sentence or two each. */
  warnings: string[];
  /** Gives back the memory that the part's tensors lie in. */
  close?(): Promise<void>;
}

/** What was learnt, ready to score. */
export interface Fitted<Item, Verdict> {
  /** Memory that it takes, bytes. */
  readonly bytes: number;
  /** Judges items, in their order; what stands beside an item does not matter. */
  score(items: readonly Item[]): Verdict[] | Promise<Verdict[]>;
  close?(): void | Promise<void>;
}

/**
 * @typeParam Examples what it learns from; of several recordings, in the order in which they were heard
 * @typeParam Settings plain JSON, as it travels to the thread
 * @typeParam Context what else it needs to be loaded
 */
export interface Detector<
  Examples,
  Settings,
  Progress,
  Outcome extends Fit<unknown>,
  Learnt,
  Context extends unknown[] = [],
> {
  /** Names its part of a model file. */
  readonly id: string;
  /**
   * Learns. Synchronous where it can be: runs in a thread of its own.
   * @throws UserError `too-few-examples` where there are too few, `diverged`; Cancelled
   */
  fit(examples: Examples, settings: Settings, watch: FitWatch<Progress>): Outcome | Promise<Outcome>;
  /**
   * Takes up again what was fitted; the same scores come out, bit for bit.
   * @throws Error saying in what the part does not fit itself
   */
  load(part: Part, ...context: Context): Learnt;
}

/** What a segment detector's part is loaded with. */
export interface LoadContext {
  /** Settings of the spectrograms that the model was trained on; those of segments are the same. */
  frontEnd: FrontEnd;
  /** Engines for networks; models share them. */
  engines: SharedEngines;
  engine?: EngineSettings;
}

/** Spectrograms of normal sound, all with the same settings. */
export interface Examples extends ExampleSource {
  readonly frontEnd: FrontEnd;
}

/** What a segment detector's fit came to. */
export interface SegmentFit<Report = object> extends Fit<Report> {
  /**
   * How normal sound scores, by the id of the score's kind: scores that no model gave to what it learnt from, wherever
   * there are enough examples for that.
   */
  scores: Record<string, Float64Array>;
}

/** A segment detector that has learnt; also says which part of a segment is unusual, where it is asked to. */
export interface FittedSegments extends Fitted<Segment, Omit<SegmentScore, 'latent'> & { latent?: number[] }> {
  /** Makes up spectrograms, where it can. */
  draw?(request: DrawingRequest): Promise<Drawing[]>;
}

/** Learns what is normal from spectrograms: what vae-train trains and vae-score scores with. */
export interface SegmentDetector<Settings = unknown, Progress = unknown, Report = object>
  extends Detector<Examples, Settings, Progress, SegmentFit<Report>, FittedSegments, [LoadContext]> {
  /** Fewer are refused. */
  readonly leastExamples: number;
}
