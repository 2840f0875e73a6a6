// Where and when a sound comes from, in a few words for a title.
import type { AudioInfo } from '../../messages';

const two = (value: number): string => String(value).padStart(2, '0');

/** "motor.wav · 14:03:12" */
export function captionOf(audio: Partial<AudioInfo> | undefined): string {
  if (!audio) return '';
  const source = String(audio.source ?? '');
  const when = Number.isFinite(audio.startedAt) ? clock(new Date(audio.startedAt!)) : '';
  return [baseName(source), when].filter(Boolean).join(' · ');
}

const clock = (date: Date): string => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
export const baseName = (source: string): string => source.split(/[\\/]/).at(-1) ?? source;

/** "1 segment", "24 segments" */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : plural}`;

/** "87 %" */
export const percent = (share: number): string => `${Math.round(share * 100)} %`;
