// The properties of an rl-kl-classifier node.
import { choice, defineFields, flag, model, nodeName, number, numbers, text } from '../shared/schema';

export const outputs = ['probability', 'report'];

export const fields = defineFields({
  name: nodeName(),
  model: model(),
  positiveLabel: text({
    required: 'the label of the sound that the model knows, e.g. dog_bark',
    icon: 'check-circle-o',
  }),
  kind: choice(['linear', 'relu'], { default: 'linear', icon: 'sitemap' }),
  /** Units of each hidden layer. */
  hidden: numbers({ default: [100, 100], min: 1, max: 1000, most: 8, icon: 'ellipsis-v', width: 140 }),
  balance: flag({ default: false, icon: 'balance-scale' }),
  validationSplit: number({ default: 0.3, min: 0, max: 0.9, step: 0.05, icon: 'pie-chart' }),
  epochs: number({ default: 1000, min: 1, max: 100_000, integer: true, icon: 'repeat' }),
  learningRate: number({ default: 1e-3, min: 1e-8, max: 1, icon: 'step-forward' }),
  weightDecay: number({ default: 1e-5, min: 0, max: 1, icon: 'sort-amount-desc' }),
  seed: number({ default: 1, min: 0, max: 2 ** 32 - 1, integer: true, icon: 'leaf' }),
});
