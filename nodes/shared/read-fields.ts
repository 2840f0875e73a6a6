// Reads saved node properties. Flows are JSON edited by hand, by older versions and by templates, so every property is
// coerced, checked and, where empty, given its default; what is wrong is said with its name, its value and what was expected.
import { describeValue, UserError } from '../../src/errors';
import { type Config, type Field, FieldReader, type Fields, isEmpty, Misfit } from './schema';

/**
 * The properties of a node, as saved in a flow or as its dialog asks about them, which sends texts.
 * @throws UserError `config` (`folder` for a folder that cannot be) naming the first property that is wrong
 */
export function readFields<F extends Fields>(fields: F, def: object): Config<F> {
  const raw = (name: string): unknown => (def as Record<string, unknown>)[name];
  const reader = new FieldReader(fields, raw);
  const values = Object.keys(fields).map(name => {
    const value = reader.read(name);
    if (value instanceof Misfit) throw refusal(name, rawOf(fields[name], name, raw), value);
    return [name, value];
  });
  return Object.fromEntries(values) as Config<F>;
}

const rawOf = ({ was = [] }: Field, name: string, raw: (name: string) => unknown): unknown =>
  [name, ...was].map(raw).find(value => !isEmpty(value));

function refusal(name: string, value: unknown, { expected, about }: Misfit): UserError {
  const { code = 'config', sentence } = about;
  if (sentence) return new UserError(code, sentence);
  if (isEmpty(value)) return new UserError(code, `${name} is empty; expected ${expected}. Open the node and enter it.`);
  return new UserError(code, `${name} is ${describeValue(value)}; expected ${expected}. Open the node and correct it.`);
}
