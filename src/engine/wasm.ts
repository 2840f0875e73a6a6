// The network's compute kernels and their shared memory.
import { UserError } from '../errors';
import { instantiate, type KernelKind, type WasmMemory as Memory, PAGE, wasm } from '../wasm';

export { bestKernels, type KernelKind } from '../wasm';

export type WasmMemory = Memory<SharedArrayBuffer>;

type Fn = (...args: number[]) => number;

/** The kernels' exports; what each does stands in kernels/. All arguments are addresses, counts or values. */
export interface Kernels {
  convRows: Fn;
  convRowsSingle: Fn;
  convFilterGradient: Fn;
  packDown: Fn;
  packUp: Fn;
  packWinogradDown: Fn;
  packWinogradUp: Fn;
  winograd: Fn;
  winogradFilterGradient: Fn;
  denseForward: Fn;
  denseWeightGradient: Fn;
  denseInputGradient: Fn;
  denseInputGradientLong: Fn;
  reluBiasGradient: Fn;
  channelSums: Fn;
  channelAffine: Fn;
  channelGradient: Fn;
  sigmoid: Fn;
  squaredError: Fn;
  addTo: Fn;
  sumOfSquares: Fn;
  adam: Fn;
}

/** What 32-bit WebAssembly can address. */
export const MEMORY_LIMIT_BYTES = 65536 * PAGE;

/**
 * A shared memory of at least `bytes`.
 * @throws UserError `memory` where that is more than WebAssembly can address or the machine gives
 */
export function createMemory(bytes: number): WasmMemory {
  const pages = Math.ceil(bytes / PAGE);
  const megabytes = Math.ceil(bytes / 2 ** 20);
  const advice = 'Use a smaller batch size, smaller spectrograms or fewer filters.';
  if (bytes > MEMORY_LIMIT_BYTES) {
    throw new UserError('memory', `the network needs ${megabytes} MB; expected at most 4096 MB. ${advice}`);
  }
  try {
    return new wasm.Memory({ initial: pages, maximum: pages, shared: true });
  } catch (cause) {
    throw new UserError('memory', `the machine did not give ${megabytes} MB of memory. ${advice}`, { cause });
  }
}

/**
 * An instance of the kernels over a shared memory; one per thread.
 * @throws UserError `no-simd` where the processor or runtime lacks WebAssembly SIMD
 */
export function loadKernels(memory: WasmMemory, kind: KernelKind): Kernels {
  return instantiate(kind, kind, memory) as Kernels;
}
