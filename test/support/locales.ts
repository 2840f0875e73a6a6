// Where the texts of a node, or of the sidebar, stand in a language.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from './pack';

/** The sidebar's texts are called after the plugin. */
const SIDEBAR = 'earshot';

const folderOf = (name: string): string => join('nodes', name === SIDEBAR ? 'sidebar' : name, 'locales');

/** The languages that a node, or `earshot`, has texts in. */
export function languagesOf(name: string): string[] {
  const folder = join(PACKAGE_ROOT, folderOf(name));
  return existsSync(folder) ? readdirSync(folder).filter(language => !language.startsWith('.')) : [];
}

/** e.g. `localeFile('mic-in', 'nl', '.html')`: the labels as they are written, the help as the build makes it. */
export const localeFile = (name: string, language: string, extension: '.json' | '.html'): string =>
  join(PACKAGE_ROOT, extension === '.html' ? 'dist' : '', folderOf(name), language, `${name}${extension}`);
