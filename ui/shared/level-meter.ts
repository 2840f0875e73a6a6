// A sound's level and peak on a scale from −60 to 0 dB; clipping in words.
import { decibels } from '../../src/formats';
import type { Level } from '../../src/live/source-view';
import { h, setText } from './dom';
import { t } from './texts';

const QUIETEST_DB = -60;
const WARN_DB = -6;
const TICKS_DB = [-40, -20, WARN_DB];
const CLIPPED_SHOWN_MS = 3000;
const PEAK_FALLS_DB = 1.2;

/** Of the scale, in per cent from the left. */
const placeOf = (db: number): number => 100 * (1 - Math.min(1, Math.max(0, db / QUIETEST_DB)));

export class LevelMeter {
  readonly element: HTMLElement;
  private readonly bar = h('div', { class: 'earshot-meter-bar' });
  private readonly mark = h('div', { class: 'earshot-meter-peak' });
  private readonly value = h('span', { class: 'earshot-meter-value' }, '–');
  // A live region of its own: clipping is announced when it begins, the level at no change.
  private readonly clip = h('span', { class: 'earshot-clip', role: 'status' });
  private readonly meter: HTMLElement;
  private peak = QUIETEST_DB;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.meter = h(
      'div',
      {
        class: 'earshot-meter',
        role: 'meter',
        'aria-label': t('sound.level'),
        'aria-valuemin': QUIETEST_DB,
        'aria-valuemax': 0,
        'aria-valuenow': QUIETEST_DB,
      },
      this.bar,
      this.mark,
      ...TICKS_DB.map(db => h('div', { class: 'earshot-meter-tick', style: `left: ${placeOf(db)}%` })),
    );
    this.element = h('div', { class: 'earshot-level' }, this.meter, this.value, this.clip);
    this.clear();
  }

  clear(): void {
    this.peak = QUIETEST_DB;
    this.set(QUIETEST_DB, '–');
    clearTimeout(this.timer);
    setText(this.clip, '');
  }

  update({ rms, peak, clipped }: Level): void {
    this.peak = Math.max(peak ?? QUIETEST_DB, this.peak - PEAK_FALLS_DB, QUIETEST_DB);
    this.set(rms ?? QUIETEST_DB, decibels(rms));
    if (clipped === 0) return;
    setText(this.clip, t('sound.clipped'));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => setText(this.clip, ''), CLIPPED_SHOWN_MS);
  }

  private set(db: number, text: string): void {
    this.bar.style.width = `${placeOf(db)}%`;
    this.mark.style.left = `${placeOf(this.peak)}%`;
    this.meter.classList.toggle('earshot-loud', this.peak > WARN_DB);
    this.meter.setAttribute('aria-valuenow', String(Math.round(Math.max(QUIETEST_DB, db))));
    this.meter.setAttribute('aria-valuetext', text);
    setText(this.value, text);
  }
}
