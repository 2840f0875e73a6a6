// Reads saved node properties. Flows are JSON edited by hand, by older versions and by templates, so every field is
// coerced, checked and, where empty, given its default.
import { isAbsolute, join, resolve } from 'node:path';
import type { NodeAPI } from 'node-red';
import { describeValue, UserError } from '../../src/errors';

type Fields = object;

const rawOf = (def: Fields, field: string): unknown => (def as Record<string, unknown>)[field];
const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === '';

function refuse(field: string, value: unknown, expected: string): never {
  throw new UserError(
    'config',
    `${field} is ${describeValue(value)}; expected ${expected}. Open the node and correct it.`,
  );
}

/** A number field; `min` and `max` are inclusive. */
export function numberField(
  def: Fields,
  field: string,
  fallback: number,
  limits: { min?: number; max?: number; integer?: boolean; unit?: string } = {},
): number {
  const raw = rawOf(def, field);
  if (isEmpty(raw)) return fallback;
  const value = typeof raw === 'boolean' || typeof raw === 'object' ? Number.NaN : Number(raw);
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, integer = false, unit = '' } = limits;
  if (!Number.isFinite(value) || value < min || value > max || (integer && !Number.isInteger(value))) {
    const range = Number.isFinite(min) || Number.isFinite(max) ? ` from ${min} to ${max}` : '';
    refuse(field, raw, `a ${integer ? 'whole ' : ''}number${range}${unit && ` ${unit}`}`);
  }
  return value;
}

/** A comma-separated list of whole numbers, e.g. "16, 32, 64". */
export function numberListField(
  def: Fields,
  field: string,
  fallback: number[],
  limits: { min: number; max: number },
): number[] {
  const raw = rawOf(def, field);
  if (isEmpty(raw)) return fallback;
  const list = (Array.isArray(raw) ? raw : String(raw).split(',')).map(part =>
    Number(String(part).trim() || Number.NaN),
  );
  if (!list.every(value => Number.isInteger(value) && value >= limits.min && value <= limits.max)) {
    refuse(field, raw, `whole numbers from ${limits.min} to ${limits.max} with commas between them`);
  }
  return list;
}

/** A field with a fixed set of values. */
export function choiceField<const T extends string>(def: Fields, field: string, choices: readonly T[], fallback: T): T {
  const raw = rawOf(def, field);
  if (isEmpty(raw)) return fallback;
  const found = choices.find(choice => choice === String(raw));
  return found ?? refuse(field, raw, `one of ${choices.join(', ')}`);
}

/** A tick box. */
export function booleanField(def: Fields, field: string, fallback: boolean): boolean {
  const raw = rawOf(def, field);
  if (isEmpty(raw)) return fallback;
  if (raw === true || raw === 'true') return true;
  if (raw === false || raw === 'false') return false;
  return refuse(field, raw, 'true or false');
}

/** A text field, trimmed. */
export function textField(def: Fields, field: string, fallback = ''): string {
  const raw = rawOf(def, field);
  return isEmpty(raw) ? fallback : String(raw).trim() || fallback;
}

/** A comma-separated list of texts, each trimmed; empty ones are left out. */
export function textListField(def: Fields, field: string): string[] {
  return textField(def, field)
    .split(',')
    .map(part => part.trim())
    .filter(Boolean);
}

/** The sounds that come with the package, as `earshot:NAME` in a folder field. */
const BUNDLED = /^earshot:(.*)$/;
const PACKAGE_ROOT = resolve(__dirname, '..', '..', '..');

/**
 * Where a folder field points: absolute paths as they are, `earshot:NAME` to the sounds that come with the package,
 * anything else below Node-RED's user directory.
 */
export function resolveFolder(RED: NodeAPI, folder: string): string {
  if (folder.includes('\0')) {
    throw new UserError('folder', `the folder is ${describeValue(folder)}; expected a path without a NUL character.`);
  }
  const bundled = BUNDLED.exec(folder);
  if (bundled) {
    const sounds = join(PACKAGE_ROOT, 'examples', 'sounds');
    const target = resolve(sounds, bundled[1]);
    if (target !== sounds && !target.startsWith(`${sounds}/`)) {
      throw new UserError(
        'folder',
        `${folder} leads out of the bundled sounds; expected earshot:NAME, e.g. earshot:motor.`,
      );
    }
    return target;
  }
  if (isAbsolute(folder)) return folder;
  return resolve(userDirectory(RED), folder);
}

/**
 * Where a folder field points that is written to: as `resolveFolder`, but not among the bundled sounds, which an update
 * of the package replaces.
 */
export function resolveOutputFolder(RED: NodeAPI, folder: string): string {
  if (BUNDLED.test(folder)) {
    throw new UserError(
      'folder',
      `${folder} is where the package keeps its own sounds, and nothing else lasts there; expected a folder below Node-RED's user directory or a path that starts with /. Open the node and correct it.`,
    );
  }
  return resolveFolder(RED, folder);
}

/** Node-RED's user directory. */
export function userDirectory(RED: NodeAPI): string {
  const { userDir } = RED.settings as { userDir?: string };
  return userDir ?? process.cwd();
}
