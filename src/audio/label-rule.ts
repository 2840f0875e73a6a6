// Where the label of a sound file comes from.
import { UserError } from '../errors';

/** The folder's name, nothing, or what a regular expression finds in the file's name. */
export type LabelRule = 'folder' | 'none' | { pattern: string };

/**
 * Reads the `labels` property: 'folder', 'none' or a regular expression.
 * @throws UserError `config` where it is not a regular expression; its cause says what is wrong with it
 */
export function parseLabelRule(text: string): LabelRule {
  if (text === 'folder' || text === 'none') return text;
  try {
    new RegExp(text, 'u');
  } catch (cause) {
    throw new UserError(
      'config',
      `labels is "${text}"; expected folder, none or a regular expression (${(cause as Error).message}). Open the node and correct it.`,
      { cause },
    );
  }
  return { pattern: text };
}
