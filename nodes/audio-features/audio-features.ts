// The audio-features node: audio segments in, twelve numbers on level, loudness, peaks and balance out for each block.
// Computed in a thread of the pool; the order of the messages stays.
import type { NodeAPI, NodeDef } from 'node-red';
import { FEATURE_NAMES } from '../../src/dsp/feature-names';
import type { FeatureSettings, Features } from '../../src/dsp/features';
import { UserError } from '../../src/errors';
import { type AudioInfo, type Message, readAudioInTurns } from '../../src/messages';
import { featureTask, type SegmentFeatures } from '../../src/tasks/features';
import { copyInTurns } from '../../src/threads/turns';
import { isLast } from '../shared/collecting';
import { MessageQueue } from '../shared/message-queue';
import { endOfPass } from '../shared/pass-end';
import { PassParts } from '../shared/pass-parts';
import { readFields } from '../shared/read-fields';
import { type Handlers, registerNode, type Send, type Shell } from '../shared/shell';
import { StatusPace } from '../shared/status-pace';
import { fields } from './fields';

/** What the node is set to; the sample rate comes with each segment. */
type Config = Omit<FeatureSettings, 'sampleRate'>;

/** Some minutes of sound at 44.1 kHz. */
const QUEUE_LIMITS = { jobs: 64, bytes: 256 * 2 ** 20 };
/** Messages sent in one turn of the event loop: a long file has thousands of blocks. */
const MESSAGES_A_TURN = 50;

class FeatureNode implements Handlers {
  private readonly queue = new MessageQueue(QUEUE_LIMITS, 'segment', msg => this.end(msg));
  private readonly lane = featureTask.lane();
  private readonly parts = new PassParts();
  private closed = false;
  private readonly pace = new StatusPace();
  private blocks = 0;
  private silent = 0;

  constructor(private readonly shell: Shell<Config>) {}

  async input(msg: Message, send: Send): Promise<void> {
    try {
      await this.queue.handle(msg, send, watched => this.work(msg, watched));
    } catch (error) {
      // The shell shows the error; the next block takes it away again.
      this.pace.startOver();
      if (!this.closed) throw error;
    }
  }

  end(msg: Message): Message {
    return endOfPass(msg.parts ? { ...msg, parts: this.parts.next(msg.parts, true) } : msg);
  }

  close(): void {
    this.closed = true;
    this.queue.close();
    this.lane.close();
  }

  private async work(msg: Message, send: Send): Promise<void> {
    const { pcm, info } = await readAudioInTurns(msg);
    if (this.closed) return;
    const { config } = this.shell;
    if (pcm.length < Math.floor(config.blockSeconds * info.sampleRate)) {
      throw new UserError(
        'too-short',
        `the segment is ${(pcm.length / info.sampleRate).toFixed(2)} s long; expected at least one block of ${config.blockSeconds} s. Send longer segments, or choose shorter blocks.`,
      );
    }
    const settings = { ...config, sampleRate: info.sampleRate };
    const result = await this.lane.ask(async () => {
      // A copy: the memory may be shared with other messages.
      const own = await copyInTurns(pcm);
      return { order: { settings, pcm: own }, transfer: [own.buffer] };
    });
    await this.deliver(msg, info, result, send);
  }

  private async deliver(msg: Message, info: AudioInfo, { blocks, blockSamples }: SegmentFeatures, send: Send) {
    const heard = blocks.flatMap((features, block) => (features ? [{ features, block }] : []));
    const { payload: _, ...rest } = msg;
    for (const [i, { features, block }] of heard.entries()) {
      if (i > 0 && i % MESSAGES_A_TURN === 0) await new Promise(setImmediate);
      if (this.closed) return;
      const ends = isLast(msg) && i === heard.length - 1;
      const out = this.shell.RED.util.cloneMessage(rest as never) as Message;
      if (!ends) delete out.complete;
      if (msg.parts) out.parts = this.parts.next(msg.parts, ends);
      out.audio = blockOf(info, block, blockSamples);
      send(withFeatures(out, features, blockSamples / info.sampleRate));
    }
    // Whoever waits for the end of a pass hears of it even where its last segment is silent.
    if (heard.length === 0 && isLast(msg) && !this.closed) send(this.end(msg));
    this.showStatus(blocks.length, heard.length);
  }

  private showStatus(blocks: number, heard: number): void {
    this.blocks += blocks;
    this.silent += blocks - heard;
    if (!this.pace.isDue(this.queue.length === 0)) return;
    const { length, dropped } = this.queue;
    const parts = [`${this.blocks} ${this.blocks === 1 ? 'block' : 'blocks'}`];
    if (this.silent > 0) parts.push(`${this.silent} silent`);
    if (length > 0) parts.push(`${length} waiting`);
    if (dropped > 0) parts.push(`${dropped} left out`);
    const text = parts.join(' · ');
    if (dropped > 0) this.shell.status.warn(text);
    else this.shell.status.ok(text);
  }
}

/** The description of one block of a segment. */
function blockOf(info: AudioInfo, block: number, samples: number): AudioInfo {
  const seconds = samples / info.sampleRate;
  return { ...info, samples, seconds, startedAt: Math.round(info.startedAt + block * seconds * 1000) };
}

function withFeatures(msg: Message, features: Features, seconds: number): Message {
  msg.payload = features;
  msg.features = { names: [...FEATURE_NAMES], seconds };
  return msg;
}

export = (RED: NodeAPI): void => {
  registerNode<NodeDef, Config>(RED, {
    type: 'audio-features',
    read: def => readFields(fields, def),
    start: shell => new FeatureNode(shell),
  });
};
