// What the plots of audio-plot nodes are called.
import type catalogue from '../../nodes/audio-plot/locales/en-US/audio-plot.json';
import { labelOf } from '../shared/editor';
import { textsOf } from '../shared/texts';
import type { LoadedPlot } from './latest-plots';

/** A text of the node's catalogue. */
export const t = textsOf<(typeof catalogue)['audio-plot']>('audio-plot', 'audio-plot');

/** The plot in words, e.g. "scores over time: 24 scores". */
export const describe = (node: EditorNode, { words }: LoadedPlot): string =>
  [labelOf(node), words].filter(Boolean).join(': ');
