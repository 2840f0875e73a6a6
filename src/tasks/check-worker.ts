// The worker thread of folder-checker.ts.
import { checkFolder } from '../audio/folder-check';
import { servePull } from '../threads/pull-worker';

servePull(checkFolder, () => undefined);
