// Finds and loads @tensorflow/tfjs-node. It is installed by the user or not at all: its installation downloads a
// library of hundreds of megabytes.
import { createRequire } from 'node:module';
import util from 'node:util';
import { asError, UserError } from '../../errors';
import type { TfApi } from './tf-api';

const TENSORFLOW_PACKAGE = '@tensorflow/tfjs-node';
const INSTEAD = 'or open the audio model and choose the engine auto';

/**
 * Where the package is installed, undefined where it is not.
 * @param folders looked at first, e.g. Node-RED's user directory; then beside this package
 */
export function findTensorflow(folders: string[]): string | undefined {
  try {
    return createRequire(__filename).resolve(TENSORFLOW_PACKAGE, { paths: [...folders, __dirname] });
  } catch {
    return undefined;
  }
}

/** The error that says how to install it; undefined where it is installed. */
export function tensorflowProblem(folders: string[]): UserError | undefined {
  if (findTensorflow(folders)) return undefined;
  const where = folders.length > 0 ? ` (${folders[0]})` : '';
  return new UserError(
    'tensorflow-not-installed',
    `${TENSORFLOW_PACKAGE} is not installed; expected the npm package in Node-RED's user directory, as the audio model's engine is tensorflow. Run in that directory${where}: npm install ${TENSORFLOW_PACKAGE} – then restart Node-RED, ${INSTEAD}.`,
  );
}

/**
 * Loads the package into this thread.
 * @throws UserError `tensorflow-not-installed`, or `tensorflow-not-loaded` with what it said
 */
export function loadTensorflow(folders: string[]): TfApi {
  const file = findTensorflow(folders);
  if (!file) throw tensorflowProblem(folders);
  restoreUtil();
  try {
    return createRequire(file)(file) as TfApi;
  } catch (cause) {
    const reason = asError(cause)
      .message.split('\n')[0]
      .replace(/[\s.:]+$/, '');
    throw new UserError(
      'tensorflow-not-loaded',
      `${TENSORFLOW_PACKAGE} is installed but does not load; expected a complete installation for Node.js ${process.version} on ${process.platform} ${process.arch}. It says: ${reason}. Install it again, ${INSTEAD}. It was found at ${file}.`,
      { cause },
    );
  }
}

/**
 * tfjs-node up to 4.22 calls two functions of `util` that Node.js 23 took away. They must be there before it is loaded
 * and as long as it runs; this thread's `util` is its own, so nothing else in Node-RED sees them.
 */
export function restoreUtil(): void {
  const functions = util as unknown as Record<string, unknown>;
  functions.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  functions.isArray ??= Array.isArray;
}
