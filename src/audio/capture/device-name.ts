// Which names of devices may be tried before a flow with them is deployed. ALSA reads a name as a small program: file:
// and tee: write files or start commands, braces hold whole definitions. Whoever may deploy flows may do all that; a
// button in a dialog may not.
import { describeValue, UserError } from '../../errors';
import type { BackendName } from './backend';

const MAX_LENGTH = 200;
/** Names and arguments as `arecord -L` prints them; neither quotes, braces, pipes nor paths, nor a dash in front. */
const ALSA_NAME = /^[a-z0-9_][\w:=,.+@ -]*$/i;
/** Plug-ins that write, alone or inside another: `file:…`, `plug:tee:…`, `plug:SLAVE=file`. */
const WRITING = /(^|[:=,\s])(file|tee)($|[:,\s])/i;

/**
 * Refuses names that are more than names.
 * @param backend decibri and naudiodon look a name up in their list and do nothing else with it
 * @throws UserError `device-name`
 */
export function checkDeviceName(device: string, backend: BackendName): void {
  const isPlain = [...device].every(letter => letter >= ' ' && letter !== '\x7f');
  const isFit = isPlain && device.length > 0 && device.length <= MAX_LENGTH;
  if (isFit && (backend !== 'arecord' || (ALSA_NAME.test(device) && !WRITING.test(device)))) return;
  throw new UserError(
    'device-name',
    `the device is ${describeValue(device)}; expected a name as in the list of devices, e.g. default or plughw:CARD=Device,DEV=0. Other names can be deployed, but not tried here.`,
  );
}
