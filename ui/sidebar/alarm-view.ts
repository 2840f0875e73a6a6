// The last alarms: what was heard, what was seen, and "this was normal".
import type { AlarmNotice } from '../../src/live/alarm-list';
import type { MarkAnswer } from '../../src/live/sidebar-messages';
import { h, setText, show } from '../shared/dom';
import { attempt } from '../shared/editor';
import * as server from '../shared/server';
import { t } from '../shared/texts';
import { AlarmItem } from './alarm-item';

export class AlarmView {
  readonly element: HTMLElement;
  private readonly list = h('ol', { class: 'earshot-alarms', 'aria-label': t('alarms.title') });
  private readonly nothing = h('div', { class: 'earshot-note' }, t('alarms.none'));
  private readonly marked = h('div', { class: 'earshot-note', role: 'status' });
  /** By the alarms' ids. */
  private readonly items = new Map<string, AlarmItem>();
  private model: string | undefined;

  /** @param onMarked an alarm was marked as normal, or unmarked */
  constructor(private readonly onMarked: () => void) {
    this.element = h('div', {}, this.list, this.nothing, this.marked);
  }

  /**
   * @param alarms newest first
   * @param marked how many segments are marked as normal
   */
  update(model: string | undefined, alarms: readonly AlarmNotice[], marked: number): void {
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
      const item = this.items.get(alarm.id) ?? this.add(alarm);
      item.update(alarm);
      const there = this.list.children[index];
      if (there !== item.element) this.list.insertBefore(item.element, there ?? null);
    });
    show(this.nothing, alarms.length === 0);
    show(this.marked, marked > 0);
    setText(this.marked, t('alarms.marked', { count: marked }));
  }

  private add(alarm: AlarmNotice): AlarmItem {
    const model = this.model ?? '';
    const item = new AlarmItem(model, alarm, normal => this.mark(model, alarm.id, normal));
    this.items.set(alarm.id, item);
    return item;
  }

  private async mark(model: string, alarm: string, normal: boolean): Promise<MarkAnswer | undefined> {
    const answer = await attempt(() => server.markNormal(model, alarm, normal));
    if (answer) this.onMarked();
    return answer;
  }

  private clear(): void {
    for (const item of this.items.values()) item.close();
    this.items.clear();
    this.list.replaceChildren();
  }
}
