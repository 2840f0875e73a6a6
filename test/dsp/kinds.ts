// The kernels that this machine runs: both, or plain SIMD alone.
import { bestKernels, type KernelKind } from '#src/wasm';

export const KINDS: KernelKind[] = bestKernels() === 'relaxed' ? ['plain', 'relaxed'] : ['plain'];
