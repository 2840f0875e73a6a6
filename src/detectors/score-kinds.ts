// The kinds of score, one line each. Needs nothing, so that dialogs in the browser can read it, too.

export interface ScoreKind {
  /** As `msg.score.kind` and a flow name it. */
  readonly id: string;
  /** The detector that gives it. */
  readonly detector: string;
  /** Its description, in the catalogue of vae-score. */
  readonly label: string;
  /** What an explanation shows: squared errors by cell of the spectrogram, or nothing. */
  readonly explains: 'cells' | 'nothing';
}

const BUILT_IN = [
  { id: 'rl', detector: 'vae', label: 'score.rl', explains: 'cells' },
  { id: 'kl', detector: 'vae', label: 'score.kl', explains: 'cells' },
  { id: 'total', detector: 'vae', label: 'score.total', explains: 'cells' },
] as const satisfies readonly ScoreKind[];

/** What a new node scores by. */
export const DEFAULT_SCORE_KIND: string = BUILT_IN[0].id;

/** All kinds, also those that came along since the start. */
export const SCORE_KINDS: readonly ScoreKind[] = [...BUILT_IN];
/** Their ids, in the same order: what a field offers. */
export const SCORE_KIND_IDS: readonly string[] = SCORE_KINDS.map(({ id }) => id);

/** Adds kinds of a detector that is none of the package's own. */
export function addScoreKinds(kinds: readonly ScoreKind[]): void {
  (SCORE_KINDS as ScoreKind[]).push(...kinds);
  (SCORE_KIND_IDS as string[]).push(...kinds.map(({ id }) => id));
}

/** Takes such kinds away again. */
export function removeScoreKinds(kinds: readonly ScoreKind[]): void {
  for (const { id } of kinds) {
    const index = SCORE_KIND_IDS.indexOf(id);
    (SCORE_KINDS as ScoreKind[]).splice(index, 1);
    (SCORE_KIND_IDS as string[]).splice(index, 1);
  }
}

/** The ids of a detector's kinds. */
export const kindsOf = (detector: string): string[] =>
  SCORE_KINDS.filter(kind => kind.detector === detector).map(({ id }) => id);
