// Elements and their texts. Texts go in as text nodes only: what a user or a file is called never becomes markup.

type Attribute = string | number | boolean | null | undefined;
type Listener = (event: Event) => void;
type Child = Node | string | null | undefined;

/**
 * An element. `on…` attributes are listeners; `undefined`, `null` and `false` leave an attribute out.
 * @param children strings become text
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, Attribute | Listener> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name.replace(/^on/, ''), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

/** A button of the editor's kind. */
export const button = (press: Listener, attributes: Record<string, Attribute> = {}, ...children: Child[]) =>
  h('button', { type: 'button', class: 'red-ui-button', onclick: press, ...attributes }, ...children);

/** An icon of the editor's own font; decoration only. */
export const icon = (name: string): HTMLElement => h('i', { class: `fa fa-${name}`, 'aria-hidden': 'true' });

/** Sets a text only where it differs: what screen readers announce must not be repeated. */
export function setText(element: Node, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Tells a choice whose name may be longer than there is room for in full where the pointer rests. */
export function tellChoice(select: HTMLSelectElement): void {
  select.title = select.selectedOptions[0]?.text ?? '';
}

/** Shows or hides an element. */
export function show(element: HTMLElement, visible: boolean): void {
  element.hidden = !visible;
}
