// Names of recordings, prefix_YYYYMMDD_HHMMSS.wav in local time, both ways: made by wav-record, read by wav-folder.
import { basename } from 'node:path';

const STAMP = /(\d{4})(\d{2})(\d{2})_(\d{2})(\d{2})(\d{2})(?:_\d+)?\.[^.]+$/;
const MAX_NAME = 100;

/** What a message says of its time may be anything; a name has four digits for the year. */
const END_OF_TIME = Date.UTC(9999, 0);

/** Whether a value is a time that can stand in a name: milliseconds since 1970. */
export function isNameable(time: unknown): time is number {
  return typeof time === 'number' && time >= 0 && time < END_OF_TIME;
}

/** YYYYMMDD_HHMMSS in local time. @param time one that `isNameable` */
export function timeStamp(time: number): string {
  const date = new Date(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
  return `${day}_${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}

/** When a file was recorded, by its name: milliseconds since 1970, or undefined where the name has no valid time. */
export function recordedAt(file: string): number | undefined {
  const match = STAMP.exec(basename(file));
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  const date = new Date(year, month - 1, day, hour, minute, second);
  // Date rolls 31 February over to March: such a number is no time.
  return timeStamp(date.getTime()) === match[0].slice(0, 15) ? date.getTime() : undefined;
}

/**
 * A text as one part of a path: separators and control characters replaced, no leading dots, so that it can neither
 * leave its folder nor hide.
 */
export function safeName(text: string, fallback: string): string {
  const name = text
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N} ._+-]/gu, '_')
    .replace(/^[. ]+|[. ]+$/g, '')
    .slice(0, MAX_NAME);
  return name || fallback;
}
