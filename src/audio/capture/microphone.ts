// A microphone as the nodes use it: a supervised capture whose sound comes out as segments with their time, with its
// level for a display and its losses counted.
import type { AudioInfo } from '../../messages';
import { SoundMeter } from '../sound-meter';
import type { BackendChoice } from './backend';
import { backendFor } from './backends';
import { type LiveSegment, LiveSegments } from './live-segments';
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
  /** Sound was lost: how often since the microphone was made. */
  overrun(total: number): void;
  /** The device went away or could not be opened; once per outage. */
  outage(error: Error): void;
}

const LEVEL_EVERY_MS = 1000;

export class Microphone {
  private readonly segments: LiveSegments;
  private readonly clock: StreamClock;
  private readonly meter = new SoundMeter();
  private readonly supervisor: Supervisor;
  private levelAt = 0;
  private overruns = 0;

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
          this.clock.resynchronise();
          this.noteOverrun();
        },
        state: state => this.changeState(state),
        outage: (error, report) => {
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
    if (state.kind === 'listening') {
      this.segments.restart();
      this.clock.restart();
      this.meter.clear();
      this.levelAt = performance.now();
    }
    this.listener.state(state);
  }

  private receive(pcm: Float32Array): void {
    if (this.clock.advance(pcm.length) > 0) this.noteOverrun();
    this.listener.sound?.(pcm);
    this.segments.push(pcm);
    this.meter.add(pcm);
    const now = performance.now();
    if (now - this.levelAt < LEVEL_EVERY_MS) return;
    this.levelAt = now;
    this.listener.level(this.meter.level?.rms ?? null);
    this.meter.clear();
  }

  private noteOverrun(): void {
    this.overruns++;
    this.segments.noteOverrun();
    this.listener.overrun(this.overruns);
  }

  private deliver({ pcm, start, sequence, overruns }: LiveSegment): void {
    const { device, sampleRate } = this.settings;
    this.listener.segment(pcm, {
      sampleRate,
      samples: pcm.length,
      seconds: pcm.length / sampleRate,
      startedAt: this.clock.timeOf(start),
      source: device,
      sequence,
      overruns,
    });
  }
}
