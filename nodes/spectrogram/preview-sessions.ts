// The sounds that open dialogs are looking at: decoded, in memory alone, one for each dialog and few in all. What takes
// time happens in the pool's threads, one piece of work after the other, and ends when nobody waits for it any more.
import type { SoundClip } from '../../src/audio/sound-clip';
import type { FolderSelection } from '../../src/audio/sound-folder';
import type { SpectrogramSettings } from '../../src/dsp/spectrogram-settings';
import { PreviewLane, type PreviewSpectrogram, type SoundFileOrder, type SoundNames } from '../../src/tasks/preview';
import { PREVIEW_LIMITS } from '../../src/tasks/preview-limits';
import { Turns } from '../../src/turns';
import { Refusal } from '../shared/answer';

export const SESSION_LIMITS = {
  /** Sounds kept, each of 64 MiB at most (PREVIEW_LIMITS). */
  sounds: 3,
  /** How long a sound is kept for a dialog that asks nothing. */
  idleMs: 5 * 60_000,
  /** How long one piece of work may take. */
  workMs: 20_000,
  /** Pieces of work under way and waiting. */
  work: 8,
};

export type PreviewSound = Pick<SoundClip, 'pcm' | 'sampleRate'>;

/** Which part of a sound is the segment: so many seconds from a place on, 0 for all of it. */
export interface Stretch {
  from: number;
  seconds: number;
}

export class PreviewSessions {
  /** While there is a sound or work. */
  private lane: PreviewLane | undefined;
  /** By dialog, the one used last at the end. */
  private readonly sounds = new Map<string, { sound: PreviewSound; idle: NodeJS.Timeout }>();
  private readonly turns = new Turns();

  constructor(private readonly limits = SESSION_LIMITS) {}

  /** How many sounds are kept. */
  get size(): number {
    return this.sounds.size;
  }

  /** @throws UserError `folder` */
  list(folder: FolderSelection, signal: AbortSignal): Promise<SoundNames> {
    return this.inTurn(signal, lane => lane.list(folder));
  }

  /**
   * Reads a sound in place of the one that the dialog had.
   * @param sampleRate Hz to resample to; 0: its own
   * @throws UserError as `PreviewLane.open`
   */
  async read(dialog: string, from: SoundFileOrder, sampleRate: number, signal: AbortSignal): Promise<SoundClip> {
    this.forget(dialog);
    const clip = await this.inTurn(signal, lane => lane.open(from, sampleRate));
    if (!signal.aborted) this.keep(dialog, clip);
    return clip;
  }

  /** Takes a sound in place of the one that the dialog had; the one not asked for longest makes room. */
  keep(dialog: string, sound: PreviewSound): void {
    this.forget(dialog);
    const idle = setTimeout(() => this.end(dialog), this.limits.idleMs).unref();
    this.sounds.set(dialog, { sound, idle });
    for (const oldest of [...this.sounds.keys()].slice(0, -this.limits.sounds)) this.forget(oldest);
  }

  /**
   * The spectrogram that a spectrogram node would make of a piece of the dialog's sound.
   * @throws Refusal `no-sound` where the dialog has none any more; UserError as `PreviewLane.draw`
   */
  draw(
    dialog: string,
    settings: Omit<SpectrogramSettings, 'sampleRate'>,
    { from, seconds }: Stretch,
    signal: AbortSignal,
  ): Promise<PreviewSpectrogram> {
    const sound = this.sounds.get(dialog)?.sound;
    if (!sound) throw new Refusal(404, 'the sound of this preview is not kept any more; choose it again', 'no-sound');
    this.keep(dialog, sound);
    const { pcm, sampleRate } = sound;
    const samplesOf = (time: number): number => Math.min(PREVIEW_LIMITS.samples, Math.round(time * sampleRate));
    const length = samplesOf(seconds) || pcm.length;
    // The last segment is a whole one where the sound has one.
    const start = Math.max(0, Math.min(samplesOf(from), pcm.length - length));
    return this.inTurn(signal, lane => lane.draw({ settings: { ...settings, sampleRate }, pcm, start, length }));
  }

  /** A dialog is closed: forgets its sound. */
  end(dialog: string): void {
    this.forget(dialog);
    this.leaveThreads();
  }

  /** The threads are left to others, or to end, when there is nothing to look at any more. */
  private leaveThreads(): void {
    if (this.sounds.size > 0 || this.turns.size > 0) return;
    this.lane?.close();
    this.lane = undefined;
  }

  private forget(dialog: string): void {
    clearTimeout(this.sounds.get(dialog)?.idle);
    this.sounds.delete(dialog);
  }

  private async inTurn<Result>(signal: AbortSignal, work: (lane: PreviewLane) => Promise<Result>): Promise<Result> {
    if (this.turns.size >= this.limits.work) {
      throw new Refusal(409, 'other dialogs are making previews just now; try again in a moment', 'busy');
    }
    try {
      return await this.turns.take(() => this.run(signal, work));
    } finally {
      this.leaveThreads();
    }
  }

  private async run<Result>(signal: AbortSignal, work: (lane: PreviewLane) => Promise<Result>): Promise<Result> {
    const { workMs } = this.limits;
    let why = new Refusal(409, 'nobody waits for this any more', 'cancelled');
    if (signal.aborted) throw why;
    this.lane ??= new PreviewLane();
    const { lane } = this;
    const giveUp = (): void => lane.cancel();
    const timer = setTimeout(() => {
      why = new Refusal(409, `this takes longer than ${workMs / 1000} s, which is too long for a preview`, 'too-slow');
      giveUp();
    }, workMs);
    signal.addEventListener('abort', giveUp);
    try {
      return await work(lane);
    } catch (error) {
      throw (error as { code?: string }).code === 'cancelled' ? why : error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    }
  }
}
