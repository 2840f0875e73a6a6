// The feedback set of a model: spectrograms that were marked as normal after an alarm, one safetensors file each in the
// model's folder. They are part of every training set of that model until they are unmarked.
import { closeSync, fstatSync, openSync } from 'node:fs';
import { type FileHandle, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asError, UserError } from '../errors';
import { makeFolder, replaceFiles, writeAdvice } from '../files/atomic-file';
import { bytesOf, encodeHeader, headerText, readHeader, readTensor, tensorEntries } from './safetensors';

/** More than this and the model needs a longer recording, not more marks. */
export const MAX_FEEDBACK = 200;
const NAME = /^normal-([0-9a-f]{8,64})\.safetensors$/;
const ID = /^[0-9a-f]{8,64}$/;

/** The tensor of a file, and what it was called before there was a release. */
const TENSOR = 'spectrogram';
const FORMER_TENSOR = 'picture';

/** A spectrogram as a model sees it, with the settings it was made with. */
export interface FeedbackExample {
  values: Float32Array;
  shape: [number, number];
  /** JSON of the front end. */
  frontEnd: string;
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
  async add(id: string, { values, shape, frontEnd }: FeedbackExample): Promise<void> {
    const file = this.fileOf(id);
    const ids = await this.ids();
    if (ids.length >= MAX_FEEDBACK && !ids.includes(id)) {
      throw new UserError(
        'feedback-full',
        `${MAX_FEEDBACK} segments are marked as normal already. Record what is normal anew, with these sounds in it, and train on that.`,
      );
    }
    const header = encodeHeader(headerText({ [TENSOR]: { shape, data: values } }, { frontEnd }));
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

  /** Forgets an example; nothing where there is none of that id. */
  async remove(id: string): Promise<void> {
    await rm(this.fileOf(id), { force: true });
  }

  /** All examples, one at a time; those that cannot be read are told and left out. */
  async *read(onDamaged: (problem: Error) => void): AsyncGenerator<FeedbackExample> {
    for (const id of (await this.ids()).sort()) {
      let example: FeedbackExample | undefined;
      try {
        example = readExample(this.fileOf(id));
      } catch (thrown) {
        onDamaged(asError(thrown));
      }
      if (example) yield example;
    }
  }

  private fileOf(id: string): string {
    if (!ID.test(id)) throw new RangeError('an id is 8 to 64 hex digits');
    return join(this.folder, `normal-${id}.safetensors`);
  }
}

/** A spectrogram is a few dozen kilobytes: read at once. */
function readExample(file: string): FeedbackExample {
  const fd = openSync(file, 'r');
  try {
    const header = readHeader(fd, file, fstatSync(fd).size);
    const entry = tensorEntries(header, file).find(({ name }) => name === TENSOR || name === FORMER_TENSOR);
    if (entry?.shape.length !== 2) {
      throw new UserError('feedback-damaged', `${file} holds no spectrogram; it was left out. Remove the file.`);
    }
    const { data, shape } = readTensor(fd, file, header, entry);
    return { values: data, shape: shape as [number, number], frontEnd: header.metadata.frontEnd ?? '{}' };
  } finally {
    closeSync(fd);
  }
}

function unusable(folder: string, thrown: unknown): UserError {
  const { message } = asError(thrown);
  return new UserError('feedback-not-saved', `${folder} cannot be used: ${message}. ${writeAdvice(thrown)}.`, {
    cause: thrown,
  });
}
