// The last alarms: what was heard, what was seen, and "this was normal". Sound and heat-map are fetched when an alarm is
// opened, and given back when it is closed.
import { formatDuration, formatScore, formatTime, h, icon, setText, show, t } from './dom.mjs';
import * as server from './server.mjs';

/** Seconds after which an alarm is shown with the length of its stretch. */
const LONG_SECONDS = 5;

export class AlarmView {
  /** @param {(action: () => Promise<any>) => Promise<any>} attempt tells what goes wrong */
  constructor(attempt, onMarked) {
    this.attempt = attempt;
    this.onMarked = onMarked;
    this.list = h('ol', { class: 'earshot-alarms', 'aria-label': t('alarms.title') });
    this.nothing = h('div', { class: 'earshot-note' }, t('alarms.none'));
    this.marked = h('div', { class: 'earshot-note', role: 'status' });
    this.element = h('div', {}, this.list, this.nothing, this.marked);
    this.items = new Map();
  }

  /** @param alarms newest first, as the server tells them @param marked how many segments are marked as normal */
  update(model, alarms, marked) {
    if (model !== this.model) this.clear();
    this.model = model;
    const known = new Set(alarms.map(({ id }) => id));
    for (const [id, item] of this.items) {
      if (known.has(id)) continue;
      item.close();
      item.element.remove();
      this.items.delete(id);
    }
    alarms.forEach((alarm, index) => {
      let item = this.items.get(alarm.id);
      if (!item) {
        item = new AlarmItem(this, alarm.id);
        this.items.set(alarm.id, item);
      }
      item.update(alarm);
      if (this.list.children[index] !== item.element) this.list.insertBefore(item.element, this.list.children[index]);
    });
    show(this.nothing, alarms.length === 0);
    show(this.marked, marked > 0);
    setText(this.marked, t('alarms.marked', { count: marked }));
  }

  clear() {
    for (const item of this.items.values()) item.close();
    this.items.clear();
    this.list.replaceChildren();
  }
}

class AlarmItem {
  constructor(view, id) {
    this.view = view;
    this.id = id;
    this.urls = [];
    this.when = h('span', { class: 'earshot-alarm-when' });
    this.score = h('span', { class: 'earshot-alarm-score' });
    this.source = h('span', { class: 'earshot-alarm-source' });
    this.body = h('div', { class: 'earshot-alarm-body' });
    this.mark = h('span', { class: 'earshot-alarm-mark' });
    this.summary = h('summary', {}, this.mark, this.when, this.source, this.score);
    this.details = h(
      'details',
      { ontoggle: () => (this.details.open ? void this.open() : this.close()) },
      this.summary,
      this.body,
    );
    this.normal = h('button', { type: 'button', class: 'red-ui-button', onclick: () => void this.markNormal() });
    this.element = h('li', {}, this.details);
  }

  update(alarm) {
    this.alarm = alarm;
    const { at, until, count, score, threshold, source, normal, hasSpectrogram } = alarm;
    const seconds = (until - at) / 1000;
    const long = count > 1 && seconds >= LONG_SECONDS ? ` · ${formatDuration(seconds)}` : '';
    setText(this.when, `${formatTime(at)}${long}`);
    setText(this.source, String(source).split(/[\\/]/).at(-1));
    this.source.title = this.source.textContent;
    setText(this.score, `${formatScore(score)} / ${formatScore(threshold)}`);
    this.element.classList.toggle('earshot-was-normal', normal);
    // Another shape, not only another colour.
    if (this.wasNormal !== normal) this.mark.replaceChildren(icon(normal ? 'check' : 'exclamation-triangle'));
    this.wasNormal = normal;
    const described = { time: this.when.textContent, source: this.source.textContent };
    Object.assign(described, { score: formatScore(score), threshold: formatScore(threshold) });
    this.summary.setAttribute('aria-label', t(normal ? 'alarms.describedNormal' : 'alarms.described', described));
    this.normal.disabled = !hasSpectrogram && !normal;
    this.normal.title = t(hasSpectrogram || normal ? 'alarms.normalHint' : 'alarms.noPicture');
    this.normal.replaceChildren(
      icon(normal ? 'undo' : 'check'),
      ` ${t(normal ? 'alarms.notNormal' : 'alarms.wasNormal')}`,
    );
  }

  async open() {
    const { alarm, view } = this;
    const { model } = view;
    const parts = [h('p', {}, alarm.text)];
    this.body.replaceChildren(...parts, this.normal);
    const fetched = async (has, fetch, make) => {
      if (!has) return undefined;
      try {
        const url = URL.createObjectURL(await fetch(model, alarm.id));
        if (!this.details.open) return void URL.revokeObjectURL(url);
        this.urls.push(url);
        return make(url);
      } catch (error) {
        return h('p', { class: 'earshot-note' }, error.message);
      }
    };
    const [picture, player] = await Promise.all([
      fetched(alarm.hasHeatmap, server.heatmap, url =>
        h('img', { src: url, alt: t('alarms.heatmap', { text: alarm.text }) }),
      ),
      fetched(alarm.hasSound, server.sound, url =>
        h('audio', { src: url, controls: true, preload: 'auto', 'aria-label': t('alarms.sound') }),
      ),
    ]);
    if (!this.details.open) return;
    const missing = h('p', { class: 'earshot-note' }, t('alarms.noHeatmap'));
    this.body.replaceChildren(...parts, picture ?? missing, ...(player ? [player] : []), this.normal);
  }

  /** Gives the memory of sound and picture back. */
  close() {
    for (const url of this.urls.splice(0)) URL.revokeObjectURL(url);
    this.body.replaceChildren();
  }

  async markNormal() {
    const { view, alarm } = this;
    const answer = await view.attempt(() => server.markNormal(view.model, alarm.id, !alarm.normal));
    if (!answer) return;
    this.update({ ...alarm, normal: answer.normal });
    view.onMarked(answer.marked);
  }
}
