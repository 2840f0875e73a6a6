// The message contract between the nodes: what stands in a message beside its payload. Types alone. Signals travel as
// Buffers (float32, little-endian) because Node-RED clones a message for every further wire and shares a Buffer's memory
// while doing so; hence nobody may write into a received Buffer.

/** Describes an audio segment; `msg.audio`. */
export interface AudioInfo {
  /** Hz */
  sampleRate: number;
  /** Samples in the payload (one channel). */
  samples: number;
  seconds: number;
  /** Start of the segment: milliseconds since 1970. */
  startedAt: number;
  /** Where the sound comes from: a device or a file. */
  source: string;
  /** Counts segments of one source from 0. */
  sequence: number;
  /** Input overruns (lost stretches of sound) since the segment before. */
  overruns: number;
  /** Of a microphone: how much sound was found lost since the segment before. */
  lostSeconds?: number;
  /** Where each channel of a file comes by itself: which one, from 1. */
  channel?: number;
}

export type SpectrogramScale = 'mel' | 'linear';
export type Normalize = 'model' | 'minmax' | 'range' | 'none';

/** The settings that make two spectrograms comparable: what a model was trained on and what it must be given. */
export interface FrontEnd {
  /** [bins, frames] */
  shape: [number, number];
  /** Hz */
  sampleRate: number;
  fftSize: number;
  hopLength: number;
  window: string;
  scale: SpectrogramScale;
  /** Hz */
  fMin: number;
  /** Hz; the Nyquist frequency where the node says 0. */
  fMax: number;
  normalize: Normalize;
  /** dB below a segment's loudest value that are kept; absent in those made elsewhere. */
  rangeDb?: number;
  /**
   * dB that 0 and 1 stand for where `normalize` is 'minmax' (this segment's own; of a model: the mean over its training
   * set) or 'range': what is needed to undo the scaling.
   */
  lowDb?: number;
  highDb?: number;
}

/** Describes a spectrogram; `msg.spectrogram`. `min` and `max` are those of the payload. */
export interface SpectrogramInfo extends FrontEnd {
  min: number;
  max: number;
}

/** Position of a message in a pass over files; Node-RED's own convention (`msg.parts`). */
export interface Parts {
  id: string;
  index: number;
  count?: number;
  type?: string;
}

/** `msg.score`; beside what is named here, each score that the model gives, under the id of its kind. */
export interface ScoreInfo {
  /** Which of them is the payload. */
  kind: string;
  latent: number[];
  model: {
    /** Of the audio-model node. */
    id: string;
    name: string;
    version: number;
    /** Of the model file: tells two models of one version, where the first was removed. */
    checksum: string;
  };
  [score: string]: unknown;
}

/** `msg.generated`: how a model came to draw this spectrogram. */
export interface GeneratedInfo {
  mode: 'prior' | 'reconstruct' | 'interpolate';
  /** Position among the spectrograms drawn for one message, and their number. */
  index: number;
  count: number;
  /** The latent values that it was drawn from. */
  latent: number[];
  model: ScoreInfo['model'];
}

/** Describes features; `msg.features`. */
export interface FeaturesInfo {
  /** In the order in which they stand in the payload. */
  names: string[];
  /** Length of the block they are of. */
  seconds: number;
}

/** `msg.explanation`: which part of the spectrogram the model did not expect. */
export interface Explanation {
  /** Squared error per element, float32 LE, row-major [bins][frames]. */
  error: Buffer;
  shape: [number, number];
  /** PNG: the spectrogram above, the heat map of the error below. */
  picture: Buffer;
  /** The stretch that holds most of the error. */
  peak: { fMin: number; fMax: number; fromSeconds: number; toSeconds: number };
  text: string;
}

/** `msg.anomaly` */
export interface AnomalyInfo {
  state: 'anomaly' | 'normal';
  score: number;
  threshold: number;
  method: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  source: string;
  text: string;
}

/** A file for an e-mail node (nodemailer's form); `msg.attachments`. */
export interface Attachment {
  filename: string;
  content: Buffer;
  contentType: string;
}

/** Any Node-RED message. */
export interface Message {
  _msgid?: string;
  payload?: unknown;
  topic?: string;
  filename?: string;
  label?: string;
  parts?: Parts;
  complete?: unknown;
  reset?: unknown;
  stop?: unknown;
  /** Sets the threshold of a threshold node while the flow runs. */
  threshold?: unknown;
  audio?: AudioInfo;
  spectrogram?: SpectrogramInfo;
  /** The sound that a spectrogram was made of, as `msg.payload` was, where the spectrogram node keeps it. */
  original?: unknown;
  generated?: GeneratedInfo;
  features?: FeaturesInfo;
  /** What a feature-classifier takes it for: the likeliest class, and the probability of each. */
  class?: string;
  probabilities?: Record<string, number>;
  score?: ScoreInfo;
  explanation?: Explanation;
  anomaly?: AnomalyInfo;
  attachments?: Attachment[];
  [key: string]: unknown;
}
