// The vae-generate node: spectrograms that a model draws: by itself, of what it is shown, or on the way between two.
// Draws in a thread of the pool.
import type { NodeAPI, NodeDef } from 'node-red';
import type { DrawingRequest } from '../../src/detectors/drawing';
import { bufferOf, type GeneratedInfo, type Message, readSpectrogram, type SpectrogramInfo } from '../../src/messages';
import {
  type AudioModel,
  audioModelOf,
  expectSettingsOf,
  type ModelSummary,
  namedInMessages,
  showModel,
} from '../shared/audio-model-node';
import { endOfPass } from '../shared/pass-end';
import { readFields } from '../shared/read-fields';
import type { Config } from '../shared/schema';
import { type Handlers, registerNode, type Send, type Shell } from '../shared/shell';
import { fields, MAX_SEED } from './fields';

type Settings = Config<typeof fields>;

/** A spectrogram message and its parts. */
interface Seen {
  spectrogram: Float32Array;
  info: SpectrogramInfo;
}

class Generator implements Handlers {
  /** What is redrawn stays in its pass; the others are passes of their own. */
  readonly end: Handlers['end'];
  private readonly model: AudioModel;
  private readonly stopListening: () => void;
  /** Where the next walk between two spectrograms starts. */
  private last: Seen | undefined;

  constructor(private readonly shell: Shell<Settings>) {
    this.model = audioModelOf<AudioModel>(shell.RED, shell.config.model);
    this.stopListening = showModel(this.model, shell.status);
    if (shell.config.mode === 'reconstruct') this.end = endOfPass;
  }

  async input(msg: Message, send: Send): Promise<void> {
    const { mode } = this.shell.config;
    if (msg.reset) {
      this.last = undefined;
      this.shell.status.idle('forgotten');
      if (msg.spectrogram === undefined) return;
    }
    if (mode === 'prior') return this.generate({ mode, count: this.shell.config.count, seed: this.seed() }, msg, send);
    const { values, info } = readSpectrogram(msg);
    expectSettingsOf(this.model.summary(), info);
    // A copy: the message's own memory may be shared with other branches of the flow and is not ours to give away.
    const seen = { spectrogram: values.slice(), info };
    if (mode === 'reconstruct') return this.generate({ mode, spectrogram: seen.spectrogram }, msg, send, [info, info]);
    const from = this.last;
    this.last = seen;
    if (!from) return this.shell.status.idle('waiting for a second spectrogram');
    const request = { mode, from: from.spectrogram, to: seen.spectrogram, count: this.shell.config.count };
    return this.generate(request, msg, send, [from.info, info]);
  }

  close(): void {
    this.stopListening();
  }

  private seed(): number {
    return this.shell.config.seed ?? Math.floor(Math.random() * MAX_SEED);
  }

  /**
   * Draws and sends.
   * @param shown the spectrograms that were shown, first and last: how loud 0 and 1 are in them; otherwise the model says
   */
  private async generate(
    request: DrawingRequest,
    msg: Message,
    send: Send,
    shown?: [SpectrogramInfo, SpectrogramInfo],
  ): Promise<void> {
    const { status } = this.shell;
    status.busy('drawing');
    const { drawings, model } = await this.model.draw(request);
    const count = drawings.length;
    drawings.forEach(({ spectrogram, min, max, latent }, index) => {
      const position = count > 1 ? index / (count - 1) : 0;
      const loudness = shown ? between(shown, position) : {};
      const generated: GeneratedInfo = { mode: request.mode, index, count, latent, model: namedInMessages(model) };
      send({
        ...(request.mode === 'reconstruct' ? msg : this.anew(msg, model, index, count)),
        payload: bufferOf(spectrogram),
        spectrogram: { ...model.frontEnd, min, max, ...loudness },
        generated,
      });
    });
    status.ok(count === 1 ? 'drew 1' : `drew ${count}`);
  }

  /** What goes along with a spectrogram of a sound that was never heard: nothing of the one that asked for it. */
  private anew(msg: Message, model: ModelSummary, index: number, count: number): Message {
    const { audio, original, filename, label, score, explanation, anomaly, complete, ...rest } = msg;
    const { sampleRate, hopLength } = model.frontEnd;
    const samples = (model.frames - 1) * hopLength;
    return {
      ...rest,
      audio: {
        ...{ sampleRate, samples, seconds: samples / sampleRate, startedAt: Date.now() },
        ...{ source: model.name, sequence: index, overruns: 0 },
      },
      parts: { id: this.shell.RED.util.generateId(), index, count },
      ...(index === count - 1 && { complete: true }),
    };
  }
}

/** How loud 0 and 1 are on the way between two spectrograms. */
function between([from, to]: [SpectrogramInfo, SpectrogramInfo], share: number): Partial<SpectrogramInfo> {
  if (from.lowDb === undefined || from.highDb === undefined) return {};
  const mix = (a: number, b = a) => a * (1 - share) + b * share;
  return { lowDb: mix(from.lowDb, to.lowDb), highDb: mix(from.highDb, to.highDb) };
}

export = (RED: NodeAPI): void => {
  registerNode<NodeDef, Settings>(RED, {
    type: 'vae-generate',
    read: def => readFields(fields, def),
    start: shell => new Generator(shell),
  });
};
