// A trained model out of its file, ready to score: plain objects that any thread can hold. Opening costs the weights'
// memory; what computes with them is shared between models (vae/shared-engines.ts).
import type { EngineSettings } from '../engine/compute-engine';
import type { SpectrogramInfo } from '../messages';
import { readModelFile } from '../store/model-file';
import type { Drawing, DrawingRequest } from './vae/drawing';
import type { Surprise } from './vae/explain';
import type { SharedEngines } from './vae/shared-engines';
import { VaeModel } from './vae/vae-model';

/** A segment to be scored. */
export interface Segment {
  /** dB or 0…1, row-major [bins][frames]. */
  values: Float32Array;
  info: SpectrogramInfo;
  /** Also say which part of it is unusual. */
  explain?: boolean;
}

/** What a model says of a segment. */
export interface SegmentScore {
  /** By the id of the score's kind. */
  scores: Record<string, number>;
  /** μ */
  latent: number[];
  explanation?: Surprise;
}

export interface LoadedModel {
  /** Memory that the weights take, until `close`. */
  readonly bytes: number;
  /**
   * Scores segments, in their order. Whatever else has the engines work meanwhile, the scores are the same bit for bit.
   * @throws UserError `memory`, `tensorflow-not-installed` or `tensorflow-not-loaded`
   */
  score(segments: readonly Segment[]): Promise<SegmentScore[]>;
  /** @throws UserError `no-prior`, or as `score` */
  draw(request: DrawingRequest): Promise<Drawing[]>;
  /** Gives the weights' memory back. The engines stay, for other models. */
  close(): void;
}

/**
 * Reads and checks a model file. Synchronous, about a second per 300 MB: for worker threads.
 * @param engines what computes; several models may share them
 * @throws UserError `model-damaged`, `model-newer-format` or `model-unreadable`, naming the file
 */
export function openModel(file: string, engines: SharedEngines, settings?: EngineSettings): LoadedModel {
  const { tensors, metadata } = readModelFile(file);
  return VaeModel.of(file, tensors, metadata, engines, settings);
}
