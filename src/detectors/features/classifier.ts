// A trained classifier in use, and what of it goes into a model file and comes back.
import { UserError } from '../../errors';
import { Mlp, type MlpShape } from '../../stats/mlp';
import { type ZNorm, zNormalised } from '../../stats/z-norm';
import type { ModelMetadata } from '../../store/model-file';
import type { Tensor } from '../../store/safetensors';
import { featureValues } from './feature-table';
import { mostLikely } from './judgement';

/** Tells classifier files from those of other models. */
const CLASSIFIER_KIND = 'feature-classifier';

export interface Classification {
  /** The likeliest. */
  label: string;
  /** Of every label; they add up to 1. */
  probabilities: Record<string, number>;
}

export class FeatureClassifier {
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

  /** The parts of a model file. */
  describe(): { tensors: Record<string, Tensor>; architecture: object; frontEnd: object } {
    const { labels, features, norm, mlp } = this;
    return {
      tensors: mlp.tensors(),
      architecture: { kind: CLASSIFIER_KIND, ...mlp.shape, labels },
      frontEnd: { features, ...norm },
    };
  }

  /** @throws UserError `model-damaged` where the file is no classifier's or lacks a part */
  static fromFile(
    file: string,
    { architecture, frontEnd }: ModelMetadata,
    tensors: Record<string, Tensor>,
  ): FeatureClassifier {
    const { kind, labels, ...shape } = architecture as unknown as MlpShape & { kind: string; labels: string[] };
    const { features, mean, std } = frontEnd as unknown as ZNorm & { features: string[] };
    const fits =
      kind === CLASSIFIER_KIND &&
      areTexts(labels, shape.outputs) &&
      areTexts(features, shape.inputs) &&
      areNumbers(mean, shape.inputs) &&
      areNumbers(std, shape.inputs) &&
      areNumbers(shape.hidden, shape.hidden?.length);
    if (!fits) {
      throw new UserError(
        'model-damaged',
        `The file ${file} holds no feature classifier; expected one that a feature-classifier node wrote. Choose another folder or name, or train again.`,
      );
    }
    return new FeatureClassifier(labels, features, { mean, std }, Mlp.fromTensors(shape, tensors));
  }
}

const areTexts = (list: unknown, count: number): boolean =>
  Array.isArray(list) && list.length === count && list.every(item => typeof item === 'string');
const areNumbers = (list: unknown, count: number): boolean =>
  Array.isArray(list) && list.length === count && list.every(Number.isFinite);
