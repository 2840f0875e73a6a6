// The back ends that are npm packages the user may have installed: decibri and naudiodon. Each runs in a process of its
// own (host/main.ts), found and started only when it is chosen.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ErrorCode } from '../../error-codes';
import { UserError } from '../../errors';
import type { Capture, CaptureBackend, CaptureDevice, CaptureListener, CaptureSettings } from './backend';
import type { HostMessage, HostOrder } from './host/protocol';
import { PcmChild } from './pcm-child';

const HOST = join(__dirname, 'host', 'main.js');
const LIST_TIMEOUT_MS = 15_000;

type PeerName = HostOrder['backend'];

/** Where the package is installed: beside this package, or in one of `folders`; undefined where it is not. */
export function findPeer(name: PeerName, folders: string[]): string | undefined {
  for (const base of [__filename, ...folders.map(folder => join(folder, 'package.json'))]) {
    try {
      return createRequire(base).resolve(name);
    } catch {
      // Not there; perhaps in the next folder.
    }
  }
  return undefined;
}

/**
 * @param folders where else to look for the package, e.g. Node-RED's user directory
 */
export function peerBackend(name: PeerName, folders: string[]): CaptureBackend {
  const modulePath = () => {
    const found = findPeer(name, folders);
    if (found) return found;
    throw new UserError(
      'capture-not-installed',
      `${name} is not installed; expected the npm package in Node-RED's user directory. Run there: npm install ${name} – then restart Node-RED, or choose another recorder.`,
    );
  };
  return {
    name,
    start: (settings, listener) =>
      startHost(() => ({ backend: name, modulePath: modulePath(), record: settings }), listener),
    devices: () => listDevices({ backend: name, modulePath: modulePath() }),
  };
}

/** What ended the host, unless it said so itself. */
function explainExit(name: PeerName, device: string | undefined, lines: string[], error?: Error): UserError {
  const said = error?.message ?? lines.at(-1);
  const subject = device === undefined ? 'the sound devices could not be listed' : `no sound from ${device}`;
  return new UserError('capture-ended', `${subject}; ${name} stopped${said ? ` (it says: ${said})` : ''}.`);
}

function explainMessage({ code, message }: { code: ErrorCode; message: string }, name: PeerName, device?: string) {
  if (code !== 'capture-ended') return new UserError(code, message);
  return explainExit(name, device, [message]);
}

function startHost(makeOrder: () => HostOrder & { record: CaptureSettings }, listener: CaptureListener): Capture {
  let over = false;
  const end = (error: UserError) => {
    if (over) return;
    over = true;
    listener.end(error);
  };
  let order: HostOrder & { record: CaptureSettings };
  try {
    order = makeOrder();
  } catch (error) {
    setImmediate(end, error as UserError);
    return {
      stop: async () => {
        over = true;
      },
    };
  }
  const { backend, record } = order;
  const child = hostChild(order, {
    data: pcm => listener.data(pcm),
    message(message) {
      if (message.type === 'overrun') listener.overrun();
      else if (message.type === 'error') end(explainMessage(message, backend, record.device));
    },
    exit: (lines, error) => end(explainExit(backend, record.device, lines, error)),
  });
  return {
    stop() {
      over = true;
      return child.stop();
    },
  };
}

async function listDevices(order: HostOrder): Promise<CaptureDevice[]> {
  let child: PcmChild | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      child = hostChild(order, {
        data: () => {},
        message(message) {
          if (message.type === 'devices') resolve(message.devices);
          else if (message.type === 'error') reject(explainMessage(message, order.backend));
        },
        exit: (lines, error) => reject(explainExit(order.backend, undefined, lines, error)),
      });
      timer = setTimeout(
        () => reject(explainExit(order.backend, undefined, [`no answer within ${LIST_TIMEOUT_MS / 1000} s`])),
        LIST_TIMEOUT_MS,
      );
    });
  } finally {
    clearTimeout(timer);
    await child?.stop();
  }
}

interface HostEvents {
  data(pcm: Float32Array): void;
  message(message: HostMessage): void;
  exit(lines: string[], error?: Error): void;
}

function hostChild(order: HostOrder, events: HostEvents): PcmChild {
  return new PcmChild({
    command: process.execPath,
    args: [HOST, JSON.stringify(order)],
    env: process.env,
    format: 'FLOAT_LE',
    pcmDescriptor: 3,
    messages: message => events.message(message as HostMessage),
    data: events.data,
    line: () => {},
    exit: ({ error, lines }) => events.exit(lines, error),
  });
}
