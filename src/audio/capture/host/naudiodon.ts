// naudiodon (2.x; PortAudio underneath) as a recorder.
import type { Readable } from 'node:stream';
import { UserError } from '../../../errors';
import type { Recorder } from './protocol';

/** The part of naudiodon's interface that is used. */
export interface NaudiodonModule {
  SampleFormatFloat32: 1;
  getDevices(): { id: number; name: string; maxInputChannels: number; hostAPIName: string }[];
  AudioIO: new (options: {
    inOptions: {
      deviceId: number;
      sampleRate: number;
      channelCount: number;
      sampleFormat: number;
      maxQueue: number;
      framesPerBuffer: number;
      highwaterMark: number;
      closeOnError: boolean;
    };
  }) => Readable & { start(): void; abort(done?: () => void): void };
}

const DEFAULT_DEVICE = -1;
const FRAMES = 2048;
/** In buffers of FRAMES: 3 s at 44.1 kHz before PortAudio has to wait for us. */
const MAX_QUEUE = 64;

export function naudiodonRecorder(portAudio: NaudiodonModule): Recorder {
  const inputs = () => portAudio.getDevices().filter(({ maxInputChannels }) => maxInputChannels > 0);
  // PortAudio takes an unknown id for the default device: names are resolved here and refused where unknown.
  const idOf = (device: string): number => {
    if (device === 'default') return DEFAULT_DEVICE;
    const found = inputs().find(({ id, name }) => name === device || String(id) === device);
    if (found) return found.id;
    throw new UserError(
      'capture-no-device',
      `no sound device ${device}; naudiodon does not list it. Open the node and choose one from the list of devices; is the microphone plugged in?`,
    );
  };
  return {
    devices: () => inputs().map(({ name, hostAPIName }) => ({ id: name, description: hostAPIName })),
    record({ device, sampleRate }, events) {
      const deviceId = idOf(device);
      const open = () => {
        const input = new portAudio.AudioIO({
          inOptions: {
            deviceId,
            sampleRate,
            channelCount: 1,
            sampleFormat: portAudio.SampleFormatFloat32,
            maxQueue: MAX_QUEUE,
            framesPerBuffer: FRAMES,
            highwaterMark: FRAMES * Float32Array.BYTES_PER_ELEMENT,
            // Otherwise an overrun is only printed.
            closeOnError: true,
          },
        });
        input.on('data', events.pcm);
        input.on('error', (problem: unknown) => {
          // naudiodon ends its stream with a string where PortAudio reports an overflow; recording goes on anew.
          if (/input overflow/.test(String(problem))) {
            events.overrun();
            input.abort();
            setImmediate(attempt);
          } else events.error(problem instanceof Error ? problem : new Error(String(problem)));
        });
        input.start();
      };
      const attempt = () => {
        try {
          open();
        } catch (error) {
          events.error(error as Error);
        }
      };
      open();
    },
  };
}
