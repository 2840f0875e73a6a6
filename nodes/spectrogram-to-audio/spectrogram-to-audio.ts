// The spectrogram-to-audio node: spectrograms in, sound out, made in a thread of the pool. The last sound can be
// played in the editor.
import type { NodeAPI, NodeDef } from 'node-red';
import { describeValue, UserError } from '../../src/errors';
import { type AudioInfo, bufferOf, type Message, readAudioInTurns, readSpectrogramInTurns } from '../../src/messages';
import { type Sound, type SoundOrder, soundOf, soundTask } from '../../src/tasks/sound';
import { MessageQueue } from '../shared/message-queue';
import { endOfPass } from '../shared/pass-end';
import { readFields } from '../shared/read-fields';
import type { Config } from '../shared/schema';
import { type Handlers, registerNode, type Send, type Shell } from '../shared/shell';
import { fields } from './fields';
import { forgetSound, registerSoundRoutes, rememberSound } from './last-sounds';

type Settings = Config<typeof fields>;

/** Room for what a vae-generate node sends at once. */
const QUEUE_LIMITS = { jobs: 1000, bytes: 256 * 2 ** 20 };

class SoundMaker implements Handlers {
  readonly end = endOfPass;
  private readonly queue = new MessageQueue(QUEUE_LIMITS, 'spectrogram', endOfPass);
  private readonly lane = soundTask.lane();
  private closed = false;

  constructor(private readonly shell: Shell<Settings>) {}

  async input(msg: Message, send: Send): Promise<void> {
    if (msg.stop) return this.stop();
    try {
      await this.queue.handle(msg, send, watched => this.work(msg, watched));
    } catch (error) {
      // Whoever closed or stopped knows.
      const asked = this.closed || (error instanceof UserError && error.code === 'cancelled');
      if (!asked) throw error;
    }
  }

  close(): void {
    this.closed = true;
    forgetSound(this.shell.node.id);
    this.queue.close();
    this.lane.close();
  }

  private stop(): void {
    const { queue, shell } = this;
    shell.status.idle(queue.idle ? 'nothing to stop' : 'stopped');
    queue.clear();
    this.lane.cancel();
  }

  private async orderOf(msg: Message): Promise<SoundOrder> {
    const { iterations, phase } = this.shell.config;
    const { values, info } = await readSpectrogramInTurns(msg);
    const known = msg.audio?.sampleRate === info.sampleRate ? msg.audio.samples : undefined;
    const samples = Number.isInteger(known) && Number(known) > 0 ? known : undefined;
    const original = phase === 'input' ? await originalOf(msg, info.sampleRate) : undefined;
    return { values, info, samples, iterations, original };
  }

  private async work(msg: Message, send: Send): Promise<void> {
    const order = await this.orderOf(msg);
    if (this.closed) return;
    const { status } = this.shell;
    const waiting = () => (this.queue.length > 0 ? ` · ${this.queue.length} waiting` : '');
    status.busy(`making sound${waiting()}`);
    const sound = await soundOf(this.lane, order, done => {
      status.busy(`making sound · ${Math.round(100 * done)} %${waiting()}`);
    });
    if (this.closed) return;
    this.deliver(sound, order.info.sampleRate, msg, send);
    this.showStatus(sound, order.info.sampleRate);
  }

  private deliver({ pcm, wav }: Sound, sampleRate: number, msg: Message, send: Send): void {
    const { config, node } = this.shell;
    const file = Buffer.from(wav.buffer, wav.byteOffset, wav.byteLength);
    rememberSound(node.id, file);
    msg.payload = config.format === 'wav' ? file : bufferOf(pcm);
    if (config.format === 'wav') msg.contentType = 'audio/wav';
    const { startedAt = Date.now(), source = 'spectrogram', sequence = 0, overruns = 0 } = msg.audio ?? {};
    const { length: samples } = pcm;
    const audio: AudioInfo = {
      sampleRate,
      samples,
      seconds: samples / sampleRate,
      startedAt,
      source,
      sequence,
      overruns,
    };
    msg.audio = audio;
    send(msg);
  }

  private showStatus({ pcm, peak, milliseconds }: Sound, sampleRate: number): void {
    const { status } = this.shell;
    const text = `${(pcm.length / sampleRate).toFixed(1)} s of sound · ${(milliseconds / 1000).toFixed(1)} s`;
    const { dropped } = this.queue;
    if (dropped > 0) status.warn(`${text} · ${dropped} left out`);
    else if (peak > 1) status.warn(`${text} · turned down by ${(20 * Math.log10(peak)).toFixed(1)} dB`);
    else status.ok(text);
  }
}

/** @throws UserError `no-original` where the message has not kept the sound, or it has another sample rate */
async function originalOf({ original, audio }: Message, sampleRate: number): Promise<Float32Array> {
  if (original === undefined) {
    throw new UserError(
      'no-original',
      'the message has no msg.original, the sound whose phase is to be used; expected a Buffer. Tick "Keep sound" in the spectrogram node, or choose the phase Griffin-Lim.',
    );
  }
  if (!Buffer.isBuffer(original) || audio?.sampleRate !== sampleRate) {
    throw new UserError(
      'no-original',
      `msg.original is ${describeValue(original)} and msg.audio.sampleRate ${audio?.sampleRate}; expected a Buffer of float32 PCM at the spectrogram's ${sampleRate} Hz, as the spectrogram node keeps it.`,
    );
  }
  const { pcm } = await readAudioInTurns({ payload: original, audio });
  return pcm;
}

export = (RED: NodeAPI): void => {
  registerSoundRoutes(RED);
  registerNode<NodeDef, Settings>(RED, {
    type: 'spectrogram-to-audio',
    read: def => readFields(fields, def),
    start: shell => new SoundMaker(shell),
  });
};
