// Loads the compute kernels: relaxed SIMD (fused multiply-add) where the runtime has it, plain SIMD otherwise.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { UserError } from '../errors';

type Fn = (...args: number[]) => number;

/** The kernels' exports; what each does stands in kernels/. All arguments are addresses, counts or values. */
export interface Kernels {
  convRows: Fn;
  convRowsSingle: Fn;
  convFilterGradient: Fn;
  packDown: Fn;
  packUp: Fn;
  denseForward: Fn;
  denseWeightGradient: Fn;
  denseInputGradient: Fn;
  denseInputGradientLong: Fn;
  reluBiasGradient: Fn;
  channelSums: Fn;
  channelAffine: Fn;
  channelGradientSums: Fn;
  channelGradient: Fn;
  sigmoid: Fn;
  squaredError: Fn;
  addTo: Fn;
  sumOfSquares: Fn;
  adam: Fn;
}

export type KernelKind = 'plain' | 'relaxed';

// This package runs in Node, whose types lack the WebAssembly namespace unless the DOM's are taken along.
interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
}
interface WasmApi {
  Memory: new (descriptor: { initial: number; maximum: number; shared: boolean }) => WasmMemory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Kernels };
  validate(bytes: Uint8Array): boolean;
}
const wasm = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;

export type { WasmMemory };

const PAGE = 65536;
/** What 32-bit WebAssembly can address. */
export const MEMORY_LIMIT_BYTES = 65536 * PAGE;

/** i32x4.relaxed and v128 in the smallest modules that use them. */
const RELAXED_PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15],
  ...[65, 2, 253, 15, 253, 128, 2, 11],
);
const SIMD_PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

/** Which kernels this runtime can run. Node 20 has relaxed SIMD behind a flag, which may be set until it is needed. */
export function bestKernels(): KernelKind {
  if (wasm.validate(RELAXED_PROBE)) return 'relaxed';
  try {
    setFlagsFromString('--experimental-wasm-relaxed-simd');
  } catch {
    return 'plain';
  }
  return wasm.validate(RELAXED_PROBE) ? 'relaxed' : 'plain';
}

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
  if (!wasm.validate(SIMD_PROBE)) {
    throw new UserError(
      'no-simd',
      `this ${process.arch} machine runs no WebAssembly SIMD; expected an x86-64 processor with SSE4.1 or a 64-bit ARM system. On a Raspberry Pi, install the 64-bit system.`,
    );
  }
  if (kind === 'relaxed') bestKernels();
  const bytes = readFileSync(join(__dirname, '..', '..', 'kernels', `${kind}.wasm`));
  const env = {
    memory,
    abort: () => {
      throw new Error('the compute kernels stopped');
    },
  };
  return new wasm.Instance(new wasm.Module(bytes), { env }).exports;
}
