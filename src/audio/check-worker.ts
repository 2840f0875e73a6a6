// The worker thread of folder-checker.ts.
import { checkFolder } from './folder-check';
import { servePull } from './pull-worker';

servePull(checkFolder, () => undefined);
