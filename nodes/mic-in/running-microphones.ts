// The microphones that mic-in nodes hear just now, for whoever wants to listen along: many a device can be opened only
// once.
import type { Capture, CaptureListener } from '../../src/audio/capture/backend';
import { UserError } from '../../src/errors';

const running = new Set<RunningMicrophone>();

export class RunningMicrophone {
  private readonly listeners = new Set<CaptureListener>();

  constructor(
    /** Of the node, for people. */
    readonly name: string,
    readonly device: string,
    /** Hz */
    readonly sampleRate: number,
  ) {}

  get isListening(): boolean {
    return running.has(this);
  }

  /** Sound begins or ends; who listens along is told of the end. */
  setListening(listening: boolean): void {
    if (listening) return void running.add(this);
    running.delete(this);
    for (const listener of this.listeners) {
      listener.end(new UserError('capture-ended', `the node ${this.name} has stopped listening to ${this.device}.`));
    }
    this.listeners.clear();
  }

  /** A stretch of sound; its memory may be used again afterwards. */
  sound(pcm: Float32Array): void {
    for (const listener of this.listeners) listener.data(pcm);
  }

  /** Listens along, as if the device had been opened. */
  open(listener: CaptureListener): Capture {
    this.listeners.add(listener);
    return {
      stop: async () => {
        this.listeners.delete(listener);
      },
    };
  }
}

/** The node that hears this device just now; one with this sample rate first. */
export function microphoneOn(device: string, sampleRate: number): RunningMicrophone | undefined {
  const fitting = [...running].filter(microphone => microphone.device === device);
  return fitting.find(microphone => microphone.sampleRate === sampleRate) ?? fitting[0];
}
