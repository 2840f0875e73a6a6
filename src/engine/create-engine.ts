// Which engine computes: our own kernels, or TensorFlow where a person has installed and chosen it.
import type { UserError } from '../errors';
import type { Architecture } from './architecture';
import type { ComputeEngine, EngineName, EngineSettings } from './compute-engine';
import { Engine, type EngineOptions } from './engine';
import { TensorflowEngine } from './tensorflow/engine';
import { loadTensorflow, tensorflowProblem } from './tensorflow/load';

/** Makes engines of the chosen kind; threads and kernels in the options are for our own one. */
export interface EngineFactory {
  readonly name: EngineName;
  create(architecture: Architecture, options: EngineOptions): Promise<ComputeEngine>;
}

/**
 * The factory for what was chosen. TensorFlow is loaded here and only where it was chosen, into the calling thread.
 * @throws UserError `tensorflow-not-installed` or `tensorflow-not-loaded`
 */
export function chooseEngine(settings?: EngineSettings): EngineFactory {
  if (settings?.choice !== 'tensorflow') {
    return { name: 'wasm', create: (architecture, options) => Engine.create(architecture, options) };
  }
  const tf = loadTensorflow(settings.folders);
  return { name: 'tensorflow', create: (architecture, options) => TensorflowEngine.create(tf, architecture, options) };
}

/** Why the chosen engine cannot be used, as far as that shows without loading it; undefined where nothing speaks against it. */
export function engineProblem({ choice, folders }: EngineSettings): UserError | undefined {
  return choice === 'tensorflow' ? tensorflowProblem(folders) : undefined;
}
