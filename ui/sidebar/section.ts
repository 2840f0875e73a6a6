import { h } from '../shared/dom';
import { t } from '../shared/texts';

/** A part of the sidebar that can be folded away, below its title. */
export const section = (
  key: 'sound' | 'score' | 'alarms' | 'threshold' | 'training' | 'steps',
  ...content: HTMLElement[]
): HTMLDetailsElement =>
  h('details', { class: 'earshot-section', open: true }, h('summary', {}, t(`${key}.title`)), ...content);
