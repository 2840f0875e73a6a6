// How the last segment was judged, in a word, an icon and its numbers; announced to screen readers where it changes.
import type { HistoryEntry } from '../../src/alarm/score-history';
import { formatScore } from '../../src/formats';
import { h, icon, setText } from '../shared/dom';
import { t } from '../shared/texts';

/** Scored: by no threshold. None: there is no score yet. */
type State = 'anomaly' | 'normal' | 'scored' | 'none';

const ICONS: Record<State, string> = {
  ...{ anomaly: 'exclamation-triangle', normal: 'check-circle', scored: 'circle-o', none: 'circle-o' },
};

export class StateView {
  readonly announcer = h('div', { class: 'earshot-unseen', role: 'status' });
  readonly element: HTMLElement;
  private readonly icon = h('span', { class: 'earshot-state-icon' });
  private readonly word = h('span', { class: 'earshot-state-word' });
  private readonly numbers = h('span', { class: 'earshot-state-numbers' });
  private announced: State | undefined;

  constructor() {
    this.element = h('div', { class: 'earshot-state' }, this.icon, this.word, this.numbers);
  }

  /**
   * @param last the newest score
   * @param isTrained whether there is a model to score with
   */
  update(last: HistoryEntry | undefined, isTrained: boolean): void {
    const state = stateOf(last);
    this.element.dataset.state = state;
    this.icon.replaceChildren(icon(ICONS[state]));
    setText(this.word, state === 'none' && !isTrained ? t('state.untrained') : t(`state.${state}`));
    const values = last && { score: formatScore(last.score), threshold: formatScore(last.threshold) };
    setText(this.numbers, !values ? '' : state === 'scored' ? values.score : t('state.against', values));
    if (state === this.announced) return;
    if (state === 'anomaly') setText(this.announcer, t('state.announceAnomaly', values));
    else if (this.announced === 'anomaly' && state === 'normal') setText(this.announcer, t('state.announceNormal'));
    this.announced = state;
  }
}

function stateOf(last: HistoryEntry | undefined): State {
  if (!last) return 'none';
  return last.verdict === 'none' ? 'scored' : last.verdict;
}
