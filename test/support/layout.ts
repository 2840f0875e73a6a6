// What does not fit where it stands: parts that stick out of a dialog or a sidebar sideways, texts that are cut off where
// nothing says so.
import type { Page } from 'playwright-core';

// Runs in the browser.
const LOOK = `selector => {
  const context = document.createElement('canvas').getContext('2d');
  const box = document.querySelector(selector);
  if (!box) throw new Error(selector + ': there is none');
  const tidy = text => text.replace(/\\s+/g, ' ').trim();
  const nameOf = element => element.tagName.toLowerCase() + (element.id ? '#' + element.id : '') +
    (element.className.trim?.() ? '.' + element.className.trim().replace(/\\s+/g, '.') : '');
  const px = value => parseFloat(value) || 0;
  const edges = box.getBoundingClientRect();
  const found = [];
  if (box.scrollWidth > box.clientWidth) found.push(nameOf(box) + ' scrolls sideways');
  const isSeen = element => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    getComputedStyle(element).clipPath === 'none';
  for (const element of box.querySelectorAll('*')) {
    if (!isSeen(element) || element.closest('svg, .earshot-unseen, .red-ui-typedInput-container')) continue;
    const style = getComputedStyle(element);
    const { left, right, width } = element.getBoundingClientRect();
    if (width > 0 && (right > edges.right + 1 || left < edges.left - 1)) found.push(nameOf(element) + ' sticks out: ' + tidy(element.textContent).slice(0, 60));
    const isChoice = element.matches('select');
    if (isChoice || element.matches('input:not([type=checkbox], [type=radio], [type=range])')) {
      const text = isChoice ? element.selectedOptions[0]?.text ?? '' : element.value || element.placeholder;
      context.font = style.font;
      // Room for the arrow of a choice, the spinner of a number.
      const taken = isChoice ? 20 : element.type === 'number' ? 16 : 0;
      const room = element.clientWidth - px(style.paddingLeft) - px(style.paddingRight) - taken;
      const needed = context.measureText(tidy(text)).width;
      if (needed > room + 0.5 && element.title !== text) found.push(nameOf(element) + ' cuts ' + Math.ceil(needed - room) + ' px of "' + tidy(text) + '"');
    } else if (element.scrollWidth > element.clientWidth + 1 && style.overflowX !== 'visible' && style.display !== 'inline') {
      const isTold = style.textOverflow === 'ellipsis' && tidy(element.title).includes(tidy(element.textContent));
      if (!isTold) found.push(nameOf(element) + ' cuts "' + tidy(element.textContent).slice(0, 60) + '"');
    }
    if (element.matches('label') && [...element.childNodes].some(node => tidy(node.textContent))) {
      const range = document.createRange();
      range.selectNodeContents(element);
      const tops = [...range.getClientRects()].filter(line => line.width > 1 && line.height > 1).map(line => line.bottom);
      if (Math.max(...tops) - Math.min(...tops) > 10) found.push(nameOf(element) + ' wraps "' + tidy(element.textContent) + '"');
    }
  }
  return [...new Set(found)];
}`;

/** What in the first element that fits a selector sticks out, is cut off without a title that says all, or wraps. */
export function misfits(page: Page, selector: string): Promise<string[]> {
  return page.evaluate(`(${LOOK})(${JSON.stringify(selector)})`);
}
