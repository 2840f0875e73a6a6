// The Node.js of a 64-bit Raspberry Pi, run by QEMU (CONTRIBUTING.md says what has to be installed), with the Node-RED of
// the tests: what is shown with it holds for the processor, and says nothing of its speed.
import { join } from 'node:path';
import { type Generation, NODE_RED_4 } from './generations';
import { PACKAGE_ROOT } from './pack';

/** QEMU takes so much longer than the processor itself. */
const SLOWNESS = 10;

export const ARM64: Generation = {
  ...NODE_RED_4,
  node: join(PACKAGE_ROOT, 'test', 'arm64', 'parts', 'node'),
  slowness: SLOWNESS,
  needs: ['arm64', 'mosquitto'],
};
