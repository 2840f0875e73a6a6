// Colours on canvases: the editor's own for ink and lines, viridis for sound.
import { colourAt } from '../../src/charts/colour-maps';

/** 256 colours as canvases store them: bytes red, green, blue, opaque. */
export const viridis = new Uint32Array(256);
{
  const bytes = new Uint8ClampedArray(viridis.buffer);
  for (let i = 0; i < 256; i++) bytes.set([...colourAt('viridis', i / 255), 255], 4 * i);
}

/** What lines and letters are for → a variable of the editor or, mixed from its colours, of nodes/sidebar/earshot.html. */
const VARIABLES = {
  ink: '--red-ui-primary-text-color',
  muted: '--earshot-muted',
  line: '--red-ui-secondary-border-color',
  frame: '--red-ui-primary-border-color',
  paper: '--red-ui-secondary-background',
  bar: '--earshot-bar',
  curve: '--red-ui-text-color-link',
  good: '--earshot-good',
  bad: '--red-ui-text-color-error',
  warn: '--earshot-warn',
};

export type ThemeColours = Record<keyof typeof VARIABLES, string>;

let colours: ThemeColours | undefined;

/** The editor's colours as they are now; a change of theme is seen. */
export function themeColours(): ThemeColours {
  if (!colours) {
    const style = getComputedStyle(document.documentElement);
    const read = Object.entries(VARIABLES).map(([use, name]) => [use, style.getPropertyValue(name).trim()]);
    colours = Object.fromEntries(read) as ThemeColours;
  }
  return colours;
}

/**
 * Calls back when the theme changes; themes are classes or attributes of the page, or follow the system.
 * @returns ends that
 */
export function onThemeChange(redraw: () => void): () => void {
  const changed = (): void => {
    colours = undefined;
    redraw();
  };
  const observer = new MutationObserver(changed);
  for (const element of [document.documentElement, document.body]) {
    observer.observe(element, { attributes: true, attributeFilter: ['class', 'style', 'data-theme'] });
  }
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    system.removeEventListener('change', changed);
  };
}
