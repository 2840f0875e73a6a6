// The sources of sound that run, for dialogs that show what their settings make of it: the folder of each wav-folder node
// and the last segment of each source. Holds references, copies nothing, and is bounded in number and bytes.
import type { FolderSelection } from '../../src/audio/sound-folder';
import type { Message } from '../../src/messages';

export interface LastSegment {
  /** PCM as in an audio message. */
  payload: Buffer;
  /** Hz */
  sampleRate: number;
  /** The file or device that it came from. */
  from: string;
  /** When it came: ms since 1970. */
  at: number;
}

/** Segments kept; a longer one than 95 s at 44.1 kHz is not. */
export const SEGMENT_LIMITS = { segments: 8, bytes: 16 * 2 ** 20 };

export class RunningSources {
  private readonly folders = new Map<string, FolderSelection>();
  /** By node, the newest last. */
  private readonly segments = new Map<string, LastSegment>();

  constructor(private readonly limits = SEGMENT_LIMITS) {}

  get bytes(): number {
    return [...this.segments.values()].reduce((sum, { payload }) => sum + payload.buffer.byteLength, 0);
  }

  /** A wav-folder node is there. */
  opened(id: string, folder: FolderSelection): void {
    this.folders.set(id, folder);
  }

  /** A source has gone. */
  closed(id: string): void {
    this.folders.delete(id);
    this.segments.delete(id);
  }

  /** An audio segment left its source. */
  brought(id: string, { payload, audio }: Message): void {
    if (!Buffer.isBuffer(payload) || !audio) return;
    const { sampleRate, source: from } = audio;
    this.segments.delete(id);
    // A small Buffer may be a view on a large one: what counts is what it keeps from being freed.
    if (payload.buffer.byteLength > this.limits.bytes) return;
    this.segments.set(id, { payload, sampleRate, from, at: Date.now() });
    for (const oldest of this.segments.keys()) {
      if (this.segments.size <= this.limits.segments && this.bytes <= this.limits.bytes) break;
      this.segments.delete(oldest);
    }
  }

  /** Undefined where no such wav-folder node is deployed. */
  folderOf(id: string): FolderSelection | undefined {
    return this.folders.get(id);
  }

  /** Undefined where none has come, or one too long to keep. */
  lastOf(id: string): LastSegment | undefined {
    return this.segments.get(id);
  }
}

/** Those of this Node-RED. */
export const runningSources = new RunningSources();
