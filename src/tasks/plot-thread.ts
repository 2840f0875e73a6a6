// The worker thread that draws pictures for all audio-plot nodes: one for all of them, as long as there is one.
import { join } from 'node:path';
import type { Figure, PictureSettings } from '../charts/figures/draw';
import { RequestThread } from '../threads/request-thread';
import { copyInTurns } from '../threads/turns';
import type { PlotAnswer, PlotRequest } from './plot-worker';

/** PNG as a Buffer, SVG as text. */
export type Picture = Buffer | string;

interface Shared {
  thread: RequestThread<PlotRequest, PlotAnswer>;
  users: number;
  /** The thread takes one request after another. */
  turn: Promise<unknown>;
}

let latest: Shared | undefined;

export class PlotThread {
  private readonly shared: Shared;
  private closed = false;

  constructor() {
    latest ??= {
      thread: new RequestThread(join(__dirname, 'plot-worker.js'), 'draws pictures'),
      users: 0,
      turn: Promise.resolve(),
    };
    this.shared = latest;
    this.shared.users++;
  }

  /**
   * @param figure its large arrays are copied: their memory may be shared with messages
   * @throws UserError what drawing throws; `thread-failed` where the thread died; `closed` after the last close()
   */
  async draw(figure: Figure, settings: PictureSettings): Promise<Picture> {
    const { shared } = this;
    const own: Record<string, unknown> = { ...figure };
    const transfer: ArrayBuffer[] = [];
    for (const [name, value] of Object.entries(own)) {
      if (!(value instanceof Float32Array)) continue;
      const copy = await copyInTurns(value);
      own[name] = copy;
      transfer.push(copy.buffer);
    }
    const answer = shared.turn.then(() => shared.thread.ask({ figure: own as unknown as Figure, settings }, transfer));
    shared.turn = answer.catch(() => {});
    const picture = await answer;
    return typeof picture === 'string' ? picture : Buffer.from(picture.buffer, picture.byteOffset, picture.byteLength);
  }

  /** Ends the thread when nobody else uses it. */
  async close(): Promise<void> {
    const { shared } = this;
    if (this.closed) return;
    this.closed = true;
    if (--shared.users > 0) return;
    if (latest === shared) latest = undefined;
    await shared.thread.close();
  }
}
