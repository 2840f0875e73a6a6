// What the dialog of mic-in asks for to try a microphone: its level while it is listened to, and three seconds of its
// sound. A device that a mic-in node has open is heard through that node. Sound goes into the answer and nowhere else.
import type { NodeAPI } from 'node-red';
import { backendFor } from '../../src/audio/capture/backends';
import { checkDeviceName } from '../../src/audio/capture/device-name';
import { checkSound, type SoundCheckOptions } from '../../src/audio/capture/sound-check';
import type { SoundLevel } from '../../src/audio/sound-meter';
import { wavPieces } from '../../src/audio/wav-write';
import { UserError } from '../../src/errors';
import type { ListenLine } from '../../src/live/dialog-messages';
import { framesOf } from '../../src/live/sound-frames';
import { userDirectory } from '../shared/folders';
import { lineHandler, type Tell } from '../shared/line-answer';
import { readFields } from '../shared/read-fields';
import { routesOf } from '../shared/routes';
import { flag } from '../shared/schema';
import { fields } from './fields';
import { microphoneOn, type RunningMicrophone } from './running-microphones';

const { device, backend, sampleRate } = fields;
/** What a test goes by; `keep`: the sound is wanted too. */
const TESTED = { device, backend, sampleRate, keep: flag({ default: false }) };
const SECONDS = { test: 20, recording: 3 };
/** What a sound card does in its first moment is not what it hears. */
const SKIP_SECONDS = 0.25;
/** Opening a device and closing it, besides. */
const MOST_SECONDS = SECONDS.test + 15;

/**
 * `POST /audio-anomaly/listen` `{dialog, device, backend, sampleRate, keep}` → lines of JSON: ListenLine; the level about
 * eight times a second, spectrogram and WAV file at the end with `keep`. 400, 409 with `{error}` in words.
 */
export function registerListenRoute(RED: NodeAPI): void {
  const busy = 'a microphone is being tried in another dialog just now; wait until that has ended';
  const answer = lineHandler<ListenLine>({ busy, seconds: MOST_SECONDS }, (...asked) => listen(RED, ...asked));
  // Switches a microphone on and lets its sound out: for those who may change flows, not for those who may look.
  routesOf(RED).post('listen', 'write', answer);
}

async function listen(RED: NodeAPI, form: object, tell: Tell<ListenLine>, signal: AbortSignal): Promise<void> {
  const { device, backend: choice, sampleRate, keep } = readFields(TESTED, form);
  const backend = backendFor(choice, [userDirectory(RED)]);
  checkDeviceName(device, backend.name);

  const take = (rate: number, open: SoundCheckOptions['open'], through?: string): Promise<Float32Array> => {
    const seconds = keep ? SECONDS.recording : SECONDS.test;
    const skipSeconds = through === undefined ? SKIP_SECONDS : 0;
    tell({ listening: { seconds, sampleRate: rate, through } });
    const level = (now: SoundLevel, all: SoundLevel): void => tell({ now, all });
    return checkSound({ device, sampleRate: rate, seconds, skipSeconds, keep, signal, level, open });
  };
  const along = (node: RunningMicrophone) => take(node.sampleRate, listener => node.open(listener), node.name);
  const alone = () => take(sampleRate, listener => backend.start({ device, sampleRate }, listener));

  const node = microphoneOn(device, sampleRate);
  let rate = sampleRate;
  let pcm: Float32Array;
  try {
    pcm = await (node?.sampleRate === sampleRate ? along(node) : alone());
  } catch (error) {
    if (!node?.isListening || !isTaken(error)) throw error;
    // The node hears it at another rate, and it can be opened only once.
    pcm = await along(node);
    rate = node.sampleRate;
  }
  if (!keep || signal.aborted) return;
  tell({ spectrogram: await framesOf(pcm, rate) });
  for (const piece of wavPieces(pcm, rate)) {
    tell({ wav: piece.toString('base64') });
    await new Promise(setImmediate);
  }
}

/** Only arecord says outright that a device is in use. */
const isTaken = (error: unknown): boolean =>
  error instanceof UserError && ['capture-busy', 'capture-ended'].includes(error.code);
