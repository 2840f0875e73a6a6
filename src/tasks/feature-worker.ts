// The worker thread of FeatureThread.
import { type BlockFeatures, FeatureExtractor, type FeatureSettings } from '../dsp/features';
import { answerRequests } from '../threads/request-worker';

export interface FeatureRequest {
  settings: FeatureSettings;
  pcm: Float32Array;
}

export interface SegmentFeatures {
  /** Block after block; undefined for silence. */
  blocks: BlockFeatures[];
  /** Samples of a block. */
  blockSamples: number;
}

let latest: { key: string; extractor: FeatureExtractor } | undefined;

/** The tables of the settings used last: a node's segments nearly always have one sample rate. */
function extractorFor(settings: FeatureSettings): FeatureExtractor {
  const key = JSON.stringify(settings);
  if (latest?.key !== key) latest = { key, extractor: new FeatureExtractor(settings) };
  return latest.extractor;
}

answerRequests<FeatureRequest, SegmentFeatures>(({ settings, pcm }) => {
  const extractor = extractorFor(settings);
  const answer = { blocks: extractor.blocksOf(pcm), blockSamples: extractor.blockSamples };
  return { answer, transfer: [] };
});
