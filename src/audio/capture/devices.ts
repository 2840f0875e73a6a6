// Lists what can be recorded from, for a form: the devices, and in words what stands in the way. However many ask, one
// process at a time looks for each recorder.
import { asError } from '../../errors';
import type { BackendChoice, BackendName, CaptureDevice } from './backend';
import { backendFor } from './backends';

export interface DeviceList {
  /** The back end that was asked; undefined where none is installed. */
  backend?: BackendName;
  devices: CaptureDevice[];
  /** Why there is no list, or nothing in it. */
  problem?: string;
}

/** Who asks within this time is told the same; shorter than it takes to plug something in and to press a button. */
const KEPT_MS = 1000;

const asked = new Map<string, Promise<DeviceList>>();

/** Never rejects: what goes wrong is told in `problem`. */
export function listDevices(choice: BackendChoice, packageFolders: string[] = []): Promise<DeviceList> {
  const key = JSON.stringify([choice, packageFolders]);
  const running = asked.get(key);
  if (running) return running;
  const list = look(choice, packageFolders);
  asked.set(key, list);
  void list.then(() => setTimeout(() => asked.delete(key), KEPT_MS).unref());
  return list;
}

async function look(choice: BackendChoice, packageFolders: string[]): Promise<DeviceList> {
  let backend: BackendName | undefined = choice === 'auto' ? undefined : choice;
  try {
    const chosen = backendFor(choice, packageFolders);
    backend = chosen.name;
    const devices = await chosen.devices();
    if (devices.length > 0) return { backend, devices };
    return { backend, devices, problem: `${backend} finds no microphone. Is one plugged in?` };
  } catch (thrown) {
    return { backend, devices: [], problem: asError(thrown).message };
  }
}
