// Spectrograms that a model draws: what is asked for, and what comes.

/** What to draw; spectrograms are row-major [bins][frames], of the kind that the model was trained on. */
export type DrawingRequest =
  | { mode: 'prior'; count: number; seed: number }
  | { mode: 'reconstruct'; spectrogram: Float32Array }
  /** The first is drawn at `from`, the last at `to`; `count` at least 2. */
  | { mode: 'interpolate'; from: Float32Array; to: Float32Array; count: number };

export interface Drawing {
  /** On the scale of the spectrograms that the model was trained on. */
  spectrogram: Float32Array<ArrayBuffer>;
  min: number;
  max: number;
  /** The latent values that it was drawn from. */
  latent: number[];
}
