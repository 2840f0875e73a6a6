// What is counted of outages.
export type Kind = 'killed' | 'stopped' | 'serverGone' | 'deviceGone';

export interface Count extends Record<Kind, number> {
  outages: number;
  /** From when the microphone could be heard again (for a recorder, since it was killed or stopped) until it was. */
  longestReturnSeconds: number;
  /** Returns that took more than 10 s. */
  late: number;
  /** Recorders too many, dead ones included. */
  zombies: number;
  /** By the clock. */
  missingSeconds: number;
  /** As the segments told. */
  lostSeconds: number;
  worstErrorSeconds: number;
  /** Outages told otherwise than as one stretch of lost sound of the right length, give or take a segment. */
  miscounted: number;
}

const LARGEST: readonly (keyof Count)[] = ['longestReturnSeconds', 'worstErrorSeconds'];

export function sumOf(counts: readonly Count[]): Count {
  const keys = Object.keys(counts[0]) as (keyof Count)[];
  const of = (key: keyof Count): number => {
    const values = counts.map(count => count[key]);
    const value = LARGEST.includes(key) ? Math.max(...values) : values.reduce((sum, each) => sum + each, 0);
    return Math.round(1000 * value) / 1000;
  };
  return Object.fromEntries(keys.map(key => [key, of(key)])) as unknown as Count;
}
