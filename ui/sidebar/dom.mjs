// Elements, texts and numbers. Texts go in as text nodes only: what a user or a file is called never becomes markup.

const NAMESPACE = '@earshot/node-red-audio-anomaly/earshot:earshot.';

/** A text of the sidebar in the editor's language. */
export const t = (key, values) => RED._(NAMESPACE + key, values);

/**
 * An element. `on…` attributes are listeners, `undefined`, `null` and `false` leave an attribute out.
 * @param {...(Node | string | null | undefined)} children strings become text
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

/** A part of the sidebar that can be folded away, below its title. */
export function section(key, ...content) {
  return h('details', { class: 'earshot-section', open: true }, h('summary', {}, t(`${key}.title`)), ...content);
}

/** An icon of the editor's own font; decoration only. */
export const icon = name => h('i', { class: `fa fa-${name}`, 'aria-hidden': 'true' });

/** Sets a text only where it differs: what screen readers announce must not be repeated. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Tells a choice whose name may be longer than there is room for in full where the pointer rests. */
export function tellChoice(select) {
  select.title = select.selectedOptions[0]?.text ?? '';
}

/** Shows or hides an element. */
export function show(element, visible) {
  element.hidden = !visible;
}

const MINUS = '\u2212';

/** Three digits that count, e.g. 0.0312, 1.50, 2315, 3.10e-6; as src/alarm/wording.ts. */
export function formatScore(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size < 1e-4 || size >= 1e7) return value.toExponential(2);
  return size >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** A round value on an axis, e.g. 0.005, 1500, 2e-7. */
export const formatTick = value => {
  const size = Math.abs(value);
  return value !== 0 && (size < 1e-3 || size >= 1e6) ? value.toExponential().replace('e+', 'e') : String(value);
};

/** "−43 dB" */
export const formatDb = value => (value === null ? `${MINUS}∞ dB` : `${value.toFixed(0).replace('-', MINUS)} dB`);

/** "14:03:12", in the browser's time zone. */
export const formatTime = (at, withSeconds = true) => {
  const two = value => String(value).padStart(2, '0');
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}${withSeconds ? `:${two(date.getSeconds())}` : ''}`;
};

/** "0.2 s", "40 s", "12 min", "3 h 20 min" */
export function formatDuration(seconds) {
  if (seconds > 0 && seconds < 0.95) return t('unit.seconds', { count: Math.max(0.1, seconds).toFixed(1) });
  if (seconds < 90) return t('unit.seconds', { count: Math.max(0, Math.round(seconds)) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return t('unit.minutes', { count: minutes });
  return t('unit.hours', { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}
