// The worker thread of file-reader.ts.
import { readPass } from './folder-pass';
import { servePull } from './pull-worker';

servePull(readPass, event => (event.type === 'segment' ? (event.pcm.buffer as ArrayBuffer) : undefined));
