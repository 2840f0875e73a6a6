// The worker thread of feature-reader.ts.

import { readFeatures } from '../store/spectrogram-pass';
import { servePull } from '../threads/pull-worker';

servePull(readFeatures, event => (event.type === 'segment' ? (event.values.buffer as ArrayBuffer) : undefined));
