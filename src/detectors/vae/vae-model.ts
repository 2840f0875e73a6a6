// The weights and facts of one trained VAE; they score on an engine that other models use as well.
import type { ComputeEngine } from '../../engine/compute-engine';
import { expectTensor, parameterTable } from '../../engine/parameters';
import type { Tensor } from '../../store/safetensors';
import type { FittedSegments, LoadContext, Part } from '../detector';
import type { Drawing, DrawingRequest } from '../drawing';
import type { Segment, SegmentScore } from '../model';
import { kindsOf } from '../score-kinds';
import { draw } from './drawing';
import { explain } from './explain';
import { scaleInput } from './input-scale';
import { type SeenBy, vaeFacts } from './model-description';
import type { Weights } from './shared-engines';

export class VaeModel implements FittedSegments {
  readonly bytes: number;
  private readonly weights: Weights;

  private constructor(
    private readonly facts: SeenBy,
    tensors: Record<string, Tensor>,
    private readonly context: LoadContext,
  ) {
    this.weights = { architecture: facts.architecture, tensors };
    this.bytes = Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
  }

  /** @throws Error where the part lacks what is needed to score, or its tensors do not fit */
  static of({ tensors, facts }: Part, context: LoadContext): VaeModel {
    const seen = { ...vaeFacts(facts), frontEnd: context.frontEnd };
    for (const parameter of parameterTable(seen.architecture).list) expectTensor(parameter, tensors);
    return new VaeModel(seen, tensors, context);
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
    return this.context.engines.forget(this.weights);
  }

  private run<Result>(work: (engine: ComputeEngine) => Result): Promise<Result> {
    return this.context.engines.run(this.weights, this.context.engine, work);
  }

  private scoreBatch(segments: readonly Segment[], engine: ComputeEngine): SegmentScore[] {
    const { frontEnd, scale, training } = this.facts;
    const { rlWeight, klWeight } = training.options;
    const { input, elements } = engine;
    segments.forEach(({ values }, i) => {
      scaleInput(values, frontEnd.shape, scale, input, i * elements);
    });
    return engine.score(segments.length).map(({ rl, kl, latent }, i) => {
      const { explain: wanted, info } = segments[i];
      const view = (all: Float32Array) => all.subarray(i * elements, (i + 1) * elements);
      const isOurs = wanted !== undefined && kindsOf('vae').includes(wanted);
      const explanation = isOurs ? explain(view(input), view(engine.reconstruction), info, scale) : undefined;
      return { scores: { rl, kl, total: rlWeight * rl + klWeight * kl }, latent, explanation };
    });
  }
}
