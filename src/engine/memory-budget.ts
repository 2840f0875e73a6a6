// How much of a batch goes through at once, so that a training fits into the memory that is free.
import { freemem } from 'node:os';
import { UserError } from '../errors';
import type { Architecture } from './architecture';
import type { EngineName } from './compute-engine';
import { trainingBytes } from './plan';
import { tensorflowTrainingBytes } from './tensorflow/footprint';
import { MEMORY_LIMIT_BYTES } from './wasm';

/** More examples at once than fit into this are hardly faster, they only take memory. */
const ENOUGH_BYTES = 64 * 2 ** 20;
/** Where the weights take long to go through, more examples should meet them at a time: so much of what they take. */
const ENOUGH_PART = 1 / 4;
/** What is left to everything else on the machine. */
const USABLE_PART = 0.85;

/** Bytes that this process can still take, a container's limit considered. */
export const availableBytes = (): number => process.availableMemory?.() ?? freemem();

/**
 * Examples that go through at once: the whole batch, or, where that takes more memory than is sensible or free, a part
 * of it (a micro-batch; gradients are summed over the parts). With batch normalisation the batch stays whole as long as
 * it fits at all, since its statistics are those of what goes through at once.
 * @param available bytes that are free
 * @param engine what will compute: TensorFlow takes several times as much, and is not held to WebAssembly's 4 GiB
 * @throws UserError `memory` where not even one example fits, saying how much is needed and what to change
 */
export function microBatchSize(
  architecture: Architecture,
  batchSize: number,
  threads: number,
  available = availableBytes(),
  engine: EngineName = 'wasm',
): number {
  const ours = engine === 'wasm';
  const { perExample, fixed } = ours ? trainingBytes(architecture, threads) : tensorflowTrainingBytes(architecture);
  const addressable = ours ? MEMORY_LIMIT_BYTES : Number.POSITIVE_INFINITY;
  const limit = Math.min(addressable, USABLE_PART * available) - fixed;
  if (limit < perExample) {
    const megabytes = (bytes: number) => Math.ceil(bytes / 2 ** 20);
    throw new UserError(
      'memory',
      `training this network takes ${megabytes(fixed + perExample)} MB, and ${megabytes(available)} MB are free; expected at most ${Math.round(100 * USABLE_PART)} % of that, and at most 4096 MB. Choose the compact network, smaller spectrograms (mel bands, fewer frames) or fewer filters, or close other programs.`,
    );
  }
  const hasBatchNorm = [...architecture.encoder, ...architecture.decoder].some(spec => spec.batchNorm);
  const sensible = hasBatchNorm
    ? limit
    : Math.min(limit, Math.max(ENOUGH_BYTES, ENOUGH_PART * fixed, (ours ? threads : 1) * perExample));
  const parts = Math.ceil(batchSize / Math.floor(sensible / perExample));
  return Math.ceil(batchSize / parts);
}
