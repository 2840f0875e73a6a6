// Hands out addresses in the memory that the threads of a network share. Layers lay out what they need through it,
// once; nothing is allocated afterwards.

export interface PlanOptions {
  /** Examples that go through at once. */
  batch: number;
  threads: number;
  /** Also gradients and Adam's moments. */
  training: boolean;
}

const ALIGN = 64;
/** Whole vectors may be read this far behind the end of a buffer. */
const SLACK_BYTES = 64;
/** The same for scratch, where one buffer follows the other. */
const SCRATCH_SLACK_BYTES = 256;

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGN) * ALIGN;

export class MemoryLayout {
  private end = 0;
  private scratchBytes = 0;

  constructor(readonly options: PlanOptions) {}

  /** Bytes handed out so far. */
  get bytes(): number {
    return this.end;
  }

  /** Address of so many bytes. */
  take(bytes: number): number {
    const address = this.end;
    this.end = aligned(address + bytes + SLACK_BYTES);
    return address;
  }

  /** Address of float32 values. */
  floats(count: number): number {
    return this.take(count * 4);
  }

  /** Address of float64 values. */
  doubles(count: number): number {
    return this.take(count * 8);
  }

  /** Address of float32 values that only training needs; 0 without. */
  trainingFloats(count: number): number {
    return this.options.training ? this.floats(count) : 0;
  }

  /** Each thread has one piece of scratch, for one kernel at a time: as large as the largest that was asked for. */
  needScratch(bytes: number): void {
    this.scratchBytes = Math.max(this.scratchBytes, aligned(bytes + SCRATCH_SLACK_BYTES));
  }

  /** The scratch of all threads, one behind the other; to be called last. */
  takeScratch(): { address: number; bytesPerThread: number } {
    return { address: this.take(this.scratchBytes * this.options.threads), bytesPerThread: this.scratchBytes };
  }
}
