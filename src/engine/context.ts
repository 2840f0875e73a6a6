// What one thread of a network works with: the kernels, its views on the shared memory, its own corner of it.
import { Barrier } from './barrier';
import type { PlanOptions } from './memory-layout';
import type { ParameterTable } from './parameters';
import type { Kernels, WasmMemory } from './wasm';

/** What all layers use; addresses in bytes. */
export interface SharedPlan {
  options: PlanOptions;
  table: ParameterTable;
  /** Two integers. */
  barrier: number;
  /** The parameters, and their gradients as the first thread adds them up. */
  parameters: number;
  gradients: number;
  /** Gradients of the threads 1…: [threads − 1][table.shared]. */
  partials: number;
  /** As many as the widest layer has channels, and some more. */
  zeros: number;
  /** Scratch of all threads. */
  scratch: number;
  scratchBytes: number;
}

/** What a pass through the layers is about. */
export interface Batch {
  /** Examples in all; from … to − 1 are this thread's own. */
  count: number;
  from: number;
  to: number;
  /** With the batch's own statistics and noise, instead of the running statistics and z = μ. */
  learning: boolean;
  /** Gradients are added to those that are there. */
  accumulate: boolean;
  /** Weights of the two parts of the loss: rlScale · Σ squared error + klScale · Σ divergence. */
  rlScale: number;
  klScale: number;
}

export class ThreadContext {
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  readonly i32: Int32Array;
  readonly batch: number;
  readonly threads: number;
  readonly zeros: number;
  readonly scratch: number;
  readonly barrier: Barrier;

  constructor(
    readonly shared: SharedPlan,
    readonly kernels: Kernels,
    memory: WasmMemory,
    readonly thread: number,
  ) {
    this.f32 = new Float32Array(memory.buffer);
    this.f64 = new Float64Array(memory.buffer);
    this.i32 = new Int32Array(memory.buffer);
    this.batch = shared.options.batch;
    this.threads = shared.options.threads;
    this.zeros = shared.zeros;
    this.scratch = shared.scratch + thread * shared.scratchBytes;
    this.barrier = new Barrier(new Int32Array(memory.buffer, shared.barrier, 2), this.threads);
  }

  /** Address of a parameter. */
  parameter(name: string): number {
    return this.shared.parameters + this.find(name).offset * 4;
  }

  /** Address of this thread's own sum of a parameter's gradient; 0 where nothing is trained. */
  gradient(name: string): number {
    const { shared, thread } = this;
    if (!shared.options.training) return 0;
    const { offset } = this.find(name);
    // The dense matrices are shared out by range, so all threads write to the one block.
    if (thread === 0 || offset >= shared.table.shared) return this.sharedGradient(name);
    return shared.partials + ((thread - 1) * shared.table.shared + offset) * 4;
  }

  /** Address of a parameter's gradient in the one block, for ranges that only one thread writes to. */
  sharedGradient(name: string): number {
    return this.shared.gradients + this.find(name).offset * 4;
  }

  private find(name: string) {
    const parameter = this.shared.table.byName.get(name);
    if (!parameter) throw new Error(`the network has no parameter ${name}`);
    return parameter;
  }

  /** This thread's share of `count` things: [from, to), `step` at a time. */
  share(count: number, step = 1): [number, number] {
    const blocks = Math.ceil(count / step);
    const cut = (t: number) => Math.min(count, Math.floor((blocks * t) / this.threads) * step);
    return [cut(this.thread), cut(this.thread + 1)];
  }

  /** A view of `count` float32 values. */
  floats(address: number, count: number): Float32Array {
    return this.f32.subarray(address / 4, address / 4 + count);
  }

  /** A view of `count` float64 values. */
  doubles(address: number, count: number): Float64Array {
    return this.f64.subarray(address / 8, address / 8 + count);
  }
}
