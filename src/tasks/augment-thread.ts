// A thread that makes altered copies of sounds.
import { join } from 'node:path';
import type { AugmentSettings } from '../dsp/augment';
import { RequestThread } from '../threads/request-thread';
import { copyInTurns } from '../threads/turns';
import type { AugmentedSound, AugmentRequest } from './augment-worker';

export class AugmentThread {
  private readonly thread = new RequestThread<AugmentRequest, AugmentedSound>(
    join(__dirname, 'augment-worker.js'),
    'alters sounds',
  );

  constructor(
    private readonly settings: AugmentSettings,
    private readonly seed: number,
  ) {}

  /**
   * Altered copy number `copy` of a sound: the same each time. Ask again only after the answer.
   * @throws UserError `thread-failed` or `closed`
   */
  async alter(pcm: Float32Array, sampleRate: number, copy: number): Promise<AugmentedSound> {
    const { settings, seed } = this;
    // A copy of the samples: the memory may be shared with other messages.
    const own = await copyInTurns(pcm);
    return this.thread.ask({ pcm: own, sampleRate, settings, seed, copy }, [own.buffer]);
  }

  close(): Promise<void> {
    return this.thread.close();
  }
}
