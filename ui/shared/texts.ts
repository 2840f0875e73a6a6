// Texts of catalogues in the editor's language. A catalogue's English version says which keys there are, so that the
// compiler finds a key that is not there.
import type sidebarCatalogue from '../../nodes/sidebar/locales/en-US/earshot.json';

/** `a.b.c` for each text. */
export type KeyOf<Texts> = {
  [Key in keyof Texts & string]: Texts[Key] extends string ? Key : `${Key}.${KeyOf<Texts[Key]>}`;
}[keyof Texts & string];

/** What stands in a text for `__name__`. */
export type Values = Record<string, unknown>;

export type Text<Texts> = (key: KeyOf<Texts>, values?: Values) => string;

/**
 * @param catalogue name of its file
 * @param group the part of it that keys start in, e.g. `threshold.preview`
 */
export const textsOf =
  <Texts>(catalogue: string, group: string): Text<Texts> =>
  (key, values) =>
    RED._(`@earshot/node-red-audio-anomaly/${catalogue}:${group}.${key}`, values);

type SidebarTexts = (typeof sidebarCatalogue)['earshot'];
export type SidebarKey = KeyOf<SidebarTexts>;

/** A text of the sidebar; units and what goes wrong are worded there for dialogs too. */
export const t = textsOf<SidebarTexts>('earshot', 'earshot');
