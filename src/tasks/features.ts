// The loudness features of segments, in a thread of the pool.
import type { BlockFeatures, FeatureExtractor, FeatureSettings } from '../dsp/features';
import { ShortTask } from '../threads/short-task';

export interface FeatureOrder {
  settings: FeatureSettings;
  pcm: Float32Array;
}

export interface SegmentFeatures {
  /** Block after block; undefined for silence. */
  blocks: BlockFeatures[];
  /** Samples of a block. */
  blockSamples: number;
}

/** The features of a segment's blocks, with what `FeatureExtractor` throws. */
export const featureTask = new ShortTask<FeatureOrder, SegmentFeatures>({
  file: __filename,
  name: 'featureTask',
  what: 'computes features',
  async load() {
    const dsp = await import('../dsp/features.js');
    // The tables of the settings used last: segments nearly always have one sample rate.
    let latest: { key: string; extractor: FeatureExtractor } | undefined;
    return ({ settings, pcm }) => {
      const key = JSON.stringify(settings);
      if (latest?.key !== key) latest = { key, extractor: new dsp.FeatureExtractor(settings) };
      const { extractor } = latest;
      return { blocks: extractor.blocksOf(pcm), blockSamples: extractor.blockSamples };
    };
  },
});
