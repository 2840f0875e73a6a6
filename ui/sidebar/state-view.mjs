// How the last segment was judged, in a word, an icon and its numbers; announced to screen readers where it changes.
import { formatScore, h, icon, setText, t } from './dom.mjs';
import { ANOMALY, NORMAL } from './score-store.mjs';

const ICONS = { anomaly: 'exclamation-triangle', normal: 'check-circle', scored: 'circle-o', none: 'circle-o' };

export class StateView {
  constructor() {
    this.icon = h('span', { class: 'earshot-state-icon' });
    this.word = h('span', { class: 'earshot-state-word' });
    this.numbers = h('span', { class: 'earshot-state-numbers' });
    this.element = h('div', { class: 'earshot-state' }, this.icon, this.word, this.numbers);
    this.announcer = h('div', { class: 'earshot-unseen', role: 'status' });
  }

  /** @param last the newest entry of the scores @param {boolean} isTrained whether there is a model to score with */
  update(last, isTrained) {
    const state = stateOf(last);
    this.element.dataset.state = state;
    this.icon.replaceChildren(icon(ICONS[state]));
    setText(this.word, state === 'none' && !isTrained ? t('state.untrained') : t(`state.${state}`));
    const values = last && { score: formatScore(last.score), threshold: formatScore(last.threshold) };
    setText(this.numbers, !last ? '' : Number.isNaN(last.threshold) ? values.score : t('state.against', values));
    if (state === this.announced) return;
    if (state === 'anomaly') setText(this.announcer, t('state.announceAnomaly', values));
    else if (this.announced === 'anomaly' && state === 'normal') setText(this.announcer, t('state.announceNormal'));
    this.announced = state;
  }
}

function stateOf(last) {
  if (!last) return 'none';
  if (last.verdict === ANOMALY) return 'anomaly';
  return last.verdict === NORMAL ? 'normal' : 'scored';
}
