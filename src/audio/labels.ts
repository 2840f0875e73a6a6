// Gives sound files their labels, by the rule in label-rule.ts.
import { basename, dirname } from 'node:path';
import { runInNewContext } from 'node:vm';
import { UserError } from '../errors';
import type { LabelRule } from './label-rule';

/** An expression such as ^(a+)+$ takes years for some names: so many names may take so long, a thousand times enough. */
const LIMIT = { names: 1000, milliseconds: 3000 };

/**
 * The labels of files; with a regular expression its first group (or all it matches), undefined where it matches nothing.
 * @throws UserError `config` where the expression does not come to an end
 */
export function labelsOf(files: readonly string[], rule: LabelRule): (string | undefined)[] {
  if (rule === 'none') return files.map(() => undefined);
  if (rule === 'folder') return files.map(file => basename(dirname(file)));
  const pattern = new RegExp(rule.pattern, 'u');
  const labels: (string | undefined)[] = [];
  const label = (end: number): void => {
    while (labels.length < end) {
      const match = pattern.exec(basename(files[labels.length]));
      labels.push(match ? (match[1] ?? match[0]) : undefined);
    }
  };
  while (labels.length < files.length) {
    const end = Math.min(files.length, labels.length + LIMIT.names);
    try {
      // The only way to end a regular expression that is at work.
      runInNewContext('label()', { label: () => label(end) }, { timeout: LIMIT.milliseconds });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw cause;
      throw endless(rule.pattern, basename(files[labels.length]), cause as Error);
    }
  }
  return labels;
}

function endless(pattern: string, name: string, cause: Error): UserError {
  return new UserError(
    'config',
    `labels is "${pattern}"; expected an expression that comes to an end, but it was still at the file "${name}" after ${LIMIT.milliseconds / 1000} s. Repeat nothing within a repetition, as in (a+)+.`,
    { cause },
  );
}
