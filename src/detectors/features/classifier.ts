// A trained classifier in use, and what of it goes into a model file and comes back.
import { isMlpShape, Mlp, type MlpShape } from '../../stats/mlp';
import { isZNorm, type ZNorm, zNormalised } from '../../stats/z-norm';
import type { Fitted, Part } from '../detector';
import { plainJson } from '../parts';
import { featureValues } from './feature-table';
import { mostLikely } from './judgement';

export interface Classification {
  /** The likeliest. */
  label: string;
  /** Of every label; they add up to 1. */
  probabilities: Record<string, number>;
}

export class FeatureClassifier implements Fitted<Record<string, unknown>, Classification> {
  constructor(
    readonly labels: readonly string[],
    readonly features: readonly string[],
    private readonly norm: ZNorm,
    private readonly mlp: Mlp,
  ) {}

  /**
   * @param payload features by name; others than the classifier's are passed over
   * @throws UserError `unknown-feature` or `not-finite`
   */
  classify(payload: Record<string, unknown>): Classification {
    const row = Float64Array.from(featureValues(payload, this.features));
    const probabilities = this.mlp.predict(zNormalised(row, this.norm));
    return {
      label: this.labels[mostLikely(probabilities)],
      probabilities: Object.fromEntries(this.labels.map((label, i) => [label, probabilities[i]])),
    };
  }

  get bytes(): number {
    return 4 * this.mlp.parameters.length;
  }

  score(rows: readonly Record<string, unknown>[]): Classification[] {
    return rows.map(row => this.classify(row));
  }

  /** What a model file keeps of it. */
  part(): Part {
    const { labels, features, norm, mlp } = this;
    return { tensors: mlp.tensors(), facts: plainJson({ shape: mlp.shape, labels, features, norm }) };
  }

  /** @throws Error where the part lacks something or does not fit itself */
  static of({ tensors, facts }: Part): FeatureClassifier {
    const { shape, labels, features, norm } = facts as unknown as Facts;
    const fits =
      isMlpShape(shape) &&
      areTexts(labels, shape.outputs) &&
      areTexts(features, shape.inputs) &&
      isZNorm(norm, shape.inputs);
    if (!fits) throw new Error('it lacks the labels, features or layers of the classifier');
    return new FeatureClassifier(labels, features, norm, Mlp.fromTensors(shape, tensors));
  }
}

interface Facts {
  shape: MlpShape;
  labels: string[];
  features: string[];
  norm: ZNorm;
}

const areTexts = (list: unknown, count: number): boolean =>
  Array.isArray(list) && list.length === count && list.every(item => typeof item === 'string');
