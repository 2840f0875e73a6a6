// The live state of all sources and models: nodes report to it, the sidebar reads it. A report costs a look-up in a map
// while no sidebar is open; levels and running spectrograms are computed, and events sent, only for what a sidebar
// watches. Scores and the last alarms are always kept, within the bounds stated in this folder. Knows nothing of HTTP.

import type { TrainingProgress } from '../detectors/vae/train';
import { floatsOf, type Message } from '../messages';
import type { Alarm, NewAlarm } from './alarm-list';
import { ModelView, type ScoredBy, type ThresholdInUse } from './model-view';
import { RecentSegments, type Segment, segmentKey } from './recent-segments';
import type { ModelEvent, SourceEvent } from './sidebar-messages';
import { SourceView } from './source-view';
import { isTraining, type Training } from './training';

/** How long a source or model counts as watched after a sidebar has asked for it. */
export const LEASE_MS = 12_000;
/** From one round of events to the next. */
export const TELL_EVERY_MS = 250;
/** Scores in one event; a sidebar that misses some asks for all. */
export const MAX_SCORES_TOLD = 200;
/** Sources and models that can be watched, or remembered, at a time. */
export const MAX_SOURCES = 8;
export const MAX_MODELS = 16;

/** Sends to all open editors: numbers and short texts, no signals. */
export type Publish = (topic: string, data: object) => void;

/** The judgement of a threshold node, as far as it matters here. */
interface Verdict {
  state: 'anomaly' | 'normal';
  threshold: { value: number };
}

const blankTraining = (trainer: string): Training => ({
  ...{ trainer, phase: 'waiting', collected: 0, wanted: 0, asked: false, epoch: 0, epochs: 0, secondsLeft: 0 },
});

export class LiveState {
  private publish: Publish | undefined;
  /** Until when a source or a model is watched, on performance.now()'s clock. */
  private readonly leases = new Map<string, number>();
  private readonly sources = new Map<string, SourceView>();
  private readonly models = new Map<string, ModelView>();
  private readonly recent = new RecentSegments();
  /** Threshold nodes: without one there will be no alarm, and no segment needs to be kept. */
  private readonly judges = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param leaseMs how long a source or model counts as watched after having been asked for
   * @param tellEveryMs from one round of events to the next
   */
  constructor(
    private readonly leaseMs = LEASE_MS,
    private readonly tellEveryMs = TELL_EVERY_MS,
  ) {}

  /** The sidebar is loaded: from now on it may watch. */
  open(publish: Publish): void {
    this.publish = publish;
  }

  /** Ends all watching. */
  close(): void {
    this.publish = undefined;
    this.leases.clear();
    this.tell();
  }

  // What the sidebar asks for

  /** Watches this source until the lease runs out; false where too many are watched. */
  watchSource(id: string): boolean {
    if (!this.publish || (!this.sources.has(id) && this.sources.size >= MAX_SOURCES)) return false;
    if (!this.sources.has(id)) this.sources.set(id, new SourceView());
    this.renew(id);
    return true;
  }

  watchModel(id: string): boolean {
    if (!this.publish) return false;
    const view = this.modelOf(id);
    if (!this.leases.has(id)) view.untoldFrom = view.history.end;
    this.renew(id);
    return true;
  }

  /** Undefined while it is not watched. */
  source(id: string): SourceView | undefined {
    return this.sources.get(id);
  }

  /** Undefined where nothing is known of it. */
  model(id: string): ModelView | undefined {
    return this.models.get(id);
  }

  /** How a vae-train node stands. */
  trainingOf(trainer: string): Training | undefined {
    for (const { training } of this.models.values()) if (training?.trainer === trainer) return training;
    return undefined;
  }

  /** Whether any vae-train node trains just now. */
  isTraining(): boolean {
    return [...this.models.values()].some(({ training }) => isTraining(training));
  }

  /** How much is watched and kept: for tests, and to see where memory goes. */
  figures(): {
    leases: number;
    sources: number;
    models: number;
    segments: number;
    segmentBytes: number;
    ticking: boolean;
  } {
    const { leases, sources, models, recent } = this;
    return {
      ...{ leases: leases.size, sources: sources.size, models: models.size },
      ...{ segments: recent.size, segmentBytes: recent.bytes, ticking: this.timer !== undefined },
    };
  }

  // What nodes tell

  /** A piece of sound from a source, in order; it is not kept. */
  sound(source: string, pcm: Float32Array, sampleRate: number): void {
    this.sources.get(source)?.sound(pcm, sampleRate);
  }

  /** An audio segment on its way into the flow: kept a while, so that an alarm can bring its sound along. */
  segment(msg: Message): void {
    if (this.judges.size === 0 || !msg.audio) return;
    const sound = { payload: msg.payload as Buffer, sampleRate: msg.audio.sampleRate };
    this.recent.keep(segmentKey(msg) as string, { sound });
  }

  /** A source whose segments are all there is to show. */
  shownSegment(source: string, msg: Message): void {
    this.segment(msg);
    const view = this.sources.get(source);
    if (view && msg.audio) view.sound(floatsOf(msg.payload as Buffer), msg.audio.sampleRate);
  }

  /** A spectrogram as a spectrogram node has just made it: there is nothing to check in it. */
  spectrogram(source: string, { payload, spectrogram }: Message): void {
    const view = this.sources.get(source);
    if (view && spectrogram) view.spectrogram(floatsOf(payload as Buffer), spectrogram);
  }

  /**
   * @param by what the score is of
   * @param msg the spectrogram message that was scored
   */
  scored(model: string, by: ScoredBy, score: number, msg: Message): void {
    const view = this.modelOf(model);
    const key = segmentKey(msg);
    view.scored(key, Date.now(), score, by);
    view.segmentSeconds = msg.audio?.seconds;
    if (this.judges.size === 0 || key === undefined || !msg.spectrogram) return;
    this.recent.keep(key, { spectrogram: { payload: msg.payload as Buffer, info: msg.spectrogram } });
  }

  /** A threshold node is there, or has gone. */
  judgeComes(node: string): void {
    this.judges.add(node);
  }

  judgeGoes(node: string): void {
    this.judges.delete(node);
    if (this.judges.size === 0) this.recent.clear();
    for (const view of this.models.values()) view.forgetThreshold(node);
  }

  /** What a threshold node made of a score, told to the flow or not. */
  judged(node: string, method: string, score: number, { state, threshold }: Verdict, msg: Message): void {
    const view = this.modelJudged(msg);
    if (!view) return;
    const used: ThresholdInUse = { node, value: threshold.value, method };
    view.judged(segmentKey(msg), Date.now(), score, state, used);
    if (state === 'normal') view.alarms.settle(episodeOf(node, msg));
  }

  /** An anomaly that a threshold node tells the flow of; its message with all that was added. */
  alarm(node: string, msg: Message): void {
    const view = this.modelJudged(msg);
    if (!view || !msg.anomaly) return;
    const { score, threshold, source, text } = msg.anomaly;
    const heatmap = Buffer.isBuffer(msg.explanation?.picture) ? msg.explanation.picture : undefined;
    const found: NewAlarm = { ...this.segmentOf(msg), node, at: Date.now(), score, threshold, source, text, heatmap };
    view.alarms.raise(episodeOf(node, msg), found);
    view.alarmsChanged++;
    view.hasNews = true;
  }

  /** How a trainer stands: what is not named stays as it was. */
  training(model: string, trainer: string, now: Partial<Training>): void {
    const view = this.modelOf(model);
    const before = view.training?.trainer === trainer ? view.training : blankTraining(trainer);
    view.trains({ ...before, problem: undefined, ...now });
  }

  progress(model: string, trainer: string, progress: TrainingProgress): void {
    const { phase, epoch, epochs, secondsLeft, loss, rl, kl, valLoss } = progress;
    this.training(model, trainer, { phase, epoch, epochs, secondsLeft });
    if (phase === 'training') this.modelOf(model).learnt({ epoch, loss, rl, kl, valLoss });
  }

  /** An alarm was marked or unmarked. */
  marked(model: string, alarm: Alarm, normal: boolean): void {
    alarm.normal = normal;
    const view = this.modelOf(model);
    view.alarmsChanged++;
    view.hasNews = true;
  }

  private segmentOf(msg: Message): Segment {
    const key = segmentKey(msg);
    const { sound, spectrogram } = (key === undefined ? undefined : this.recent.find(key)) ?? {};
    return { sound, spectrogram };
  }

  private modelJudged({ score }: Message): ModelView | undefined {
    const id = score?.model?.id;
    return typeof id === 'string' ? this.modelOf(id) : undefined;
  }

  /** Models come and go with flows: the oldest one that is not watched is forgotten. */
  private modelOf(id: string): ModelView {
    const known = this.models.get(id);
    if (known) return known;
    const view = new ModelView();
    this.models.set(id, view);
    if (this.models.size > MAX_MODELS) {
      const [oldest] = [...this.models.keys()].filter(other => !this.leases.has(other) && other !== id);
      if (oldest !== undefined) this.models.delete(oldest);
    }
    return view;
  }

  private renew(id: string): void {
    this.leases.set(id, performance.now() + this.leaseMs);
    this.timer ??= setInterval(() => this.tell(), this.tellEveryMs).unref();
  }

  /** One round: ends what is not watched any more, tells what is new of the rest. */
  private tell(): void {
    const now = performance.now();
    for (const [id, until] of this.leases) if (until < now) this.leases.delete(id);
    for (const [id, view] of this.sources) {
      if (this.leases.has(id)) this.tellSource(id, view);
      else {
        this.sources.delete(id);
        void view.close();
      }
    }
    for (const id of this.leases.keys()) {
      const view = this.models.get(id);
      if (view?.hasNews) this.tellModel(id, view);
    }
    if (this.leases.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private tellSource(id: string, view: SourceView): void {
    const { strip } = view;
    const level = view.readLevel();
    if (!level && strip.end === view.toldEnd) return;
    view.toldEnd = strip.end;
    const event: SourceEvent = { end: strip.end, epoch: strip.format?.epoch ?? 0, level };
    this.publish?.(`audio-anomaly/source/${id}`, event);
  }

  private tellModel(id: string, view: ModelView): void {
    const { history, training, alarmsChanged, threshold } = view;
    const from = Math.max(view.untoldFrom, history.start, history.end - MAX_SCORES_TOLD);
    const scores = history.since(from);
    view.untoldFrom = history.end;
    view.hasNews = false;
    const point = view.curve.at(-1);
    const event: ModelEvent = { from, scores, training, point, threshold, alarmsChanged };
    this.publish?.(`audio-anomaly/model/${id}`, event);
  }
}

const episodeOf = (node: string, { topic }: Message): string => `${node} ${String(topic ?? '')}`;

/** The one of this Node-RED. */
export const liveState = new LiveState();
