// The feature classifier as a detector: learns from a table of labelled features, gives each row its class.
import type { Detector, Fit } from '../detector';
import { plainJson } from '../parts';
import { paced } from '../progress';
import { FeatureClassifier } from './classifier';
import type { FeatureTable } from './feature-table';
import {
  type ClassifierOptions,
  type ClassifierProgress,
  type ClassifierReport,
  trainClassifier,
} from './train-classifier';

export const features: Detector<
  FeatureTable,
  ClassifierOptions,
  ClassifierProgress,
  Fit<ClassifierReport>,
  FeatureClassifier
> = {
  id: 'features',

  fit(table, options, watch) {
    const { mlp, norm, report } = trainClassifier(table, options, paced(watch.tell), watch.cancelled);
    const { labels, features: names, confusion, crossEntropy, accuracy, balancedAccuracy, never } = report;
    const { trials, epochs, bestEpoch, rows, trainingAccuracy, validationAccuracy, seconds } = report;
    const { tensors, facts } = new FeatureClassifier(labels, names, norm, mlp).part();
    const evaluation = { confusion, crossEntropy, accuracy, balancedAccuracy, never };
    const training = { options, trials, epochs, bestEpoch, rows, trainingAccuracy, validationAccuracy, seconds };
    return { part: { tensors, facts: { ...facts, ...plainJson({ evaluation, training }) } }, report, warnings: [] };
  },

  load: part => FeatureClassifier.of(part),
};
