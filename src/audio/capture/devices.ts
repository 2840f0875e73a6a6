// Lists what can be recorded from, for a form: the devices, and in words what stands in the way.
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

/** Never rejects: what goes wrong is told in `problem`. */
export async function listDevices(choice: BackendChoice, packageFolders: string[] = []): Promise<DeviceList> {
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
