// Signals as they travel: Buffers of float32, little-endian, and back.
import { UserError } from '../errors';
import { inTurns } from '../threads/turns';

/**
 * A read-only view on a Buffer of float32 LE values; copies only where the Buffer is not aligned to 4 bytes.
 * @throws UserError `payload-size` where the length is not a multiple of 4
 */
export function floatsOf(payload: Buffer, what = 'payload'): Float32Array {
  const view = alignedView(payload, what);
  if (view) return view;
  const copy = new Float32Array(payload.length / 4);
  Buffer.from(copy.buffer).set(payload);
  return copy;
}

/** As `floatsOf`, for any length: where it copies, it does so in turns of the event loop. */
export async function floatsInTurns(payload: Buffer): Promise<Float32Array> {
  const view = alignedView(payload, 'payload');
  if (view) return view;
  const copy = new Float32Array(payload.length / 4);
  const bytes = Buffer.from(copy.buffer);
  await inTurns(copy.length, (from, to) => payload.copy(bytes, 4 * from, 4 * from, 4 * to));
  return copy;
}

/** Undefined where the Buffer's values do not stand where float32 may stand in memory. */
function alignedView(payload: Buffer, what: string): Float32Array | undefined {
  expectFloats(payload, what);
  if (payload.byteOffset % 4 !== 0) return undefined;
  return new Float32Array(payload.buffer, payload.byteOffset, payload.length / 4);
}

/** @throws UserError `payload-size` where the length is not a multiple of 4 */
export function expectFloats({ length }: Buffer, what = 'payload'): void {
  if (length % 4 === 0) return;
  throw new UserError(
    'payload-size',
    `msg.${what} has ${length} bytes; expected float32 values, a multiple of 4. Was it changed on the way?`,
  );
}

/** The Buffer over a Float32Array's own memory (no copy). */
export function bufferOf(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
