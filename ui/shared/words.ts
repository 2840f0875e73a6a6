// Quantities in words of the editor's language, and scores that may be missing.
import { formatScore } from '../../src/formats';
import { t } from './texts';

/** A score, or a dash where there is none. */
export const scoreOrDash = (value: number | null | undefined): string =>
  value === null || value === undefined || Number.isNaN(value) ? '–' : formatScore(value);

/** "0.2 s", "40 s", "12 min", "3 h 20 min" */
export function formatDuration(seconds: number): string {
  if (seconds > 0 && seconds < 0.95) return t('unit.seconds', { count: Math.max(0.1, seconds).toFixed(1) });
  if (seconds < 90) return t('unit.seconds', { count: Math.max(0, Math.round(seconds)) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return t('unit.minutes', { count: minutes });
  return t('unit.hours', { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}
