// The worker thread of feature-reader.ts.
import { servePull } from '../audio/pull-worker';
import { readFeatures } from './feature-pass';

servePull(readFeatures, event => (event.type === 'segment' ? (event.values.buffer as ArrayBuffer) : undefined));
