// A thread that makes spectrograms of long segments.
import { join } from 'node:path';
import type { SpectrogramSettings } from '../dsp/spectrogram-settings';
import { RequestThread } from '../threads/request-thread';
import { copyInTurns } from '../threads/turns';
import type { SpectrogramRequest, TimedSpectrogram } from './spectrogram-worker';

const WORKER_FILE = join(__dirname, 'spectrogram-worker.js');

/** Makes one spectrogram after another in a thread of its own. */
export class SpectrogramThread {
  private readonly thread: RequestThread<SpectrogramRequest, TimedSpectrogram>;

  constructor(workerFile = WORKER_FILE) {
    this.thread = new RequestThread(workerFile, 'makes spectrograms');
  }

  /**
   * The spectrogram of a segment, as `Spectrogram.compute`. Ask again only after the answer.
   * @param pcm is copied: its memory may be shared with other messages
   * @throws UserError what `Spectrogram` throws; `thread-failed` where the thread died; `closed` by or after close()
   */
  async compute(settings: SpectrogramSettings, pcm: Float32Array): Promise<TimedSpectrogram> {
    const copy = await copyInTurns(pcm);
    return this.thread.ask({ settings, pcm: copy }, [copy.buffer]);
  }

  /** Ends the thread, in the middle of a computation too; what was asked for fails with `closed`. */
  close(): Promise<void> {
    return this.thread.close();
  }
}
