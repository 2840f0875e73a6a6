// What arecord says on standard error and in its device list, and what that means for the person at the editor.
// The wording is that of alsa-utils' aplay.c in the C locale.
import type { ErrorCode } from '../../error-codes';
import { UserError } from '../../errors';
import type { CaptureDevice, CaptureSettings } from './backend';

/** "overrun!!! (at least 12.345 ms long)": the ring buffer of the device ran full and sound is lost. */
export const isOverrun = (line: string): boolean => /^overrun!!!/.test(line);

/** The rate the device really runs at, where arecord warns that it is not the one asked for; Hz. */
export function inaccurateRate(line: string): number | undefined {
  const found = /rate is not accurate \(requested = \d+Hz, got = (\d+)Hz\)/.exec(line);
  return found ? Number(found[1]) : undefined;
}

/** The device cannot deliver the sample format asked for. */
export const isFormatRefusal = (lines: string[]): boolean =>
  lines.some(line => /Sample format non available/i.test(line));

export const notInstalled = (): UserError =>
  new UserError(
    'capture-not-installed',
    'arecord is not installed; expected it on the search path of Node-RED. Install it with: sudo apt install alsa-utils',
  );

export const wrongRate = ({ device, sampleRate }: CaptureSettings, rate: number): UserError =>
  new UserError(
    'capture-sample-rate',
    `${device} records at ${rate} Hz, not at ${sampleRate} Hz. Set the sample rate to ${rate}, or choose a plughw device, which converts.`,
  );

const LIST = 'Open the node and choose one from the list of devices; is the microphone plugged in?';

interface Meaning {
  pattern: RegExp;
  code: ErrorCode;
  text(settings: CaptureSettings): string;
}

const MEANINGS: Meaning[] = [
  {
    pattern: /Aborted by signal/,
    code: 'capture-interrupted',
    text: ({ device }) => `recording from ${device} was interrupted by a signal.`,
  },
  {
    pattern: /Device or resource busy/,
    code: 'capture-busy',
    text: ({ device }) =>
      `${device} is in use by another program; expected it to be free. Stop the other program, or choose a device that can be shared ("default" or "dsnoop:…").`,
  },
  {
    pattern: /Permission denied/,
    code: 'capture-permission',
    text: ({ device }) =>
      `${device} may not be read by Node-RED's user. Add the user to the group "audio" (sudo usermod -aG audio USER) and restart Node-RED.`,
  },
  {
    pattern: /Connection refused|Unable to connect|Host is down/,
    code: 'capture-sound-server',
    text: ({ device }) =>
      `no sound server behind ${device}: PulseAudio or PipeWire does not answer. Start it, or choose a plughw device.`,
  },
  {
    pattern: /Channels count non available/i,
    code: 'capture-channels',
    text: ({ device }) => `${device} has no single channel to record. Choose a plughw device, which mixes them.`,
  },
  {
    pattern: /bad speed value|Rate \d+.* non available|Unable to install hw params|Broken configuration/i,
    code: 'capture-sample-rate',
    text: ({ device, sampleRate }) =>
      `${device} cannot record at ${sampleRate} Hz. Set another sample rate, e.g. 44100 or 48000, or choose a plughw device, which converts.`,
  },
  {
    pattern: /audio open error|Unknown PCM/,
    code: 'capture-no-device',
    text: ({ device }) => `no sound device ${device}; expected the name of a device. ${LIST}`,
  },
];

/** Explains why arecord ended, from the last lines it wrote. */
export function explainEnd(settings: CaptureSettings, lines: string[]): UserError {
  const meaning = MEANINGS.find(({ pattern }) => lines.some(line => pattern.test(line)));
  if (meaning) return new UserError(meaning.code, meaning.text(settings));
  const said = lines.filter(line => !/^Recording /.test(line) && !isOverrun(line)).at(-1);
  return new UserError(
    'capture-ended',
    `no sound from ${settings.device}; the device stopped${said ? ` (arecord says: ${said})` : ''}. Is it still plugged in?`,
  );
}

/** Entries of `arecord -L` that are parts to build devices from, not devices. */
const PLUMBING =
  /^(null|lavrate|samplerate|speexrate|speex|jack|oss|upmix|vdownmix|a52|usbstream:.*|surround\d+:.*|iec958:.*|hdmi:.*)$/;

/**
 * Reads the output of `arecord -L`: a name at the start of a line, its description indented below. Each hardware
 * device is listed once, as `plughw:`, which converts rates and formats where the bare `hw:` refuses.
 */
export function parseDeviceList(output: string): CaptureDevice[] {
  const devices: CaptureDevice[] = [];
  for (const line of output.split('\n')) {
    if (/^\S/.test(line)) devices.push({ id: line.trim(), description: '' });
    else if (line.trim() !== '' && devices.length > 0) {
      const device = devices[devices.length - 1];
      device.description = [device.description, line.trim()].filter(Boolean).join(', ');
    }
  }
  const plugs = new Set(devices.filter(({ id }) => id.startsWith('plughw:')).map(({ id }) => id));
  const wanted = devices.filter(({ id }) => !PLUMBING.test(id) && !(id.startsWith('hw:') && plugs.has(`plug${id}`)));
  return wanted.some(({ id }) => id === 'default')
    ? wanted
    : [{ id: 'default', description: 'The system’s default microphone' }, ...wanted];
}
