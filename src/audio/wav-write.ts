// Writes WAV files: 16-bit PCM or float32, mono. A file appears under its name only when it is complete and on the
// disk; whatever goes wrong, no half file stays behind.
import type { FileHandle } from 'node:fs/promises';
import { asError, UserError } from '../errors';
import { createFile, type FileToWrite, replaceFiles } from '../files/atomic-file';

export type WavFormat = 'pcm16' | 'float32';

const HEADER_BYTES = { pcm16: 44, float32: 58 } as const;
const SAMPLE_BYTES = { pcm16: 2, float32: 4 } as const;
/** Samples converted at a time, well under a millisecond each. */
const BLOCK_SAMPLES = 64 * 1024;
/** RIFF sizes are 32 bits. */
const MAX_BYTES = 0xffffffff;

/** The size of the file that `writeWav` makes, in bytes. */
export function wavBytes(samples: number, format: WavFormat): number {
  return HEADER_BYTES[format] + samples * SAMPLE_BYTES[format];
}

/**
 * Writes mono sound; a file of that name is replaced.
 * @param pcm −1…1; 16-bit PCM is rounded to the nearest value and limited to its range
 * @param sampleRate Hz
 * @throws UserError `disk-full`, `not-writable` or `write-failed`
 */
export async function writeWav(
  file: string,
  pcm: Float32Array,
  sampleRate: number,
  format: WavFormat = 'pcm16',
): Promise<void> {
  const sound = soundFile(file, pcm, sampleRate, format);
  try {
    await replaceFiles([sound]);
  } catch (thrown) {
    throw writeError(file, thrown);
  }
}

/**
 * The same under a new name.
 * @returns false where there is a file of that name already; it is left as it is
 */
export async function writeNewWav(
  file: string,
  pcm: Float32Array,
  sampleRate: number,
  format: WavFormat,
): Promise<boolean> {
  const sound = soundFile(file, pcm, sampleRate, format);
  try {
    await createFile(sound);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw writeError(file, thrown);
  }
}

function soundFile(file: string, pcm: Float32Array, sampleRate: number, format: WavFormat): FileToWrite {
  if (wavBytes(pcm.length, format) > MAX_BYTES) {
    throw new UserError('write-failed', `${pcm.length} samples do not fit into a WAV file of 4 GiB: ${file}.`);
  }
  return { file, write: handle => writeSamples(handle, pcm, sampleRate, format) };
}

async function writeSamples(handle: FileHandle, pcm: Float32Array, sampleRate: number, format: WavFormat) {
  await handle.writeFile(headerOf(pcm.length, sampleRate, format));
  for (let start = 0; start < pcm.length; start += BLOCK_SAMPLES) {
    await handle.writeFile(encodeSamples(pcm.subarray(start, start + BLOCK_SAMPLES), format));
  }
}

/** A complete WAV file in memory, e.g. for an e-mail. */
export function encodeWav(pcm: Float32Array, sampleRate: number, format: WavFormat = 'pcm16'): Buffer {
  return Buffer.concat([headerOf(pcm.length, sampleRate, format), encodeSamples(pcm, format)]);
}

/** A complete 16-bit WAV file, piece by piece: well under a millisecond each, for a thread that has other things to do. */
export function* wavPieces(pcm: Float32Array, sampleRate: number): Generator<Buffer> {
  yield headerOf(pcm.length, sampleRate, 'pcm16');
  for (let start = 0; start < pcm.length; start += BLOCK_SAMPLES) {
    yield encodeSamples(pcm.subarray(start, start + BLOCK_SAMPLES), 'pcm16');
  }
}

/** Float WAVs carry a longer fmt chunk and a fact chunk, as the standard asks of every format but PCM. */
function headerOf(samples: number, sampleRate: number, format: WavFormat): Buffer {
  const header = Buffer.alloc(HEADER_BYTES[format]);
  const sampleBytes = SAMPLE_BYTES[format];
  const isFloat = format === 'float32';
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(wavBytes(samples, format) - 8, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(isFloat ? 18 : 16, 16);
  header.writeUInt16LE(isFloat ? 3 : 1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * sampleBytes, 28);
  header.writeUInt16LE(sampleBytes, 32);
  header.writeUInt16LE(sampleBytes * 8, 34);
  if (isFloat) {
    header.write('fact', 38, 'latin1');
    header.writeUInt32LE(4, 42);
    header.writeUInt32LE(samples, 46);
  }
  header.write('data', header.length - 8, 'latin1');
  header.writeUInt32LE(samples * sampleBytes, header.length - 4);
  return header;
}

function encodeSamples(pcm: Float32Array, format: WavFormat): Buffer {
  const bytes = Buffer.allocUnsafe(pcm.length * SAMPLE_BYTES[format]);
  if (format === 'float32') {
    for (let i = 0; i < pcm.length; i++) bytes.writeFloatLE(pcm[i], i * 4);
  } else {
    for (let i = 0; i < pcm.length; i++) {
      bytes.writeInt16LE(Math.max(-32768, Math.min(32767, Math.round(pcm[i] * 32768))), i * 2);
    }
  }
  return bytes;
}

function writeError(file: string, thrown: unknown): UserError {
  const error = asError(thrown);
  const code = (error as NodeJS.ErrnoException).code;
  const options = { cause: error };
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new UserError('disk-full', `no space left to write ${file}. Free some space or record less.`, options);
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new UserError(
      'not-writable',
      `${file} cannot be written (${code}). Choose a folder you may write to.`,
      options,
    );
  }
  return new UserError('write-failed', `${file} cannot be written: ${error.message}`, options);
}
