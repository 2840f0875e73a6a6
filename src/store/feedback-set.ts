// The feedback set of a model: spectrograms that were marked as normal after an alarm, one safetensors file each in the
// model's folder. They are part of every training set of that model until they are unmarked.
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { type FileHandle, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asError, UserError } from '../errors';
import { replaceFiles } from '../files/atomic-file';
import { flushFolder, makeFolder } from '../files/folder';
import { writeAdvice } from '../files/write-advice';
import type { FrontEnd } from '../messages';
import { bytesOf, DamagedModel, encodeHeader, headerText, readHeader, readTensor, tensorEntries } from './safetensors';

/** More than this and the model needs a longer recording, not more marks. */
export const MAX_FEEDBACK = 200;
const NAME = /^normal-([0-9a-f]{8,64})\.safetensors$/;
const ID = /^[0-9a-f]{8,64}$/;

/** The tensor of a file, and what it was called before there was a release. */
const TENSOR = 'spectrogram';
const FORMER_TENSOR = 'picture';
/** SHA-256 (hex) of the shape, the front end's JSON and the values, one behind the other. */
const CHECKSUM = 'checksum';

/** A spectrogram as a model sees it, with the settings it was made with, its shape among them. */
export interface FeedbackExample {
  values: Float32Array;
  frontEnd: FrontEnd;
}

export class FeedbackSet {
  /** @param folder of the model; made with the first mark */
  constructor(private readonly folder: string) {}

  /** @returns ids, in no particular order; empty where there are none */
  async ids(): Promise<string[]> {
    try {
      return (await readdir(this.folder)).flatMap(name => NAME.exec(name)?.[1] ?? []);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw unusable(this.folder, thrown);
    }
  }

  /**
   * Keeps an example; it is there whole or not at all.
   * @param id hex digits
   * @throws UserError `feedback-full` or `feedback-not-saved`
   */
  async add(id: string, { values, frontEnd }: FeedbackExample): Promise<void> {
    const file = this.fileOf(id);
    const ids = await this.ids();
    if (ids.length >= MAX_FEEDBACK && !ids.includes(id)) {
      throw new UserError(
        'feedback-full',
        `${MAX_FEEDBACK} segments are marked as normal already. Record what is normal anew, with these sounds in it, and train on that.`,
      );
    }
    const said = JSON.stringify(frontEnd);
    const tensor = { shape: frontEnd.shape, data: values };
    const metadata = { frontEnd: said, [CHECKSUM]: checksumOf(frontEnd.shape, said, values) };
    const header = encodeHeader(headerText({ [TENSOR]: tensor }, metadata));
    try {
      makeFolder(this.folder);
      const write = async (handle: FileHandle): Promise<void> => {
        await handle.writeFile(header);
        await handle.writeFile(bytesOf(values));
      };
      await replaceFiles([{ file, write }]);
    } catch (thrown) {
      throw unusable(this.folder, thrown);
    }
  }

  /**
   * Forgets an example, for good; nothing where there is none of that id.
   * @throws UserError `feedback-not-saved`
   */
  async remove(id: string): Promise<void> {
    try {
      await rm(this.fileOf(id));
      await flushFolder(this.folder);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw unusable(this.folder, thrown);
    }
  }

  /** All examples, one at a time; those that cannot be read are told, by file, and left out. */
  async *read(onDamaged: (problem: UserError) => void): AsyncGenerator<FeedbackExample> {
    for (const id of (await this.ids()).sort()) {
      let example: FeedbackExample | undefined;
      try {
        example = readExample(this.fileOf(id));
      } catch (thrown) {
        onDamaged(damaged(this.fileOf(id), asError(thrown)));
      }
      if (example) yield example;
    }
  }

  private fileOf(id: string): string {
    if (!ID.test(id)) throw new RangeError('an id is 8 to 64 hex digits');
    return join(this.folder, `normal-${id}.safetensors`);
  }
}

/**
 * A spectrogram is a few dozen kilobytes: read at once.
 * @throws Error in words where it is damaged
 */
function readExample(file: string): FeedbackExample {
  const fd = openSync(file, 'r');
  try {
    const header = readHeader(fd, file, fstatSync(fd).size);
    const entry = tensorEntries(header, file).find(({ name }) => name === TENSOR || name === FORMER_TENSOR);
    if (entry?.shape.length !== 2) throw new Error('it holds no spectrogram');
    const { data: values, shape } = readTensor(fd, file, header, entry);
    const { frontEnd = '{}', [CHECKSUM]: expected } = header.metadata;
    // Files from before there were checksums have none.
    if (expected !== undefined && checksumOf(shape, frontEnd, values) !== expected) {
      throw new Error('its checksum does not fit what it holds');
    }
    if (!values.every(Number.isFinite)) throw new Error('not all of its values are finite numbers');
    return { values, frontEnd: { ...(JSON.parse(frontEnd) as FrontEnd), shape: shape as [number, number] } };
  } finally {
    closeSync(fd);
  }
}

function checksumOf(shape: readonly number[], frontEnd: string, values: Float32Array): string {
  return createHash('sha256').update(shape.join('×')).update(frontEnd).update(bytesOf(values)).digest('hex');
}

function damaged(file: string, cause: Error): UserError {
  const problem = cause instanceof DamagedModel ? cause.problem : cause.message;
  return new UserError(
    'feedback-damaged',
    `${file}, a segment that was marked as normal, cannot be used: ${problem}. It is left out; remove the file.`,
    { cause },
  );
}

function unusable(folder: string, thrown: unknown): UserError {
  const { message } = asError(thrown);
  return new UserError('feedback-not-saved', `${folder} cannot be used: ${message}. ${writeAdvice(thrown)}.`, {
    cause: thrown,
  });
}
