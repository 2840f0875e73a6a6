// The weights of the models that are scored with, once for all threads: in shared memory, within a limit. Where that is
// reached, the model used longest ago leaves; it is read from its file again when it is needed.
import { totalmem } from 'node:os';
import type { ModelMetadata } from '../store/model-file';
import type { Tensor } from '../store/safetensors';

/** What a model file holds, its tensors in one shared memory. */
export interface ModelContents {
  metadata: ModelMetadata;
  tensors: Record<string, Tensor>;
  bytes: number;
}

/** 180 compact models; an eighth of what a small machine has. */
const LIMIT_BYTES = Math.min(256 * 2 ** 20, totalmem() / 8);

interface Kept {
  contents: ModelContents;
  /** Has the threads let go of it. */
  release(): void;
}

export class ModelMemory {
  /** By model; the one used last stands last. */
  private readonly models = new Map<string, Kept>();
  private taken = 0;

  constructor(private readonly limit = LIMIT_BYTES) {}

  /** Bytes that the weights take. */
  get bytes(): number {
    return this.taken;
  }

  get(key: string): ModelContents | undefined {
    const kept = this.models.get(key);
    if (!kept) return undefined;
    this.models.delete(key);
    this.models.set(key, kept);
    return kept.contents;
  }

  /**
   * Keeps what has been read from a file, and lets others go until it fits; the newest stays whatever its size.
   * @param release is called when the model has left, by itself or by `drop`
   */
  put(key: string, contents: ModelContents, release: () => void): void {
    this.drop(key);
    this.models.set(key, { contents, release });
    this.taken += contents.bytes;
    for (const oldest of this.models.keys()) {
      if (this.taken <= this.limit || oldest === key) break;
      this.drop(oldest);
    }
  }

  /** Lets a model go that is not used any more. */
  drop(key: string): void {
    const kept = this.models.get(key);
    if (!kept) return;
    this.models.delete(key);
    this.taken -= kept.contents.bytes;
    kept.release();
  }
}

/** Moves tensors into one shared memory. */
export function sharedContents(tensors: Record<string, Tensor>, metadata: ModelMetadata): ModelContents {
  const bytes = Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
  const memory = new SharedArrayBuffer(bytes);
  const shared: Record<string, Tensor> = {};
  let at = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const copy = new Float32Array(memory, at, data.length);
    copy.set(data);
    shared[name] = { shape, data: copy };
    at += data.byteLength;
  }
  return { metadata, tensors: shared, bytes };
}

/** The one of this process. */
export const modelMemory = new ModelMemory();
