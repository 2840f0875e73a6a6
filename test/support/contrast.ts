// Contrast as WCAG 2.2 asks for it (success criteria 1.4.3 and 1.4.11), of what a page shows: 4.5 : 1 between letters and
// what they lie on, 3 : 1 for large letters, icons and the essential parts of drawings.
import type { Page } from 'playwright-core';
import { type Colour, contrast, hex } from '#src/charts/surface';

/** Least contrast of letters. */
const TEXT = 4.5;
/** Least contrast of large letters (from 24 px, bold from 18.66 px), icons and drawings. */
const LARGE = 3;

/** A text or an icon as the page shows it. */
interface Shown {
  /** What is read; for an icon its class. */
  text: string;
  element: string;
  ink: Colour;
  paper: Colour;
  /** Whether 3 : 1 is enough. */
  large: boolean;
}

// These run in the browser. Colours go through a canvas, which knows every way to write one.
const COLOURS = `
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const rgba = colour => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((value, i) => value * a + below[i] * (1 - a));
  const chain = element => (element ? [element, ...chain(element.parentElement)] : []);
  const paperOf = element => chain(element).reverse()
    .reduce((below, at) => over(rgba(getComputedStyle(at).backgroundColor), below), [255, 255, 255]);
  const number = ([r, g, b]) => (Math.round(r) << 16) | (Math.round(g) << 8) | Math.round(b);
`;

const LOOK = `selector => {${COLOURS}  const opacityOf = element => chain(element).reduce((all, at) => all * Number(getComputedStyle(at).opacity), 1);
  const isSeen = element =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: true }) &&
    [...element.getClientRects()].some(box => box.width > 1 && box.height > 1);
  const isLarge = ({ fontSize, fontWeight }) => parseFloat(fontSize) >= (Number(fontWeight) >= 700 ? 18.66 : 24);
  const isSwitchedOff = element => element.closest(':disabled, [aria-disabled="true"], .red-ui-typedInput-disabled, .disabled');
  const ownText = element =>
    [...element.childNodes].filter(node => node.nodeType === 3).map(node => node.data.trim()).join(' ').trim();
  const nameOf = element => element.tagName.toLowerCase() + (element.id ? '#' + element.id : '') +
    (element.className && element.className.trim ? '.' + element.className.trim().replace(/\\s+/g, '.') : '');
  const shown = [];
  for (const element of document.querySelectorAll(selector + ', ' + selector + ' *')) {
    if (element.closest('svg, option, noscript') || isSwitchedOff(element) || !isSeen(element)) continue;
    const add = (text, style, extra = {}) => {
      const paper = paperOf(element);
      const [r, g, b, a] = rgba(style.color);
      const ink = over([r, g, b, a * opacityOf(element)], paper);
      shown.push({ text, element: nameOf(element), ink: number(ink), paper: number(paper), large: isLarge(style), ...extra });
    };
    const style = getComputedStyle(element);
    const isField = element.matches('textarea, select, input:not([type=checkbox], [type=radio], [type=range], [type=color])');
    const text = isField ? (element.matches('select') ? element.selectedOptions[0]?.text : element.value) : ownText(element);
    if (text) add(text, style);
    const before = getComputedStyle(element, '::before');
    if (/FontAwesome/.test(before.fontFamily) && /^"/.test(before.content)) add(element.className, before, { large: true });
  }
  return shown;
}`;

/**
 * Texts and icons in what a selector finds, itself included, that are hard to read: one line each, faintest first. What
 * is switched off may be faint.
 * @throws where the selector finds nothing to read: a check of nothing is none
 */
export async function faintTexts(page: Page, selector: string): Promise<string[]> {
  const shown = (await page.evaluate(`(${LOOK})(${JSON.stringify(selector)})`)) as Shown[];
  if (shown.length === 0) throw new Error(`${selector}: nothing to read`);
  const faint = shown
    .map(one => ({ ...one, ratio: contrast(one.ink, one.paper) }))
    .filter(({ ratio, large }) => ratio < (large ? LARGE : TEXT))
    .sort((a, b) => a.ratio - b.ratio)
    .map(
      ({ ratio, element, text, ink, paper }) =>
        `${ratio.toFixed(2)} ${element} "${text.slice(0, 40)}" ${hex(ink)} on ${hex(paper)}`,
    );
  return [...new Set(faint)];
}

/**
 * What a drawing says by colours that stand out too little, one line each.
 * @param colours what each is for → CSS colour
 * @param selector finds what they are drawn on
 */
export async function faintColours(page: Page, colours: Record<string, string>, selector: string): Promise<string[]> {
  const { paper, inks } = (await page.evaluate(`((selector, colours) => {${COLOURS}
    const paper = paperOf(document.querySelector(selector));
    return { paper: number(paper), inks: colours.map(colour => number(over(rgba(colour), paper))) };
  })(${JSON.stringify(selector)}, ${JSON.stringify(Object.values(colours))})`)) as { paper: Colour; inks: Colour[] };
  return Object.keys(colours)
    .map((use, i) => ({ use, ink: inks[i], ratio: contrast(inks[i], paper) }))
    .filter(({ ratio }) => ratio < LARGE)
    .map(({ use, ink, ratio }) => `${ratio.toFixed(2)} ${use} ${hex(ink)} on ${hex(paper)}`);
}
