// One alarm in the list. Sound and heat-map are fetched when it is opened, and given back when it is closed.
import { clockTime, formatScore } from '../../src/formats';
import type { AlarmNotice } from '../../src/live/alarm-list';
import type { MarkAnswer } from '../../src/live/sidebar-messages';
import { button, h, icon, setText } from '../shared/dom';
import { problemOf } from '../shared/editor';
import * as server from '../shared/server';
import { t } from '../shared/texts';
import { formatDuration } from '../shared/words';

/** Seconds after which an alarm is shown with the length of its episode. */
const LONG_SECONDS = 5;

export class AlarmItem {
  readonly element: HTMLElement;
  private readonly mark = h('span', { class: 'earshot-alarm-mark' });
  private readonly when = h('span', { class: 'earshot-alarm-when' });
  private readonly source = h('span', { class: 'earshot-alarm-source' });
  private readonly score = h('span', { class: 'earshot-alarm-score' });
  private readonly summary = h('summary', {}, this.mark, this.when, this.source, this.score);
  private readonly body = h('div', { class: 'earshot-alarm-body' });
  private readonly details: HTMLDetailsElement;
  private readonly normal: HTMLButtonElement;
  /** Of what was fetched. */
  private readonly urls: string[] = [];
  private wasNormal: boolean | undefined;

  /** @param sayNormal says to Node-RED whether it was normal; its answer is undefined where that went wrong */
  constructor(
    private readonly model: string,
    private alarm: AlarmNotice,
    private readonly sayNormal: (normal: boolean) => Promise<MarkAnswer | undefined>,
  ) {
    this.details = h(
      'details',
      { ontoggle: () => (this.details.open ? void this.open() : this.close()) },
      this.summary,
      this.body,
    );
    this.normal = button(() => void this.markNormal());
    this.element = h('li', {}, this.details);
  }

  update(alarm: AlarmNotice): void {
    this.alarm = alarm;
    const { at, until, count, normal, hasSpectrogram } = alarm;
    const seconds = (until - at) / 1000;
    const long = count > 1 && seconds >= LONG_SECONDS ? ` · ${formatDuration(seconds)}` : '';
    const time = `${clockTime(new Date(at))}${long}`;
    const source = alarm.source.split(/[\\/]/).at(-1) ?? '';
    const [score, threshold] = [alarm.score, alarm.threshold].map(formatScore);
    setText(this.when, time);
    setText(this.source, source);
    this.source.title = source;
    setText(this.score, `${score} / ${threshold}`);
    this.element.classList.toggle('earshot-was-normal', normal);
    // Another shape, not only another colour.
    if (this.wasNormal !== normal) this.mark.replaceChildren(icon(normal ? 'check' : 'exclamation-triangle'));
    this.wasNormal = normal;
    const described = { time, source, score, threshold };
    this.summary.setAttribute('aria-label', t(normal ? 'alarms.describedNormal' : 'alarms.described', described));
    this.normal.disabled = !hasSpectrogram && !normal;
    this.normal.title = t(hasSpectrogram || normal ? 'alarms.normalHint' : 'alarms.noSpectrogram');
    const words = t(normal ? 'alarms.notNormal' : 'alarms.wasNormal');
    this.normal.replaceChildren(icon(normal ? 'undo' : 'check'), ` ${words}`);
  }

  private async open(): Promise<void> {
    const { alarm, model } = this;
    const text = h('p', {}, alarm.text);
    this.body.replaceChildren(text, this.normal);
    const [heatmap, player] = await Promise.all([
      alarm.hasHeatmap
        ? this.fetched(server.heatmap(model, alarm.id), src =>
            h('img', { src, alt: t('alarms.heatmap', { text: alarm.text }) }),
          )
        : undefined,
      alarm.hasSound
        ? this.fetched(server.sound(model, alarm.id), src =>
            h('audio', { src, controls: true, preload: 'auto', 'aria-label': t('alarms.sound') }),
          )
        : undefined,
    ]);
    if (!this.details.open) return;
    const missing = h('p', { class: 'earshot-note' }, t('alarms.noHeatmap'));
    this.body.replaceChildren(text, heatmap ?? missing, ...(player ? [player] : []), this.normal);
  }

  /** What was asked for as an element, or why there is none; undefined where the alarm was closed meanwhile. */
  private async fetched(question: Promise<Blob>, make: (url: string) => HTMLElement): Promise<HTMLElement | undefined> {
    try {
      const blob = await question;
      if (!this.details.open) return undefined;
      const url = URL.createObjectURL(blob);
      this.urls.push(url);
      return make(url);
    } catch (thrown) {
      return h('p', { class: 'earshot-note' }, problemOf(thrown));
    }
  }

  /** Gives the memory of sound and heat-map back. */
  close(): void {
    for (const url of this.urls.splice(0)) URL.revokeObjectURL(url);
    this.body.replaceChildren();
  }

  private async markNormal(): Promise<void> {
    const answer = await this.sayNormal(!this.alarm.normal);
    if (answer) this.update({ ...this.alarm, normal: answer.normal });
  }
}
