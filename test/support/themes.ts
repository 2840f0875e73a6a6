// Light and dark, as people have them: Node-RED 5 brings both (its setting `view-dark-theme` puts a class on the page);
// for Node-RED 4 dark comes from palettes of themes, which set the editor's variables. Here such a palette, in few words.
import type { Page } from 'playwright-core';

export const THEMES = ['light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const PAPER = '#1d2126';
const RAISED = '#272c33';
const LINE = '#4a525c';
const INK = '#d5dae0';
const MUTED = '#a3acb7';
const RED = '#ff8080';
const GREEN = '#5dc48c';
const BLUE = '#6cb2f0';
const YELLOW = '#e5b94e';

const colours = (value: string, ...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map(name => [`--red-ui-${name}`, value]));

/** What a theme for Node-RED 4 sets. */
const PALETTE = {
  ...colours(PAPER, 'primary-background', 'secondary-background', 'form-background', 'form-input-background'),
  ...colours(PAPER, 'list-item-background', 'tab-background', 'palette-content-background', 'view-background'),
  ...colours(PAPER, 'workspace-button-background', 'form-input-background-disabled', 'text-editor-background'),
  ...colours(RAISED, 'tertiary-background', 'secondary-background-selected', 'secondary-background-inactive'),
  ...colours(RAISED, 'secondary-background-hover', 'form-button-background', 'form-tips-background', 'view-grid-color'),
  ...colours(RAISED, 'workspace-button-background-hover', 'workspace-button-background-active'),
  ...colours(LINE, 'primary-border-color', 'secondary-border-color', 'tertiary-border-color'),
  ...colours(LINE, 'form-input-border-color', 'form-input-border-selected-color'),
  ...colours(INK, 'primary-text-color', 'form-text-color', 'header-text-color', 'list-item-color', 'text-editor-color'),
  ...colours(MUTED, 'secondary-text-color', 'tertiary-text-color', 'workspace-button-color', 'form-placeholder-color'),
  ...colours(INK, 'secondary-text-color-hover', 'secondary-text-color-focus', 'workspace-button-color-hover'),
  ...colours(INK, 'workspace-button-color-focus', 'workspace-button-color-active', 'workspace-button-color-selected'),
  ...colours(RED, 'text-color-error', 'border-color-error', 'node-status-colors-red', 'form-input-border-error-color'),
  ...colours(GREEN, 'text-color-success', 'node-status-colors-green'),
  ...colours(BLUE, 'text-color-link', 'node-status-colors-blue', 'form-input-focus-color'),
  ...colours(YELLOW, 'text-color-warning', 'node-status-colors-yellow'),
  ...colours('#ffffff', 'workspace-button-color-primary'),
  ...colours('#b3282d', 'workspace-button-background-primary'),
};

const CLASS = { 'Node-RED 4': 'palette-theme-dark', 'Node-RED 5': 'nr-theme-dark' } as const;

/** Shows the open editor in a theme, until its page is loaded anew. */
export async function showTheme(page: Page, generation: keyof typeof CLASS, theme: Theme): Promise<void> {
  const name = CLASS[generation];
  if (generation === 'Node-RED 4' && (await page.locator(`style#${name}`).count()) === 0) {
    const rules = Object.entries(PALETTE).map(([variable, value]) => `${variable}: ${value};`);
    const css = `html.${name} { color-scheme: dark; ${rules.join(' ')} }`;
    await page.evaluate(`document.head.append(Object.assign(document.createElement('style'),
      { id: '${name}', textContent: ${JSON.stringify(css)} }))`);
  }
  await page.evaluate(`document.documentElement.classList.toggle('${name}', ${theme === 'dark'})`);
}
