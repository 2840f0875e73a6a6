// One model version = one safetensors file: the weights by name and, as JSON in its metadata, everything else that is
// needed to score. Written so that a reader sees the whole new file or none; refused on reading where anything is
// off. docs/model-file.md describes the format from the outside. Synchronous: called from worker threads.
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { describeValue, UserError } from '../errors';
import { writeAtomically, writeNew } from '../files/atomic-file';
import type { JsonObject, JsonValue } from './json';
import { migrateMetadata, migrateTensorName } from './migrations';
import {
  bytesOf,
  encodeHeader,
  headerText,
  readFully,
  readHeader,
  readTensor,
  type SafetensorsHeader,
  type Tensor,
  type TensorEntry,
  tensorEntries,
  writeFully,
} from './safetensors';

/** The format this release writes. Older ones are migrated on reading, newer ones refused. */
export const FORMAT_VERSION = 3;

/** What a model file says about itself. */
export interface ModelMetadata {
  formatVersion: number;
  /** The release of this package that wrote the file. */
  packageVersion: string;
  /** The audio-model's name. */
  name: string;
  /** Counts the trainings of one model from 1. */
  version: number;
  /** ISO 8601 */
  createdAt: string;
  /** Settings of the spectrogram the model was trained on. */
  frontEnd: JsonObject;
  /** Per kind of score the distribution over the training segments. */
  scores: JsonObject;
  /** Per detector what it needs beside its tensors, and how it was fitted. */
  detectors: Record<string, JsonObject>;
  /** SHA-256 (hex) of all tensor bytes in file order. */
  checksum: string;
  /** SHA-256 (hex) of the header's JSON, in which this value itself is replaced by zeros. */
  headerChecksum: string;
}

type OwnBusiness = 'formatVersion' | 'checksum' | 'headerChecksum';
/** What the caller says; format version and checksums are the file's own business. */
export type ModelDescription = Omit<ModelMetadata, OwnBusiness> & Partial<ModelMetadata>;

const TEXT_KEYS = ['packageVersion', 'name', 'createdAt', 'checksum'] as const;
const NUMBER_KEYS = ['formatVersion', 'version'] as const;
const OBJECT_KEYS = ['frontEnd', 'scores', 'detectors'] as const;

const HEADER_CHECKSUM = 'headerChecksum';
const ZEROS = '0'.repeat(64);

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/**
 * Writes a model file: a temporary file in the same folder, flushed to the disk, then renamed. After any failure the
 * folder is as it was.
 * @param metadata `formatVersion` and the checksums are filled in here, whatever they are
 * @returns the metadata as written
 * @throws UserError `model-not-saved` naming the file, the reason (e.g. disk full) and what to do
 */
export function writeModelFile(
  file: string,
  tensors: Record<string, Tensor>,
  metadata: ModelDescription,
): ModelMetadata {
  const { complete, write } = prepareModelFile(file, tensors, metadata);
  writeAtomically(file, write);
  return complete;
}

/**
 * The same where there is no such file yet.
 * @returns undefined where there is one, which is then untouched
 */
export function createModelFile(
  file: string,
  tensors: Record<string, Tensor>,
  metadata: ModelDescription,
): ModelMetadata | undefined {
  const { complete, write } = prepareModelFile(file, tensors, metadata);
  return writeNew(file, write) ? complete : undefined;
}

function prepareModelFile(file: string, tensors: Record<string, Tensor>, metadata: ModelDescription) {
  const hash = createHash('sha256');
  for (const { data } of Object.values(tensors)) hash.update(bytesOf(data));
  const described = { ...metadata, formatVersion: FORMAT_VERSION, checksum: hash.digest('hex') };
  const { head, headerChecksum } = encodeModelHeader(file, tensors, described);
  const complete: ModelMetadata = { ...described, headerChecksum };
  const write = (fd: number): void => {
    writeFully(fd, head);
    for (const { data } of Object.values(tensors)) writeFully(fd, bytesOf(data));
  };
  return { complete, write };
}

function encodeModelHeader(
  file: string,
  tensors: Record<string, Tensor>,
  metadata: Omit<ModelMetadata, 'headerChecksum'>,
): { head: Buffer; headerChecksum: string } {
  const strings: Record<string, string> = {};
  for (const key of [...NUMBER_KEYS, ...TEXT_KEYS, ...OBJECT_KEYS]) {
    const value = metadata[key];
    strings[key] = typeof value === 'string' ? value : JSON.stringify(value, refuseNonFinite(file, key));
  }
  const zeroed = headerText(tensors, { ...strings, [HEADER_CHECKSUM]: ZEROS });
  const padded = encodeHeader(zeroed).toString('utf8', 8);
  const headerChecksum = sha256(padded);
  return { head: encodeHeader(headerText(tensors, { ...strings, headerChecksum })), headerChecksum };
}

/** JSON turns NaN and Infinity into null silently; a model with such numbers must not be saved. */
function refuseNonFinite(file: string, part: string) {
  return (key: string, value: unknown): unknown => {
    if (typeof value !== 'number' || Number.isFinite(value)) return value;
    throw new UserError(
      'model-not-saved',
      `The model file ${file} was not saved: ${key || part} in its ${part} is ${value}, expected a finite number. Earlier versions are untouched.`,
    );
  };
}

/**
 * Reads a model file whole and checks it: layout, format version, both checksums.
 * @throws UserError `model-damaged`, `model-newer-format` or `model-unreadable`, each naming the file
 */
export function readModelFile(file: string): { tensors: Record<string, Tensor>; metadata: ModelMetadata } {
  return withModelFile(file, (fd, header, entries, metadata) => {
    const hash = createHash('sha256');
    const tensors = entries.map(entry => {
      const tensor = readTensor(fd, file, header, entry);
      hash.update(bytesOf(tensor.data));
      return [entry.name, tensor] as const;
    });
    expectChecksum(file, 'tensors', hash.digest('hex'), metadata.checksum);
    return { tensors: Object.fromEntries(tensors), metadata };
  });
}

/**
 * Reads the header only (milliseconds, whatever the model's size): enough to see a file cut short or a changed header,
 * not to see a changed weight.
 * @throws UserError as `readModelFile`
 */
export function readModelMetadata(file: string): ModelMetadata {
  return withModelFile(file, (_fd, _header, _entries, metadata) => metadata);
}

const VERIFY_CHUNK_BYTES = 1 << 20;

/**
 * Checks a whole file, weights included, in little memory.
 * @throws UserError as `readModelFile`
 */
export function verifyModelFile(file: string): ModelMetadata {
  return withModelFile(file, (fd, header, _entries, metadata) => {
    verify(fd, file, header, metadata);
    return metadata;
  });
}

function verify(fd: number, file: string, header: SafetensorsHeader, metadata: ModelMetadata): void {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(VERIFY_CHUNK_BYTES);
  for (let at = 0; at < header.dataBytes; at += chunk.length) {
    const part = chunk.subarray(0, Math.min(chunk.length, header.dataBytes - at));
    if (!readFully(fd, part, header.dataStart + at)) throw damaged(file, 'it has become shorter while being read');
    hash.update(part);
  }
  expectChecksum(file, 'tensors', hash.digest('hex'), metadata.checksum);
}

/** A checked model file that stays open, for reading its tensors piece by piece. */
export interface OpenModel {
  readonly metadata: ModelMetadata;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /**
   * Fills `into` with a tensor's values from number `first` on.
   * @throws UserError `model-damaged` where the file has become shorter meanwhile
   */
  read(tensor: TensorEntry, first: number, into: Float32Array): void;
  close(): void;
}

/**
 * Checks a whole file as `verifyModelFile` does and keeps it open.
 * @throws UserError as `readModelFile`
 */
export function openModelFile(file: string): OpenModel {
  const fd = openForReading(file);
  try {
    const { header, entries, metadata } = readHead(fd, file);
    verify(fd, file, header, metadata);
    return {
      metadata,
      tensors: new Map(entries.map(entry => [entry.name, entry])),
      read({ name, begin }, first, into) {
        const position = header.dataStart + begin + first * into.BYTES_PER_ELEMENT;
        if (!readFully(fd, bytesOf(into), position)) throw damaged(file, `it ends within tensor ${name}`);
      },
      close: () => closeSync(fd),
    };
  } catch (thrown) {
    closeSync(fd);
    throw unreadable(file, thrown);
  }
}

function withModelFile<T>(
  file: string,
  use: (fd: number, header: SafetensorsHeader, entries: TensorEntry[], metadata: ModelMetadata) => T,
): T {
  const fd = openForReading(file);
  try {
    const { header, entries, metadata } = readHead(fd, file);
    return use(fd, header, entries, metadata);
  } catch (thrown) {
    throw unreadable(file, thrown);
  } finally {
    closeSync(fd);
  }
}

function openForReading(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (thrown) {
    throw unreadable(file, thrown);
  }
}

function readHead(fd: number, file: string) {
  const header = readHeader(fd, file, fstatSync(fd).size);
  const metadata = decodeMetadata(file, header);
  const formatVersion = Number(header.metadata.formatVersion);
  const entries = tensorEntries(header, file).map(entry => {
    return { ...entry, name: migrateTensorName(entry.name, formatVersion, metadata) };
  });
  return { header, metadata, entries };
}

function unreadable(file: string, thrown: unknown): UserError {
  if (thrown instanceof UserError) return thrown;
  const { message } = thrown as Error;
  return new UserError(
    'model-unreadable',
    `The model file ${file} cannot be read: ${message}. Check that it exists and that Node-RED's user may read it.`,
    { cause: thrown },
  );
}

function decodeMetadata(file: string, header: SafetensorsHeader): ModelMetadata {
  const strings = header.metadata;
  const formatVersion = Number(strings.formatVersion);
  if (!Number.isInteger(formatVersion) || formatVersion < 1) {
    throw damaged(
      file,
      `it does not say which format version it has (${describeValue(strings.formatVersion)}); it may not be an audio model at all`,
    );
  }
  if (formatVersion > FORMAT_VERSION) {
    throw new UserError(
      'model-newer-format',
      `The model file ${file} has format version ${formatVersion}, written by release ${strings.packageVersion ?? 'unknown'}; this release reads up to ${FORMAT_VERSION}. Update the package or train the model again.`,
    );
  }
  const expected = strings[HEADER_CHECKSUM] ?? '';
  expectChecksum(file, 'header', sha256(header.text.replace(expected, ZEROS)), expected);
  const metadata = migrateMetadata(parseMetadata(file, strings), FORMAT_VERSION);
  return checkMetadata(file, { ...metadata, [HEADER_CHECKSUM]: expected });
}

function parseMetadata(file: string, strings: Record<string, string>): JsonObject {
  const metadata: JsonObject = {};
  for (const [key, text] of Object.entries(strings)) {
    if (key === HEADER_CHECKSUM) continue;
    if ((TEXT_KEYS as readonly string[]).includes(key)) {
      metadata[key] = text;
      continue;
    }
    try {
      metadata[key] = JSON.parse(text) as JsonValue;
    } catch {
      throw damaged(file, `${key} in its metadata is not JSON`);
    }
  }
  return metadata;
}

function checkMetadata(file: string, metadata: JsonObject): ModelMetadata {
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  const missing =
    TEXT_KEYS.find(key => typeof metadata[key] !== 'string') ??
    NUMBER_KEYS.find(key => !Number.isSafeInteger(metadata[key])) ??
    OBJECT_KEYS.find(key => !isObject(metadata[key]));
  if (missing) throw damaged(file, `${missing} in its metadata is ${describeValue(metadata[missing])}`);
  return metadata as unknown as ModelMetadata;
}

function expectChecksum(file: string, what: string, got: string, expected: string): void {
  if (got === expected) return;
  throw damaged(file, `the checksum of its ${what} is ${got.slice(0, 12)}…, expected ${expected.slice(0, 12)}…`);
}

function damaged(file: string, problem: string): UserError {
  return new UserError(
    'model-damaged',
    `The model file ${file} is damaged: ${problem}. Use another version or train the model again.`,
  );
}
