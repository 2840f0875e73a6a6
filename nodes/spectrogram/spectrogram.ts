// The spectrogram node: audio segments in, spectrograms for a model out. Short segments are computed at once, long ones in
// a thread of the pool; the order of the messages stays.
import type { NodeAPI, NodeDef } from 'node-red';
import { frameFit } from '../../src/dsp/frame-fit';
import { measureColumnTime } from '../../src/dsp/frame-time';
import { type DetailedSpectrogramInfo, Spectrogram } from '../../src/dsp/spectrogram';
import type { SpectrogramSettings } from '../../src/dsp/spectrogram-settings';
import { liveState } from '../../src/live/live-state';
import { audioSize, bufferOf, isShort, type Message, readAudio, readAudioInTurns } from '../../src/messages';
import { spectrogramOf, spectrogramTask, type TimedSpectrogram } from '../../src/tasks/spectrogram';
import { MessageQueue } from '../shared/message-queue';
import { endOfPass } from '../shared/pass-end';
import { readFields } from '../shared/read-fields';
import { type Handlers, registerNode, type Send, type Shell } from '../shared/shell';
import { StatusPace } from '../shared/status-pace';
import { fields } from './fields';
import { registerSpectrogramPreviewRoutes } from './preview-routes';

/** What the spectrograms are made with; the sample rate comes with each segment. */
type Settings = Omit<SpectrogramSettings, 'sampleRate'>;

interface Config {
  settings: Settings;
  /** The sound stays in the message, as `msg.original`. */
  keepSound: boolean;
}

/** Segments expected to take longer than this go to the thread: half of what the event loop may be held up. */
const INLINE_MILLISECONDS = 10;
/** Ten minutes at 44.1 kHz; on a Raspberry Pi worth about half a minute of computing. */
const QUEUE_LIMITS = { jobs: 64, bytes: 128 * 2 ** 20 };
/** Sample rates whose tables are kept; more than any flow mixes. */
const MAX_SAMPLE_RATES = 8;

function read(def: object): Config {
  const { name, keepSound, ...settings } = readFields(fields, def);
  return { settings, keepSound };
}

/** A Spectrogram for one sample rate and what is known of its speed. */
interface Maker {
  spectrogram: Spectrogram;
  measured: Promise<void>;
  /** Unknown until measured. */
  millisecondsPerColumn: number;
}

class SpectrogramNode implements Handlers {
  readonly end = endOfPass;
  private readonly makers = new Map<number, Maker>();
  private readonly queue = new MessageQueue(QUEUE_LIMITS, 'segment', endOfPass);
  private readonly lane = spectrogramTask.lane();
  private closed = false;
  private warnedOfCropping = false;
  private readonly pace = new StatusPace();
  private showsWaiting = false;

  constructor(private readonly shell: Shell<Config>) {}

  async input(msg: Message, send: Send): Promise<void> {
    try {
      if (this.queue.idle && isShort(msg) && this.madeNow(msg, send)) return;
      await this.queue.handle(msg, send, watched => this.work(msg, watched));
    } catch (error) {
      // The shell shows the error; the next spectrogram takes it away again.
      this.pace.startOver();
      if (!this.closed) throw error;
    }
  }

  close(): void {
    this.closed = true;
    this.queue.close();
    this.lane.close();
  }

  /** Makes the spectrogram of a short segment at once, where that takes no longer than a turn of the event loop may. */
  private madeNow(msg: Message, send: Send): boolean {
    const { sampleRate, samples } = audioSize(msg);
    const maker = this.makerFor(sampleRate, samples);
    if (!isQuick(maker, samples)) return false;
    this.deliver(msg, computeNow(maker, readAudio(msg).pcm), send);
    return true;
  }

  private async work(msg: Message, send: Send): Promise<void> {
    const { pcm, info } = await readAudioInTurns(msg);
    if (this.closed) return;
    const maker = this.makerFor(info.sampleRate, pcm.length);
    await maker.measured;
    if (this.closed) return;
    const { settings } = maker.spectrogram;
    const quick = isQuick(maker, pcm.length);
    const result = quick ? computeNow(maker, pcm) : await spectrogramOf(this.lane, settings, pcm);
    if (!this.closed) this.deliver(msg, result, send);
  }

  private deliver(msg: Message, { values, info, milliseconds }: TimedSpectrogram, send: Send): void {
    if (this.shell.config.keepSound) msg.original = msg.payload;
    msg.payload = bufferOf(values);
    msg.spectrogram = info;
    liveState.spectrogram(this.shell.node.id, msg);
    send(msg);
    this.showStatus(info, milliseconds);
  }

  private showStatus({ shape }: DetailedSpectrogramInfo, milliseconds: number): void {
    const { length, dropped } = this.queue;
    // A number of waiting segments must not stay there when none waits any more.
    const drained = this.showsWaiting && length === 0;
    if (!this.pace.isDue(drained)) return;
    this.showsWaiting = length > 0;
    const parts = [`${shape[0]} × ${shape[1]}`, `${milliseconds.toFixed(1)} ms`];
    if (length > 0) parts.push(`${length} waiting`);
    if (dropped > 0) parts.push(`${dropped} left out`);
    const text = parts.join(' · ');
    if (dropped > 0) this.shell.status.warn(text);
    else this.shell.status.ok(text);
  }

  /** Warns, once each, of what the settings lose of segments of this kind. */
  private makerFor(sampleRate: number, samples: number): Maker {
    const maker = this.makers.get(sampleRate) ?? this.newMaker(sampleRate);
    this.warnOfCropping(maker.spectrogram, samples);
    return maker;
  }

  private newMaker(sampleRate: number): Maker {
    const spectrogram = new Spectrogram({ ...this.shell.config.settings, sampleRate });
    this.warnOfEmptyBands(spectrogram);
    const maker: Maker = { spectrogram, measured: Promise.resolve(), millisecondsPerColumn: Number.POSITIVE_INFINITY };
    maker.measured = measureColumnTime(spectrogram).then(milliseconds => {
      maker.millisecondsPerColumn = milliseconds;
    });
    if (this.makers.size >= MAX_SAMPLE_RATES) this.makers.delete(this.makers.keys().next().value as number);
    this.makers.set(sampleRate, maker);
    return maker;
  }

  /** What is cut off is never found odd: this is said once, with what would keep it. */
  private warnOfCropping(spectrogram: Spectrogram, samples: number): void {
    if (this.warnedOfCropping) return;
    const { natural, frames, lostPercent, seconds, heldSeconds, fittingHop } = frameFit(spectrogram, samples);
    if (lostPercent === 0) return;
    this.warnedOfCropping = true;
    const [all, held, lost] = [seconds, heldSeconds, seconds - heldSeconds].map(value => value.toFixed(1));
    const hop = fittingHop ? ` or a hop length of ${fittingHop}` : ' or shorter segments';
    this.shell.node.warn(
      `${lostPercent} % of each segment (the last ${lost} s) is not in the spectrogram: ${frames} frames of ${spectrogram.settings.hopLength} samples hold ${held} s of ${all} s. Use ${natural} frames, 0 for as many as there are,${hop}.`,
    );
  }

  private warnOfEmptyBands({ emptyBands, settings }: Spectrogram): void {
    if (emptyBands.length === 0) return;
    const { melBands, fftSize, sampleRate } = settings;
    const bins = (sampleRate / fftSize).toFixed(1);
    this.shell.node.warn(
      `${emptyBands.length} of ${melBands} mel bands are narrower than the ${bins} Hz between the FFT's bins and stay silent. Use fewer mel bands, a larger FFT size or a narrower frequency range.`,
    );
  }
}

function isQuick({ spectrogram, millisecondsPerColumn }: Maker, samples: number): boolean {
  return spectrogram.naturalFrames(samples) * millisecondsPerColumn <= INLINE_MILLISECONDS;
}

function computeNow({ spectrogram }: Maker, pcm: Float32Array): TimedSpectrogram {
  const start = performance.now();
  return { ...spectrogram.compute(pcm), milliseconds: performance.now() - start };
}

export = (RED: NodeAPI): void => {
  registerNode<NodeDef, Config>(RED, { type: 'spectrogram', read, start: shell => new SpectrogramNode(shell) });
  registerSpectrogramPreviewRoutes(RED, form => read(form).settings);
};
