// The worker thread of file-reader.ts.
import { readPass } from '../audio/folder-pass';
import { servePull } from '../threads/pull-worker';

servePull(readPass, event => (event.type === 'segment' ? (event.pcm.buffer as ArrayBuffer) : undefined));
