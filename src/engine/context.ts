// What one thread of a network works with: the kernels, its views on the shared memory, its own corner of it.
import { Barrier } from './barrier';
import type { NetworkPlan } from './plan';
import type { Kernels, WasmMemory } from './wasm';

export class ThreadContext {
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  readonly i32: Int32Array;
  readonly threads: number;
  readonly zeros: number;
  readonly scratch: number;
  readonly barrier: Barrier;

  constructor(
    readonly plan: NetworkPlan,
    readonly kernels: Kernels,
    memory: WasmMemory,
    readonly thread: number,
  ) {
    this.f32 = new Float32Array(memory.buffer);
    this.f64 = new Float64Array(memory.buffer);
    this.i32 = new Int32Array(memory.buffer);
    this.threads = plan.options.threads;
    this.zeros = plan.zeros;
    this.scratch = plan.scratch + thread * plan.scratchBytes;
    this.barrier = new Barrier(new Int32Array(memory.buffer, plan.control, 2), this.threads);
  }

  /** Address of a parameter. */
  parameter(name: string): number {
    return this.plan.parameters + this.find(name).offset * 4;
  }

  /** Address of this thread's own sum of a parameter's gradient; 0 where nothing is trained. */
  gradient(name: string): number {
    const { plan, thread } = this;
    if (!plan.options.training) return 0;
    const { offset } = this.find(name);
    // The dense matrices are shared out by range, so all threads write to the one block.
    if (thread === 0 || offset >= plan.table.shared) return plan.gradients + offset * 4;
    return plan.partials + ((thread - 1) * plan.table.shared + offset) * 4;
  }

  private find(name: string) {
    const parameter = this.plan.table.byName.get(name);
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
}
