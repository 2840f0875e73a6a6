// Flow configurations: every property of every node, with values as flows from elsewhere, templates and typing errors
// bring them, read as the node reads them when it starts.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import fc from 'fast-check';
import { readFields } from '#nodes/shared/read-fields';
import { type Field, type Fields, initialOf } from '#nodes/shared/schema';
import { PACKAGE_ROOT } from '../../support/pack';
import { hostileValue } from '../mutation';
import { asJson, defineTarget, expectFinite } from '../target';

const load = createRequire(__filename);
const { nodes } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8'))['node-red'] as {
  nodes: Record<string, string>;
};

/** What a property may hold: mostly what it starts with or something of its kind. */
function propertyOf(field: Field): fc.Arbitrary<unknown> {
  const { min, max, options = [] } = field;
  const limits = [min, max].filter(limit => typeof limit === 'number').flatMap(limit => [limit - 1, limit, limit + 1]);
  const usual = fc.constantFrom<unknown>(initialOf(field), ...limits, ...limits.map(String), ...options);
  const list = fc.array(fc.oneof(fc.integer({ min: -1, max: 600 }), fc.string({ maxLength: 5 })), { maxLength: 12 });
  return fc.oneof(
    { weight: 6, arbitrary: usual },
    fc.double(),
    list.map(parts => parts.join()),
    fc.constantFrom('^(a+)+$', 'earshot:../..', '/dev/null', '$(HOME)', '1/0', '3/2', '100/0/0', 'a,a'),
    hostileValue,
  );
}

/** Each node's properties; those of older flows under their older names, too. */
const flows = Object.keys(nodes).map(type => {
  const { fields } = load(`#nodes/${type}/fields`) as { fields: Fields };
  const entries = Object.entries(fields).flatMap(([name, field]) =>
    [name, ...(field.was ?? [])].map(key => [key, propertyOf(field)] as const),
  );
  const properties = fc.record(Object.fromEntries(entries), { requiredKeys: [] });
  return properties.map(config => ({ type, config }));
});

/** Looks for numbers that are none, however deep. */
function expectNumbers(value: unknown, what: string): void {
  if (typeof value === 'number') expectFinite([value], what);
  else if (typeof value === 'object' && value !== null)
    for (const part of Object.values(value)) expectNumbers(part, what);
}

export const config = defineTarget({
  name: 'config',
  inputs: fc.oneof(...flows),
  take({ type, config: def }) {
    const { fields } = load(`#nodes/${type}/fields`) as { fields: Fields };
    for (const [name, value] of Object.entries(readFields(fields, def))) expectNumbers(value, `${type}.${name}`);
  },
  bytesOf: asJson,
});
