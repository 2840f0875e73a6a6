// Which model it is. The name of its file does not tell: where the folder was removed, or a damaged version, the next
// training writes a file of the same name. A model is its file and what is in it.
import { type ModelMetadata, readModelMetadata } from './model-file';

export interface ModelId {
  file: string;
  /** Of the file's header, which holds that of the weights and the time of the training (SHA-256, hex). */
  checksum: string;
}

/** @throws UserError as `readModelMetadata`, where no metadata is given */
export function modelIdOf(file: string, metadata: ModelMetadata = readModelMetadata(file)): ModelId {
  return { file, checksum: metadata.headerChecksum };
}

export const isSameModel = (a: ModelId | undefined, b: ModelId | undefined): boolean =>
  a?.file === b?.file && a?.checksum === b?.checksum;
