// Which back end records: the chosen one, or the first that is installed.
import { UserError } from '../../errors';
import { arecord, isArecordInstalled } from './arecord';
import type { BackendChoice, CaptureBackend } from './backend';
import { findPeer, peerBackend } from './peer';

/**
 * The back end for a choice. One that is named is returned as it is: its `start` says where it is not installed.
 * @param folders where else to look for the optional packages, e.g. Node-RED's user directory
 * @throws UserError `capture-not-installed` for 'auto' where none is installed
 */
export function backendFor(choice: BackendChoice, folders: string[] = []): CaptureBackend {
  if (choice === 'arecord') return arecord;
  if (choice !== 'auto') return peerBackend(choice, folders);
  if (isArecordInstalled()) return arecord;
  for (const name of ['decibri', 'naudiodon'] as const) {
    if (findPeer(name, folders)) return peerBackend(name, folders);
  }
  throw new UserError(
    'capture-not-installed',
    'arecord is not installed; expected arecord, decibri or naudiodon to record with. On a Raspberry Pi or Debian install it with: sudo apt install alsa-utils. Elsewhere, in the user directory of Node-RED: npm install decibri',
  );
}
