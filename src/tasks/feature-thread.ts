// A thread that computes the loudness features of segments.
import { join } from 'node:path';
import { RequestThread } from '../threads/request-thread';
import { copyInTurns } from '../threads/turns';
import type { FeatureRequest, SegmentFeatures } from './feature-worker';

export class FeatureThread {
  private readonly thread = new RequestThread<FeatureRequest, SegmentFeatures>(
    join(__dirname, 'feature-worker.js'),
    'computes features',
  );

  /**
   * The features of a segment's blocks. Ask again only after the answer.
   * @param pcm is copied: its memory may be shared with other messages
   * @throws UserError as `FeatureExtractor`; `thread-failed` where the thread died; `closed` by or after close()
   */
  async compute(settings: FeatureRequest['settings'], pcm: Float32Array): Promise<SegmentFeatures> {
    const copy = await copyInTurns(pcm);
    return this.thread.ask({ settings, pcm: copy }, [copy.buffer]);
  }

  close(): Promise<void> {
    return this.thread.close();
  }
}
