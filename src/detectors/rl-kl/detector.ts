// The rl-kl classifier as a detector: learns from labelled scores, gives each score a probability.
import { isMlpShape } from '../../stats/mlp';
import { isZNorm } from '../../stats/z-norm';
import type { Detector, Fit } from '../detector';
import { plainJson } from '../parts';
import { paced } from '../progress';
import { RlKlClassifier, type RlKlPoint, type RlKlReport, type RlKlSettings, trainRlKl } from './rl-kl';

export interface RlKlProgress {
  phase: 'training' | 'saving';
  epoch: number;
  epochs: number;
  loss: number;
  secondsLeft: number;
}

export const rlKl: Detector<readonly RlKlPoint[], RlKlSettings, RlKlProgress, Fit<RlKlReport>, RlKlClassifier> = {
  id: 'rl-kl',

  fit(points, settings, watch) {
    const { epochs, positiveLabel } = settings;
    const started = performance.now();
    const tell = paced(watch.tell);
    const onEpoch = (epoch: number, loss: number): void => {
      const secondsLeft = ((performance.now() - started) / 1000 / epoch) * (epochs - epoch);
      tell({ phase: 'training', epoch, epochs, loss, secondsLeft });
    };
    const { classifier, report, loss } = trainRlKl(points, settings, { onEpoch, cancelled: watch.cancelled });
    tell({ phase: 'saving', epoch: epochs, epochs, loss, secondsLeft: 0 });
    const { accuracy, balancedAccuracy, auc, never, evaluatedOn, evaluated } = report;
    const training = { settings, accuracy, balancedAccuracy, auc, never, evaluatedOn, evaluated };
    const facts = plainJson({ shape: classifier.shape, norm: classifier.norm, positiveLabel, training });
    return { part: { tensors: classifier.tensors(), facts }, report, warnings: [] };
  },

  load({ tensors, facts }) {
    const { shape, norm } = facts as unknown as { shape?: unknown; norm?: unknown };
    if (!isMlpShape(shape) || shape.inputs !== 2 || shape.outputs !== 1 || !isZNorm(norm, 2)) {
      throw new Error('it lacks the shape of the classifier or what its inputs are scaled by');
    }
    return RlKlClassifier.fromTensors(shape, norm, tensors);
  },
};
