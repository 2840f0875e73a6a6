// What a screen reader and a keyboard find in a part of the page: names in Chromium's accessibility tree, the tab order.
import type { Page } from 'playwright-core';

/** Roles that say nothing without a name. */
const NAMED =
  /^(button|checkbox|combobox|image|img|link|listbox|meter|progressbar|slider|spinbutton|textbox|DisclosureTriangle|Audio)$/;

/** Node-RED's own: buttons beside the choice of a configuration node, parts of typed inputs, traps for log-in managers. */
const NODE_REDS_OWN = /\bid="?node-(config-)?input-(lookup|btn)-|red-ui-typedInput|red-ui-trap/;

/** How often Tab is pressed between two looks at what is left. */
const TABS_AT_ONCE = 5;

interface AxNode {
  backendDOMNodeId: number;
  ignored: boolean;
  role?: { value: string };
  name?: { value: string };
}

/** What can be used or looked at in the first element that fits the selector, but has no name. */
export async function namelessParts(page: Page, selector: string): Promise<string[]> {
  const devtools = await page.context().newCDPSession(page);
  const { root } = await devtools.send('DOM.getDocument', { depth: 0 });
  const { nodeId } = await devtools.send('DOM.querySelector', { nodeId: root.nodeId, selector });
  const { nodes } = (await devtools.send('Accessibility.queryAXTree', { nodeId })) as { nodes: AxNode[] };
  const parts = nodes.filter(({ ignored, role }) => !ignored && NAMED.test(role?.value ?? ''));
  if (parts.length === 0) throw new Error(`nothing to use or to look at in ${selector}`);
  const nameless: string[] = [];
  for (const { name, role, backendDOMNodeId: backendNodeId } of parts) {
    if (name?.value.trim()) continue;
    const { outerHTML } = await devtools.send('DOM.getOuterHTML', { backendNodeId });
    const tag = /^<[^>]*>/.exec(outerHTML)?.[0] ?? '';
    if (!NODE_REDS_OWN.test(tag)) nameless.push(`${role?.value} ${tag}`);
  }
  await devtools.detach();
  return nameless;
}

/** What of the visible controls in an element is not reached by pressing Tab, beginning at the first of them. */
export async function notReachedByTab(page: Page, selector: string): Promise<string[]> {
  const count = (await page.evaluate(`(() => {
    const inside = [...document.querySelector(${JSON.stringify(selector)}).querySelectorAll('button, input, select, textarea, summary, a[href], [tabindex]')];
    window.controlsLeft = new Set(inside.filter(element => !element.disabled && element.checkVisibility({ visibilityProperty: true }) && element.tabIndex >= 0));
    const [first] = window.controlsLeft;
    addEventListener('focusin', ({ target }) => window.controlsLeft.delete(target), true);
    document.activeElement.blur();
    first?.focus();
    return window.controlsLeft.size + 1;
  })()`)) as number;
  for (let i = 0; i < 4 * count + 4; i++) {
    if (i % TABS_AT_ONCE === 0 && (await page.evaluate('window.controlsLeft.size')) === 0) return [];
    await page.keyboard.press('Tab');
  }
  return (await page.evaluate('[...window.controlsLeft].map(element => element.outerHTML.slice(0, 120))')) as string[];
}
