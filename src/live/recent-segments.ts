// The sound and the spectrogram of the last segments on their way through the flow, so that an alarm can bring both along.
// Holds references, copies nothing, and is bounded in number and bytes.
import type { Message, SpectrogramInfo } from '../messages';

export interface SegmentSound {
  /** PCM as in an audio message. */
  payload: Buffer;
  /** Hz */
  sampleRate: number;
}

export interface SegmentSpectrogram {
  /** float32, row-major [bins][frames]. */
  payload: Buffer;
  info: SpectrogramInfo;
}

export interface Segment {
  sound?: SegmentSound;
  spectrogram?: SegmentSpectrogram;
}

export const RECENT_LIMITS = { segments: 64, bytes: 16 * 2 ** 20 };

/** The same for all messages that came of one segment; undefined where a message does not tell. */
export function segmentKey({ audio }: Message): string | undefined {
  return audio ? `${audio.source} ${audio.startedAt} ${audio.sequence}` : undefined;
}

/** The memory that a segment keeps from being freed: a small Buffer may be a view on a large one. */
export function heldBytes({ sound, spectrogram }: Segment): number {
  return (sound?.payload.buffer.byteLength ?? 0) + (spectrogram?.payload.buffer.byteLength ?? 0);
}

export class RecentSegments {
  bytes = 0;
  private readonly segments = new Map<string, Segment>();

  constructor(private readonly limits = RECENT_LIMITS) {}

  get size(): number {
    return this.segments.size;
  }

  keep(key: string, part: Segment): void {
    const before = this.segments.get(key);
    if (before) this.forget(key, before);
    const segment = { ...before, ...part };
    const bytes = heldBytes(segment);
    if (bytes > this.limits.bytes) return;
    this.segments.set(key, segment);
    this.bytes += bytes;
    for (const [oldest, old] of this.segments) {
      if (this.segments.size <= this.limits.segments && this.bytes <= this.limits.bytes) break;
      this.forget(oldest, old);
    }
  }

  find(key: string): Segment | undefined {
    return this.segments.get(key);
  }

  clear(): void {
    this.segments.clear();
    this.bytes = 0;
  }

  private forget(key: string, segment: Segment): void {
    this.segments.delete(key);
    this.bytes -= heldBytes(segment);
  }
}
