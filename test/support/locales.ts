// Where the texts of a node, or of the sidebar, stand in a language.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from './pack';

/** The sidebar's texts are called after the plugin. */
const SIDEBAR = 'earshot';

const folderOf = (name: string): string => join(PACKAGE_ROOT, 'nodes', name === SIDEBAR ? 'sidebar' : name, 'locales');

/** The languages that a node, or `earshot`, has texts in. */
export function languagesOf(name: string): string[] {
  const folder = folderOf(name);
  return existsSync(folder) ? readdirSync(folder).filter(language => !language.startsWith('.')) : [];
}

/** e.g. `localeFile('mic-in', 'nl', '.html')` */
export const localeFile = (name: string, language: string, extension: '.json' | '.html'): string =>
  join(folderOf(name), language, `${name}${extension}`);
