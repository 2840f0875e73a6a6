// Records through arecord (alsa-utils): raw PCM on a pipe, never a WAV, which would end at 2 GiB. ALSA's plug layer
// converts rate and format and takes the mean of several channels.
import { execFile } from 'node:child_process';
import { UserError } from '../../errors';
import {
  explainEnd,
  inaccurateRate,
  isFormatRefusal,
  isOverrun,
  notInstalled,
  parseDeviceList,
  wrongRate,
} from './arecord-messages';
import type { Capture, CaptureBackend, CaptureListener, CaptureSettings } from './backend';
import { findProgram } from './find-program';
import { PcmChild } from './pcm-child';
import type { PcmFormat } from './pcm-decoder';

/** 32 bits first: I²S microphones have 24, and ALSA widens 16 bits without loss. Some bare devices know only 16. */
const FORMATS: PcmFormat[] = ['S32_LE', 'S16_LE'];
const BUFFER_MICROSECONDS = 500_000;
const LIST_TIMEOUT_MS = 10_000;

/** Untranslated messages: they are read by arecord-messages.ts. */
const environment = (): NodeJS.ProcessEnv => ({ ...process.env, LC_ALL: 'C', LANGUAGE: '' });

/** A bare hardware device refuses any format that is not its own; the same one behind plug converts. */
const plugged = (device: string): string => (device.startsWith('hw:') ? `plug${device}` : device);

class ArecordCapture implements Capture {
  private child: PcmChild | undefined;
  private over = false;

  constructor(
    private readonly settings: CaptureSettings,
    private readonly listener: CaptureListener,
  ) {
    this.open(FORMATS);
  }

  stop(): Promise<void> {
    this.over = true;
    return this.child?.stop() ?? Promise.resolve();
  }

  private open([format, ...others]: PcmFormat[]): void {
    const { device, sampleRate } = this.settings;
    this.child = new PcmChild({
      command: 'arecord',
      args: [
        ...['-t', 'raw', '-f', format, '-c', '1', '-r', String(sampleRate)],
        ...['-D', plugged(device), `--buffer-time=${BUFFER_MICROSECONDS}`],
      ],
      env: environment(),
      format,
      pcmDescriptor: 1,
      data: pcm => this.listener.data(pcm),
      line: line => {
        const rate = inaccurateRate(line);
        if (isOverrun(line)) this.listener.overrun();
        else if (rate !== undefined) {
          void this.child?.stop();
          this.end(wrongRate(this.settings, rate));
        }
      },
      exit: ({ error, lines }) => {
        if (this.over) return;
        if (!error && others.length > 0 && isFormatRefusal(lines)) this.open(others);
        else this.end(error ? explainStart(error) : explainEnd(this.settings, lines));
      },
    });
  }

  private end(error: UserError): void {
    if (this.over) return;
    this.over = true;
    this.listener.end(error);
  }
}

function explainStart(error: NodeJS.ErrnoException): UserError {
  if (error.code === 'ENOENT') return notInstalled();
  return new UserError('capture-start', `arecord could not be started: ${error.message}.`, { cause: error });
}

export const isArecordInstalled = (): boolean => findProgram('arecord') !== undefined;

export const arecord: CaptureBackend = {
  name: 'arecord',
  start: (settings, listener) => new ArecordCapture(settings, listener),
  devices: () =>
    new Promise((resolve, reject) => {
      const options = { env: environment(), timeout: LIST_TIMEOUT_MS, killSignal: 'SIGKILL' } as const;
      execFile('arecord', ['-L'], options, (error, stdout) => {
        if (!error) resolve(parseDeviceList(stdout));
        else if ('code' in error && error.code === 'ENOENT') reject(notInstalled());
        else reject(new UserError('capture-list', `the sound devices could not be listed: ${error.message.trim()}`));
      });
    }),
};
