// The properties of an audio-plot node.
import { PLOTS } from '../../src/charts/gather/plot-names';
import { PLOT_SIZE } from '../../src/charts/plot-size';
import { choice, defineFields, flag, nodeName, number, text, texts } from '../shared/schema';

export const fields = defineFields({
  name: nodeName(),
  plot: choice(PLOTS, { default: 'spectrogram', icon: 'area-chart' }),
  /** For the plot roc: labels that are anomalies. */
  positiveLabels: texts({ most: 1000, icon: 'exclamation-triangle', when: { plot: 'roc' } }),
  title: text({ most: 200, icon: 'header' }),
  width: number({ ...PLOT_SIZE, default: 480, integer: true, unit: 'pixels', icon: 'arrows-h' }),
  height: number({ ...PLOT_SIZE, default: 300, integer: true, unit: 'pixels', icon: 'arrows-v' }),
  format: choice(['png', 'svg'], { default: 'png', icon: 'file-image-o' }),
  theme: choice(['light', 'dark'], { default: 'light', icon: 'adjust' }),
  /** For the editor alone: shown under the node. */
  inline: flag({ default: true, icon: 'picture-o' }),
});
