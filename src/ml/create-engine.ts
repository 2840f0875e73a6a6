// Which engine computes: our own kernels, or TensorFlow where a person has installed and chosen it.
import type { Architecture } from './architecture';
import type { ComputeEngine, EngineSettings } from './compute-engine';
import { Engine, type EngineOptions } from './engine';
import { TensorflowEngine } from './tensorflow/engine';
import { loadTensorflow } from './tensorflow/load';

/** Makes engines of the chosen kind; threads and kernels in the options are for our own one. */
export type EngineFactory = (architecture: Architecture, options: EngineOptions) => Promise<ComputeEngine>;

/**
 * The factory for what was chosen. TensorFlow is loaded here and only where it was chosen, into the calling thread.
 * @throws UserError `tensorflow-not-installed` or `tensorflow-not-loaded`
 */
export function chooseEngine(settings?: EngineSettings): EngineFactory {
  if (settings?.choice !== 'tensorflow') return (architecture, options) => Engine.create(architecture, options);
  const tf = loadTensorflow(settings.folders);
  return (architecture, options) => TensorflowEngine.create(tf, architecture, options);
}
