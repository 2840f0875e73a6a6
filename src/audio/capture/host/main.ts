// A process of its own for a native audio package: opening a device there may block for seconds, print to standard
// output or crash, none of which may happen inside Node-RED. Sound leaves on file descriptor 3, words as messages.
import { Socket } from 'node:net';
import { asError, UserError } from '../../../errors';
import { type DecibriModule, decibriRecorder } from './decibri';
import { type NaudiodonModule, naudiodonRecorder } from './naudiodon';
import type { HostMessage, HostOrder, Recorder } from './protocol';

/** Sound that the parent has not fetched yet; beyond this, new sound is dropped and told as an overrun. */
const MAX_WAITING_BYTES = 2 ** 20;

const order = JSON.parse(process.argv[2]) as HostOrder;

function tell(message: HostMessage, then?: () => void): void {
  process.send?.(message, undefined, undefined, then);
}

/** Native threads may still hold the device: no orderly end is waited for. */
function leave(): void {
  process.kill(process.pid, 'SIGKILL');
}

function fail(thrown: unknown): void {
  const error = asError(thrown);
  const code = error instanceof UserError ? error.code : 'capture-ended';
  tell({ type: 'error', code, message: error.message }, leave);
}

function load(): Recorder {
  const loaded: unknown = require(order.modulePath);
  return order.backend === 'decibri'
    ? decibriRecorder(loaded as DecibriModule)
    : naudiodonRecorder(loaded as NaudiodonModule);
}

process.on('SIGINT', leave);
process.on('disconnect', leave);
process.on('uncaughtException', fail);

try {
  const recorder = load();
  if (order.record) {
    const sound = new Socket({ fd: 3, readable: false, writable: true });
    sound.on('error', leave);
    recorder.record(order.record, {
      pcm(bytes) {
        if (sound.writableLength + bytes.length > MAX_WAITING_BYTES) tell({ type: 'overrun' });
        else sound.write(bytes);
      },
      overrun: () => tell({ type: 'overrun' }),
      error: fail,
    });
  } else {
    tell({ type: 'devices', devices: recorder.devices() }, leave);
  }
} catch (thrown) {
  fail(thrown);
}
