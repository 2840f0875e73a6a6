// A trained model out of its file, ready to score: a plain object that any thread can hold. open-model.ts opens it.
import type { SpectrogramInfo } from '../messages';
import type { Drawing, DrawingRequest } from './drawing';
import type { Surprise } from './vae/explain';

/** A segment to be scored. */
export interface Segment {
  /** dB or 0…1, row-major [bins][frames]. */
  values: Float32Array;
  info: SpectrogramInfo;
  /** The id of a score's kind: also say which part of the segment that score finds unusual. */
  explain?: string;
}

/** What a model says of a segment. */
export interface SegmentScore {
  /** By the id of the score's kind. */
  scores: Record<string, number>;
  /** μ of the VAE; empty where there is none. */
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
  /** Gives the weights' memory back, and with the last model of its architecture that of the engine. */
  close(): Promise<void>;
}
