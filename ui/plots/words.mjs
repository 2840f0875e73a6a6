// What the pictures of audio-plot nodes are called.
import { labelOf } from '../sidebar/editor.mjs';

/** A text of the node's catalogue. */
export const t = (key, values) => RED._(`@earshot/node-red-audio-anomaly/audio-plot:audio-plot.${key}`, values);

/** The picture in words, e.g. "scores over time: 24 scores". */
export const describe = (node, { words }) => [labelOf(node), words].filter(Boolean).join(': ');
