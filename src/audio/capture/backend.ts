// What a capture back end is: the one interface behind which arecord, decibri and naudiodon stand. A back end opens a
// device and reports; it never retries (supervisor.ts does) and never cuts (segmenter.ts does).
import type { UserError } from '../../errors';

export const BACKEND_NAMES = ['arecord', 'decibri', 'naudiodon'] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];

/** A back end by name, or 'auto': the first of BACKEND_NAMES that is installed. */
export type BackendChoice = 'auto' | BackendName;

export interface CaptureSettings {
  /** 'default', or a name as the back end lists it, e.g. 'plughw:CARD=Device,DEV=0'. */
  device: string;
  /** Hz */
  sampleRate: number;
}

/** What a running capture reports. */
export interface CaptureListener {
  /** Mono PCM in −1…1, any number of samples. The listener may keep the array. */
  data(pcm: Float32Array): void;
  /** The device delivered faster than the sound was fetched: a stretch of it is lost. */
  overrun(): void;
  /** The capture is over, and why. At most once, and not after `stop()`. */
  end(error: UserError): void;
}

export interface Capture {
  /** Ends the capture and what belongs to it (child process, pipes); resolves when all of it is gone, within 2 s. */
  stop(): Promise<void>;
}

export interface CaptureDevice {
  /** What to write into the device field. */
  id: string;
  description: string;
}

export interface CaptureBackend {
  readonly name: BackendName;
  /** Opens the device. Whatever goes wrong is told through `listener.end`, nothing is thrown. */
  start(settings: CaptureSettings, listener: CaptureListener): Capture;
  /** @throws UserError where the devices cannot be listed */
  devices(): Promise<CaptureDevice[]>;
}
