// Colours on canvases: the editor's own for ink and lines, viridis for sound. The maps are Matt Zucker's polynomials
// (CC0, https://www.shadertoy.com/view/WlfXRN) of the tables by Stéfan van der Walt and Nathaniel Smith (CC0).

const VIRIDIS = [
  [0.2777273272234177, 0.005407344544966578, 0.3340998053353061],
  [0.1050930431085774, 1.404613529898575, 1.384590162594685],
  [-0.3308618287255563, 0.214847559468213, 0.09509516302823659],
  [-4.634230498983486, -5.799100973351585, -19.33244095627987],
  [6.228269936347081, 14.17993336680509, 56.69055260068105],
  [4.776384997670288, -13.74514537774601, -65.35303263337234],
  [-5.435455855934631, 4.645852612178535, 26.3124352495832],
];

/** 256 colours as canvases store them: bytes red, green, blue, opaque. */
export const viridis = new Uint32Array(256);
{
  const bytes = new Uint8ClampedArray(viridis.buffer);
  for (let i = 0; i < 256; i++) {
    for (let channel = 0; channel < 3; channel++) {
      bytes[4 * i + channel] = 255 * VIRIDIS.reduceRight((sum, powers) => sum * (i / 255) + powers[channel], 0);
    }
    bytes[4 * i + 3] = 255;
  }
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

let colours;

/** The editor's colours as they are now; a change of theme is seen. */
export function themeColours() {
  if (!colours) {
    const style = getComputedStyle(document.documentElement);
    colours = Object.fromEntries(
      Object.entries(VARIABLES).map(([use, name]) => [use, style.getPropertyValue(name).trim()]),
    );
  }
  return colours;
}

/**
 * Calls back when the theme changes; themes are classes or attributes of the page, or follow the system.
 * @returns {() => void} ends that
 */
export function onThemeChange(redraw) {
  const changed = () => {
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
