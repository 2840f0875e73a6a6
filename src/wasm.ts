// What WebAssembly this runtime has, and the kernel modules that the build has put beside it. This package runs in
// Node, whose types lack the WebAssembly namespace unless the DOM's are taken along, so what is used is typed here.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { UserError } from './errors';

export interface WasmMemory<B extends ArrayBufferLike = ArrayBufferLike> {
  readonly buffer: B;
  /** Adds pages of 64 KiB; the buffer of a memory that is not shared is another one afterwards. */
  grow(pages: number): number;
}

interface WasmApi {
  Memory: {
    new (descriptor: { initial: number; maximum: number; shared: true }): WasmMemory<SharedArrayBuffer>;
    new (descriptor: { initial: number }): WasmMemory<ArrayBuffer>;
  };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: unknown };
  validate(bytes: Uint8Array): boolean;
}

export const wasm = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;

/** Bytes of a page of WebAssembly's memory. */
export const PAGE = 65536;

/** Relaxed SIMD has fused multiply-add; plain SIMD rounds the product first. */
export type KernelKind = 'plain' | 'relaxed';

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
 * An instance of the kernels in dist/kernels/<file>.wasm over a memory.
 * @returns its exports
 * @throws UserError `no-simd` where the processor or runtime lacks WebAssembly SIMD
 */
export function instantiate(file: string, kind: KernelKind, memory: WasmMemory): unknown {
  if (!wasm.validate(SIMD_PROBE)) {
    throw new UserError(
      'no-simd',
      `this ${process.arch} machine runs no WebAssembly SIMD; expected an x86-64 processor with SSE4.1 or a 64-bit ARM system. On a Raspberry Pi, install the 64-bit system.`,
    );
  }
  if (kind === 'relaxed') bestKernels();
  const bytes = readFileSync(join(__dirname, '..', 'kernels', `${file}.wasm`));
  const env = {
    memory,
    abort: () => {
      throw new Error('the compute kernels stopped');
    },
  };
  return new wasm.Instance(new wasm.Module(bytes), { env }).exports;
}
