// The safetensors layout (https://github.com/huggingface/safetensors): 8 bytes little-endian header length, a JSON
// header padded with spaces, then the raw tensors. Only what a model needs: float32 tensors and a string map of
// metadata. Atomicity, checksums and the meaning of the metadata live in model-file.ts.
import { readSync, writeSync } from 'node:fs';
import { describeValue, UserError } from '../errors';

/** `data` is row-major and has as many values as the product of `shape` (1 for a scalar's empty shape). */
export interface Tensor {
  shape: number[];
  data: Float32Array;
}

/** Where one tensor lies: bytes from the start of the data section, `end` exclusive. */
export interface TensorEntry {
  name: string;
  shape: number[];
  begin: number;
  end: number;
}

/** The header as it stands in the file; `tensorEntries` makes sense of its tensors. */
export interface SafetensorsHeader {
  /** The JSON, padding included. */
  text: string;
  metadata: Record<string, string>;
  /** Not checked yet. */
  tensors: Record<string, unknown>;
  /** Where the data section starts, bytes from the start of the file. */
  dataStart: number;
  /** Size of the data section. */
  dataBytes: number;
}

const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
/** The reference implementation refuses longer headers too. */
const MAX_HEADER_BYTES = 100_000_000;
const FLOAT_BYTES = 4;
const METADATA_KEY = '__metadata__';

const elementsOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** The bytes of a tensor, without a copy. */
export function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Header JSON for these tensors, unpadded. The tensors follow each other in the order of their keys. */
export function headerText(tensors: Record<string, Tensor>, metadata: Record<string, string>): string {
  const shapes = Object.entries(tensors).map(([name, { shape, data }]) => {
    if (elementsOf(shape) !== data.length) {
      throw new Error(`tensor ${name} has ${data.length} values; its shape ${shape.join('×')} needs another number`);
    }
    return [name, shape] as const;
  });
  return headerOfShapes(shapes, metadata);
}

/** The same where only names and shapes are known yet. */
export function headerOfShapes(
  shapes: readonly (readonly [name: string, shape: readonly number[]])[],
  metadata: Record<string, string>,
): string {
  const header: [string, unknown][] = [[METADATA_KEY, metadata]];
  let begin = 0;
  for (const [name, shape] of shapes) {
    if (name === METADATA_KEY) throw new Error(`a tensor cannot be called ${METADATA_KEY}`);
    const end = begin + elementsOf(shape) * FLOAT_BYTES;
    header.push([name, { dtype: 'F32', shape, data_offsets: [begin, end] }]);
    begin = end;
  }
  return JSON.stringify(Object.fromEntries(header));
}

/** The first bytes of the file: length and JSON, padded so that the tensors start at a multiple of 8 bytes. */
export function encodeHeader(text: string): Buffer {
  const json = Buffer.from(text, 'utf8');
  const padded = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const head = Buffer.alloc(LENGTH_BYTES + padded, ' ');
  head.writeBigUInt64LE(BigInt(padded), 0);
  json.copy(head, LENGTH_BYTES);
  return head;
}

/** Writes all of `bytes`, from `position` or else from where the last write ended; one write may take less than given. */
export function writeFully(fd: number, bytes: Uint8Array, position?: number): void {
  let written = 0;
  while (written < bytes.length) {
    const at = position === undefined ? null : position + written;
    written += writeSync(fd, bytes, written, bytes.length - written, at);
  }
}

/** Fills `into` from `position` on; false where the file ends before. */
export function readFully(fd: number, into: Uint8Array, position: number): boolean {
  let read = 0;
  while (read < into.length) {
    const got = readSync(fd, into, read, into.length - read, position + read);
    if (got === 0) return false;
    read += got;
  }
  return true;
}

/** `problem` alone is for who reads such a file that is no model. */
export class DamagedModel extends UserError {
  constructor(
    file: string,
    readonly problem: string,
  ) {
    super(
      'model-damaged',
      `The model file ${file} is damaged: ${problem}. Use another version or train the model again.`,
    );
  }
}

const damaged = (file: string, problem: string): UserError => new DamagedModel(file, problem);

/**
 * Reads the header and checks its length against the file's.
 * @param file names the file in errors
 * @param fileBytes the file's size
 * @throws UserError `model-damaged`
 */
export function readHeader(fd: number, file: string, fileBytes: number): SafetensorsHeader {
  if (fileBytes < LENGTH_BYTES + 2) throw damaged(file, `it has ${fileBytes} bytes, too few for a header`);
  const length = Buffer.alloc(LENGTH_BYTES);
  readFully(fd, length, 0);
  const headerBytes = Number(length.readBigUInt64LE(0));
  if (headerBytes > Math.min(fileBytes - LENGTH_BYTES, MAX_HEADER_BYTES)) {
    throw damaged(file, `its header claims ${headerBytes} bytes, the whole file has ${fileBytes}`);
  }
  const json = Buffer.alloc(headerBytes);
  if (!readFully(fd, json, LENGTH_BYTES)) throw damaged(file, 'it ends within its header');
  const text = json.toString('utf8');
  const { [METADATA_KEY]: metadata = {}, ...tensors } = parseHeader(text, file);
  const dataStart = LENGTH_BYTES + headerBytes;
  return { text, metadata: checkMetadata(metadata, file), tensors, dataStart, dataBytes: fileBytes - dataStart };
}

function parseHeader(text: string, file: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw damaged(file, `its header is not JSON (${(cause as Error).message})`);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw damaged(file, 'its header is not a JSON object');
  }
  return header as Record<string, unknown>;
}

function checkMetadata(metadata: unknown, file: string): Record<string, string> {
  const isStringMap =
    typeof metadata === 'object' && metadata !== null && Object.values(metadata).every(v => typeof v === 'string');
  if (!isStringMap) throw damaged(file, `${METADATA_KEY} is not a map from strings to strings`);
  return metadata as Record<string, string>;
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const areSizes = (value: unknown): value is number[] => Array.isArray(value) && value.every(isSize);

/**
 * Checks every tensor's type, shape and place; together they must fill the data section without gaps or overlaps.
 * @returns the tensors in the order of their bytes
 * @throws UserError `model-damaged`
 */
export function tensorEntries({ tensors, dataBytes }: SafetensorsHeader, file: string): TensorEntry[] {
  const entries = Object.entries(tensors).map(([name, entry]) => checkTensor(name, entry, file));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let expected = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== expected) {
      throw damaged(file, `tensor ${name} starts at byte ${begin} of the data, expected ${expected}`);
    }
    expected = end;
  }
  if (expected !== dataBytes) {
    throw damaged(file, `its tensors need ${expected} bytes, after the header there are ${dataBytes}`);
  }
  return entries;
}

function checkTensor(name: string, entry: unknown, file: string): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (dtype !== 'F32') throw damaged(file, `tensor ${name} has type ${describeValue(dtype)}, expected F32`);
  if (!areSizes(shape)) throw damaged(file, `tensor ${name} has no valid shape`);
  if (!areSizes(offsets) || offsets.length !== 2) throw damaged(file, `tensor ${name} has no valid data_offsets`);
  const [begin, end] = offsets;
  if (end - begin !== elementsOf(shape) * FLOAT_BYTES) {
    throw damaged(file, `tensor ${name} of shape ${shape.join('×')} takes ${end - begin} bytes, which does not fit`);
  }
  return { name, shape, begin, end };
}

/**
 * Reads one tensor into memory of its own.
 * @throws UserError `model-damaged` where the file has become shorter meanwhile
 */
export function readTensor(fd: number, file: string, { dataStart }: SafetensorsHeader, entry: TensorEntry): Tensor {
  const data = new Float32Array((entry.end - entry.begin) / FLOAT_BYTES);
  if (!readFully(fd, bytesOf(data), dataStart + entry.begin)) {
    throw damaged(file, `it ends within tensor ${entry.name}`);
  }
  return { shape: entry.shape, data };
}
