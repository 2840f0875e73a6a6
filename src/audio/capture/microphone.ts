// A microphone as the nodes use it: a supervised capture whose sound comes out as segments with their time, with its
// level for a display and its losses counted.
import type { AudioInfo } from '../../messages';
import { SoundMeter } from '../sound-meter';
import type { BackendChoice } from './backend';
import { backendFor } from './backends';
import { type LiveSegment, LiveSegments } from './live-segments';
import { Losses, type Lost } from './losses';
import { StreamClock } from './stream-clock';
import { type CaptureState, DEFAULT_TIMING, Supervisor, type Timing } from './supervisor';

export interface MicrophoneSettings {
  device: string;
  backend: BackendChoice;
  /** Hz */
  sampleRate: number;
  segmentSeconds: number;
  /** From the start of one segment to the start of the next. */
  hopSeconds: number;
  /** Where else to look for the optional packages, e.g. Node-RED's user directory. */
  packageFolders?: string[];
}

export interface MicrophoneListener {
  /** Sound as it comes, a fraction of a second at a time; its memory is used again afterwards. */
  sound?(pcm: Float32Array): void;
  segment(pcm: Float32Array, info: AudioInfo): void;
  state(state: CaptureState): void;
  /** The level since the last call, dB relative to full scale, null for silence; about once per second while listening. */
  level(decibels: number | null): void;
  /** Sound was lost, or it is known now how much: all since the microphone was made. */
  lost(all: Lost): void;
  /** The device went away or could not be opened; once per outage. */
  outage(error: Error): void;
}

const LEVEL_EVERY_MS = 1000;

export class Microphone {
  private readonly segments: LiveSegments;
  private readonly clock: StreamClock;
  private readonly meter = new SoundMeter();
  private readonly supervisor: Supervisor;
  private readonly losses = new Losses();
  private levelAt = 0;
  /** Up to when sound had been delivered as the stream broke off, on the clock that never jumps; milliseconds. */
  private brokenOffAt: number | undefined;

  constructor(
    private readonly settings: MicrophoneSettings,
    private readonly listener: MicrophoneListener,
    timing: Timing = DEFAULT_TIMING,
  ) {
    const { device, backend, sampleRate, segmentSeconds, hopSeconds, packageFolders } = settings;
    this.clock = new StreamClock(sampleRate);
    this.segments = new LiveSegments(
      Math.max(1, Math.round(segmentSeconds * sampleRate)),
      Math.max(1, Math.round(hopSeconds * sampleRate)),
      segment => this.deliver(segment),
    );
    this.supervisor = new Supervisor(
      device,
      // Chosen anew at every attempt: what is missing now may be installed a minute later.
      capture => backendFor(backend, packageFolders).start({ device, sampleRate }, capture),
      {
        data: pcm => this.receive(pcm),
        overrun: () => {
          this.clock.noteLoss();
          this.lose(1, 0);
        },
        state: state => this.changeState(state),
        outage: (error, report) => {
          this.breakOff();
          if (report) listener.outage(error);
        },
      },
      timing,
    );
  }

  get running(): boolean {
    return this.supervisor.running;
  }

  start(): void {
    this.supervisor.start();
  }

  /** Resolves when nothing records any more. */
  stop(): Promise<void> {
    return this.supervisor.stop();
  }

  private changeState(state: CaptureState): void {
    if (state.kind === 'stopped') {
      // What is not listened to is not lost.
      this.brokenOffAt = undefined;
      this.clock.restart();
    }
    if (state.kind === 'listening') {
      this.segments.restart();
      this.clock.restart();
      this.meter.clear();
      this.levelAt = performance.now();
    }
    this.listener.state(state);
  }

  private receive(pcm: Float32Array): void {
    const isCounted = this.clock.isMeasuring;
    const lostMs = this.clock.advance(pcm.length);
    if (lostMs > 0) this.lose(isCounted ? 0 : 1, lostMs / 1000);
    this.listener.sound?.(pcm);
    this.segments.push(pcm);
    this.meter.add(pcm);
    const now = performance.now();
    if (now - this.levelAt < LEVEL_EVERY_MS) return;
    this.levelAt = now;
    this.listener.level(this.meter.level?.rms ?? null);
    this.meter.clear();
  }

  private lose(stretches: 0 | 1, seconds: number): void {
    this.losses.add(stretches, seconds);
    this.listener.lost(this.losses.all);
  }

  /** Several attempts that fail are one stretch of lost sound, and an overrun just before is part of it. */
  private breakOff(): void {
    if (this.brokenOffAt !== undefined || !this.clock.hasSound) return;
    this.brokenOffAt = this.clock.heardAt(this.segments.next);
    if (!this.losses.hasUntold) this.losses.add(1, 0);
  }

  private deliver({ pcm, start, sequence }: LiveSegment): void {
    const { device, sampleRate } = this.settings;
    if (this.brokenOffAt !== undefined) {
      this.lose(0, Math.max(0, this.clock.heardAt(start) - this.brokenOffAt) / 1000);
      this.brokenOffAt = undefined;
    }
    const { stretches, seconds } = this.losses.take();
    this.listener.segment(pcm, {
      sampleRate,
      samples: pcm.length,
      seconds: pcm.length / sampleRate,
      startedAt: this.clock.timeOf(start),
      source: device,
      sequence,
      overruns: stretches,
      lostSeconds: Math.round(1000 * seconds) / 1000,
    });
  }
}
