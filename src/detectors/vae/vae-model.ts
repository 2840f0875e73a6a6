// The weights and facts of one trained VAE; they score on an engine that other models use as well.
import type { ComputeEngine, EngineSettings } from '../../engine/compute-engine';
import { expectTensor, parameterTable } from '../../engine/parameters';
import { asError, UserError } from '../../errors';
import type { ModelMetadata } from '../../store/model-file';
import type { Tensor } from '../../store/safetensors';
import type { LoadedModel, Segment, SegmentScore } from '../model';
import { type Drawing, type DrawingRequest, draw } from './drawing';
import { explain } from './explain';
import { scaleInput } from './input-scale';
import { type ModelFacts, modelFacts } from './model-description';
import type { SharedEngines, Weights } from './shared-engines';

export class VaeModel implements LoadedModel {
  readonly bytes: number;
  private readonly weights: Weights;

  private constructor(
    private readonly facts: ModelFacts,
    tensors: Record<string, Tensor>,
    private readonly engines: SharedEngines,
    private readonly settings: EngineSettings | undefined,
  ) {
    this.weights = { architecture: facts.architecture, tensors };
    this.bytes = Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
  }

  /** @throws UserError `model-damaged` where the file lacks what is needed to score, or its tensors do not fit */
  static of(
    file: string,
    tensors: Record<string, Tensor>,
    metadata: ModelMetadata,
    engines: SharedEngines,
    settings?: EngineSettings,
  ): VaeModel {
    const facts = modelFacts(file, metadata);
    try {
      for (const parameter of parameterTable(facts.architecture).list) expectTensor(parameter, tensors);
    } catch (cause) {
      const reason = asError(cause).message;
      throw new UserError('model-damaged', `The model file ${file} does not fit its own description: ${reason}.`, {
        cause,
      });
    }
    return new VaeModel(facts, tensors, engines, settings);
  }

  score(segments: readonly Segment[]): Promise<SegmentScore[]> {
    return this.run(engine => {
      const results: SegmentScore[] = [];
      for (let start = 0; start < segments.length; start += engine.batch) {
        results.push(...this.scoreBatch(segments.slice(start, start + engine.batch), engine));
      }
      return results;
    });
  }

  draw(request: DrawingRequest): Promise<Drawing[]> {
    return this.run(engine => draw(request, engine, this.facts));
  }

  close(): Promise<void> {
    return this.engines.forget(this.weights);
  }

  private run<Result>(work: (engine: ComputeEngine) => Result): Promise<Result> {
    return this.engines.run(this.weights, this.settings, work);
  }

  private scoreBatch(segments: readonly Segment[], engine: ComputeEngine): SegmentScore[] {
    const { frontEnd, scale, training } = this.facts;
    const { rlWeight, klWeight } = training.options;
    const { input, pixels } = engine;
    segments.forEach(({ values }, i) => {
      scaleInput(values, frontEnd.shape, scale, input, i * pixels);
    });
    return engine.score(segments.length).map(({ rl, kl, latent }, i) => {
      const { explain: wanted, info } = segments[i];
      const view = (all: Float32Array) => all.subarray(i * pixels, (i + 1) * pixels);
      const explanation = wanted ? explain(view(input), view(engine.reconstruction), info, scale) : undefined;
      return { scores: { rl, kl, total: rlWeight * rl + klWeight * kl }, latent, explanation };
    });
  }
}
