// What a decoder of a format gives.

/** A decoded stretch of a file. */
export interface Decoded {
  /** One array per channel, in the order of WAV files. */
  channelData: Float32Array[];
  /** Hz */
  sampleRate: number;
}

export interface Decoding {
  /** In order; none where nothing could be decoded. */
  pieces: AsyncGenerator<Decoded, void>;
  /** Samples of each channel, where the header tells. */
  samples?: number;
}
