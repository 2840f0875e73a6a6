// The parts of a model file: several detectors share one. Each has its tensors under its own name, `vae.heads.bias`,
// and its JSON under `detectors` in the metadata.
import { asError, UserError } from '../errors';
import type { JsonObject } from '../store/json';
import type { ModelDescription, ModelMetadata, OpenModel } from '../store/model-file';
import type { Tensor, TensorEntry } from '../store/safetensors';
import type { Part } from './detector';

/** As it comes back from a file: without what JSON does not know. */
export const plainJson = (value: object): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

const prefixOf = (detector: string): string => `${detector}.`;

/** A detector's tensors as the file names them. */
export function prefixed(detector: string, tensors: Record<string, Tensor>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefixOf(detector) + name, tensor]));
}

/** What a model file holds of several detectors. */
export function joinParts(
  parts: Record<string, Part>,
): Pick<ModelDescription, 'detectors'> & { tensors: Record<string, Tensor> } {
  const entries = Object.entries(parts);
  return {
    tensors: Object.assign({}, ...entries.map(([detector, { tensors }]) => prefixed(detector, tensors))),
    detectors: Object.fromEntries(entries.map(([detector, { facts }]) => [detector, facts])),
  };
}

/**
 * A detector's part.
 * @throws UserError `model-damaged` where the file has none
 */
export function partOf(
  detector: string,
  file: string,
  { tensors, metadata }: { tensors: Record<string, Tensor>; metadata: ModelMetadata },
): Part {
  const facts = metadata.detectors[detector];
  if (!facts) throw noPart(detector, file, metadata);
  return { tensors: Object.fromEntries(ownOf(detector, Object.entries(tensors))), facts };
}

/** The same of a file that is read piece by piece: its other tensors are out of sight. */
export function openPart(detector: string, model: OpenModel): OpenModel {
  const tensors = new Map<string, TensorEntry>(ownOf(detector, [...model.tensors]));
  return { metadata: model.metadata, tensors, read: model.read, close: model.close };
}

/**
 * Does something with a part, such as loading it.
 * @throws UserError `model-damaged` in place of whatever plain error it ends with
 */
export function withPart<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(
      'model-damaged',
      `The model file ${file} does not fit its own description: ${reasonOf(cause)}.`,
      {
        cause,
      },
    );
  }
}

/** What the JavaScript engine says of values that it cannot work with tells nobody anything. */
function reasonOf(thrown: unknown): string {
  const error = asError(thrown);
  return error.constructor === Error
    ? error.message
    : 'values in it are missing or of another kind than they should be';
}

function ownOf<T>(detector: string, entries: [string, T][]): [string, T][] {
  const prefix = prefixOf(detector);
  const own = entries.filter(([name]) => name.startsWith(prefix));
  return own.map(([name, tensor]) => [name.slice(prefix.length), tensor]);
}

function noPart(detector: string, file: string, { detectors }: ModelMetadata): UserError {
  const found = Object.keys(detectors).join(', ') || 'nothing';
  return new UserError(
    'model-damaged',
    `The model file ${file} holds ${found}; expected ${detector}. Choose another folder or name, or train again.`,
  );
}
