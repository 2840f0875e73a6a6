// What a peer host (main.ts) and its parent (../peer.ts) say to each other. The sound itself does not travel as a
// message: it is float32 LE mono PCM on file descriptor 3.
import type { ErrorCode } from '../../../error-codes';
import type { BackendName, CaptureDevice, CaptureSettings } from '../backend';

/** The host's order, as JSON in its first argument. */
export interface HostOrder {
  backend: Exclude<BackendName, 'arecord'>;
  /** The module file of the back end's package. */
  modulePath: string;
  /** Left out: list the devices and end. */
  record?: CaptureSettings;
}

export type HostMessage =
  | { type: 'devices'; devices: CaptureDevice[] }
  | { type: 'overrun' }
  | { type: 'error'; code: ErrorCode; message: string };

/** One back end's package, wrapped. Runs in the host process, where blocking and crashing hurt nobody. */
export interface Recorder {
  devices(): CaptureDevice[];
  /** @throws Error where the device cannot be opened */
  record(settings: CaptureSettings, events: RecorderEvents): void;
}

export interface RecorderEvents {
  /** float32 LE, mono */
  pcm(bytes: Buffer): void;
  overrun(): void;
  error(error: Error): void;
}
