// The audio-augment node: passes each segment on, and after it copies that differ as another recording might. They are
// made in a thread of the pool.
import type { NodeAPI, NodeDef } from 'node-red';
import type { AugmentSettings } from '../../src/dsp/augment';
import { bufferOf, type Message, readAudioInTurns } from '../../src/messages';
import { augmentTask } from '../../src/tasks/augment';
import { copyInTurns } from '../../src/threads/turns';
import { isLast } from '../shared/collecting';
import { MessageQueue } from '../shared/message-queue';
import { endOfPass } from '../shared/pass-end';
import { readFields } from '../shared/read-fields';
import { type Handlers, registerNode, type Send, type Shell } from '../shared/shell';
import { fields } from './fields';

interface Config {
  settings: AugmentSettings;
  copies: number;
  seed: number;
}

/** Several minutes of sound; a wav-folder node waits for this one before it sends more. */
const QUEUE_LIMITS = { jobs: 256, bytes: 128 * 2 ** 20 };

function read(def: NodeDef): Config {
  const { name, copies, seed, ...settings } = readFields(fields, def);
  return { settings, copies, seed };
}

class Augmenter implements Handlers {
  private readonly queue = new MessageQueue(QUEUE_LIMITS, 'segment', msg => this.end(msg));
  private readonly lane = augmentTask.lane();
  private closed = false;
  private sent = 0;

  constructor(private readonly shell: Shell<Config>) {}

  async input(msg: Message, send: Send): Promise<void> {
    try {
      if (isOrder(msg)) return await this.queue.handle(msg, send, async () => send(msg));
      await this.queue.handle(msg, send, watched => this.work(msg, watched));
    } catch (error) {
      if (!this.closed) throw error;
    }
  }

  end(msg: Message): Message {
    this.sent = 0;
    return endOfPass({ ...msg, ...this.place(msg, this.shell.config.copies) });
  }

  close(): void {
    this.closed = true;
    this.queue.close();
    this.lane.close();
  }

  private async work(msg: Message, send: Send): Promise<void> {
    const { pcm, info } = await readAudioInTurns(msg);
    if (this.closed) return;
    const { copies, settings, seed } = this.shell.config;
    const { sampleRate } = info;
    send({ ...msg, ...this.place(msg, 0) });
    for (let copy = 1; copy <= copies && !this.closed; copy++) {
      const altered = await this.lane.ask(async () => {
        // A copy of the samples: the memory may be shared with other messages.
        const own = await copyInTurns(pcm);
        return { order: { pcm: own, sampleRate, settings, seed, copy }, transfer: [own.buffer] };
      });
      if (this.closed) return;
      const { augmentation } = altered;
      send({
        ...msg,
        payload: bufferOf(altered.pcm),
        augmentation: { copy, ...augmentation },
        ...this.place(msg, copy),
      });
    }
    this.showStatus(isLast(msg));
  }

  /** Where a copy stands in the pass: only the last copy of the last segment ends it. */
  private place({ parts, complete }: Message, copy: number): Pick<Message, 'parts' | 'complete'> {
    const each = this.shell.config.copies + 1;
    const place: Pick<Message, 'parts' | 'complete'> = {};
    if (parts) {
      const { index, count } = parts;
      place.parts = { ...parts, index: index * each + copy, ...(count !== undefined && { count: count * each }) };
    }
    if (complete !== undefined) place.complete = copy === each - 1 ? complete : undefined;
    return place;
  }

  private showStatus(over: boolean): void {
    const { shell, queue } = this;
    this.sent++;
    const text = `${this.sent} segments, ${shell.config.copies} copies of each`;
    if (queue.dropped > 0) shell.status.warn(`${text} · ${queue.dropped} left out`);
    else if (over) shell.status.ok(text);
    else shell.status.busy(queue.length > 0 ? `${text} · ${queue.length} waiting` : text);
    if (over) this.sent = 0;
  }
}

/** A message without sound that tells the nodes behind what to do. */
function isOrder({ payload, audio, reset, stop }: Message): boolean {
  return !audio && !Buffer.isBuffer(payload) && (reset !== undefined || stop !== undefined);
}

export = (RED: NodeAPI): void => {
  registerNode<NodeDef, Config>(RED, { type: 'audio-augment', read, start: shell => new Augmenter(shell) });
};
