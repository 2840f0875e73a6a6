// Opens the model in a file. That costs the weights' memory; what computes with them is shared between models
// (vae/shared-engines.ts).
import type { EngineSettings } from '../engine/compute-engine';
import { type ModelMetadata, readModelFile } from '../store/model-file';
import type { Tensor } from '../store/safetensors';
import type { LoadedModel } from './model';
import type { SharedEngines } from './vae/shared-engines';
import { VaeModel } from './vae/vae-model';

/**
 * Reads and checks a model file. Synchronous, about a second per 300 MB: for worker threads.
 * @param engines what computes; several models may share them
 * @throws UserError `model-damaged`, `model-newer-format` or `model-unreadable`, naming the file
 */
export function openModel(file: string, engines: SharedEngines, settings?: EngineSettings): LoadedModel {
  return openContents(file, readModelFile(file), engines, settings);
}

/**
 * The same with what has been read from the file before; the model keeps the tensors and does not write to them.
 * @throws UserError `model-damaged`
 */
export function openContents(
  file: string,
  { tensors, metadata }: { tensors: Record<string, Tensor>; metadata: ModelMetadata },
  engines: SharedEngines,
  settings?: EngineSettings,
): LoadedModel {
  return VaeModel.of(file, tensors, metadata, engines, settings);
}
