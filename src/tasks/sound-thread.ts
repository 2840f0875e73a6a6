// A thread that makes sound of pictures: Griffin-Lim takes a second or more.
import { join } from 'node:path';
import { RequestThread } from '../threads/request-thread';
import { copyInTurns } from '../threads/turns';
import type { Sound, SoundOrder } from './sound-worker';

export class SoundThread {
  private readonly thread = new RequestThread<SoundOrder, Sound>(join(__dirname, 'sound-worker.js'), 'makes sound');

  /**
   * The sound of a picture. Ask again only after the answer.
   * @throws UserError what `invertSpectrogram` throws; `thread-failed`, `cancelled` or `closed`
   */
  async make(order: SoundOrder, onProgress: (done: number) => void): Promise<Sound> {
    // Copies: the memory may be shared with other messages.
    const values = await copyInTurns(order.values);
    const original = order.original && (await copyInTurns(order.original));
    const transfer = original ? [values.buffer, original.buffer] : [values.buffer];
    return this.thread.ask({ ...order, values, original }, transfer, onProgress);
  }

  /** Ends the work at hand, which fails with `cancelled`. */
  cancel(): Promise<void> {
    return this.thread.cancel();
  }

  close(): Promise<void> {
    return this.thread.close();
  }
}
