// Opens the model in a file: all of its detectors that this release knows. That costs the weights' memory; what computes
// with them is shared between models (vae/shared-engines.ts).
import type { EngineSettings } from '../engine/compute-engine';
import { UserError } from '../errors';
import type { FrontEnd } from '../messages';
import { type ModelMetadata, readModelFile } from '../store/model-file';
import type { Tensor } from '../store/safetensors';
import type { FittedSegments } from './detector';
import type { Drawing, DrawingRequest } from './drawing';
import type { LoadedModel, Segment, SegmentScore } from './model';
import { partOf, withPart } from './parts';
import { segmentDetectors } from './registry';
import type { SharedEngines } from './vae/shared-engines';

/**
 * Reads and checks a model file. Synchronous, about a second per 300 MB: for worker threads.
 * @param engines what computes; several models may share them
 * @throws UserError `model-damaged`, `model-newer-format` or `model-unreadable`, naming the file
 */
export function openModel(file: string, engines: SharedEngines, engine?: EngineSettings): LoadedModel {
  return openContents(file, readModelFile(file), engines, engine);
}

/**
 * The same with what has been read from the file before; the model keeps the tensors and does not write to them.
 * @throws UserError `model-damaged`
 */
export function openContents(
  file: string,
  content: { tensors: Record<string, Tensor>; metadata: ModelMetadata },
  engines: SharedEngines,
  engine?: EngineSettings,
): LoadedModel {
  const { detectors, frontEnd } = content.metadata;
  const context = { frontEnd: frontEnd as unknown as FrontEnd, engines, engine };
  const known = segmentDetectors().filter(({ id }) => id in detectors);
  const fitted = known.map(detector =>
    withPart(file, () => detector.load(partOf(detector.id, file, content), context)),
  );
  if (fitted.length > 0) return new SeveralDetectors(fitted);
  throw new UserError(
    'model-damaged',
    `The model file ${file} holds ${Object.keys(detectors).join(', ') || 'nothing'}, which scores no spectrograms; expected a file that vae-train wrote. Train again, or remove the file.`,
  );
}

/** Scores by all detectors of one model. */
class SeveralDetectors implements LoadedModel {
  constructor(private readonly fitted: readonly FittedSegments[]) {}

  get bytes(): number {
    return this.fitted.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  async score(segments: readonly Segment[]): Promise<SegmentScore[]> {
    const all = segments.map((): SegmentScore => ({ scores: {}, latent: [] }));
    for (const fitted of this.fitted) {
      for (const [i, { scores, latent, explanation }] of (await fitted.score(segments)).entries()) {
        Object.assign(all[i].scores, scores);
        if (latent) all[i].latent = latent;
        all[i].explanation ??= explanation;
      }
    }
    return all;
  }

  async draw(request: DrawingRequest): Promise<Drawing[]> {
    const artist = this.fitted.find(({ draw }) => draw);
    if (artist?.draw) return artist.draw(request);
    throw new UserError(
      'no-prior',
      'none of the detectors of this model draws spectrograms; expected a VAE. Train it.',
    );
  }

  async close(): Promise<void> {
    for (const fitted of this.fitted) await fitted.close?.();
  }
}
