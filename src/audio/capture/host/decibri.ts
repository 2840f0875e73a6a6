// decibri (5.x; cpal underneath) as a recorder. It lists ALSA devices with the id "alsa:NAME"; arecord's own names work
// too, so that a flow keeps its device when the back end changes.
import type { Readable } from 'node:stream';
import { UserError } from '../../../errors';
import type { Recorder } from './protocol';

/** The part of decibri's interface that is used. */
export interface DecibriModule {
  Microphone: {
    new (options: {
      sampleRate: number;
      channels: number;
      dtype: 'float32';
      device?: { id: string };
    }): Readable & { readonly overrunCount: number };
    devices(): { index: number; name: string; id: string; maxInputChannels: number }[];
  };
}

export function decibriRecorder({ Microphone }: DecibriModule): Recorder {
  const inputs = () =>
    Microphone.devices().filter(({ maxInputChannels, id }) => maxInputChannels > 0 && id !== 'alsa:null');
  const idOf = (device: string): string => {
    const found = inputs().find(({ id, name }) => [id, id.replace(/^\w+:/, ''), name].includes(device));
    if (found) return found.id;
    throw new UserError(
      'capture-no-device',
      `no sound device ${device}; decibri does not list it. Open the node and choose one from the list of devices; is the microphone plugged in?`,
    );
  };
  return {
    devices: () => inputs().map(({ id, name }) => ({ id, description: name })),
    record({ device, sampleRate }, events) {
      const microphone = new Microphone({
        sampleRate,
        // The mean of all channels of the device.
        channels: 1,
        dtype: 'float32',
        device: device === 'default' ? undefined : { id: idOf(device) },
      });
      let overruns = 0;
      microphone.on('data', (bytes: Buffer) => {
        const { overrunCount } = microphone;
        if (overrunCount > overruns) events.overrun();
        overruns = overrunCount;
        events.pcm(bytes);
      });
      microphone.on('error', events.error);
      microphone.on('close', () => events.error(new Error('decibri closed the stream')));
    },
  };
}
