// Both sides of every node's properties: what its form takes and refuses, as built, is what the node takes and refuses.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { type Field, FieldReader, type Fields, initialOf, Misfit } from '#nodes/shared/schema';
import { Form } from '../support/forms';
import { nodeTypes } from '../support/helper';

const load = createRequire(__filename);

/** Values of all kinds, some of them right for some property. */
const VALUES: unknown[] = [
  ...['', ' ', 'x', 'none', 'folder', 'default', '^a(b', '^a', 'a,b', 'a,a', 'a,', ',', '/tmp', '../x', 'a/b', '.a'],
  ...['earshot:motor', 'earshot:../x', 'a\0b', '1/1', '2/1', '1/2', '50/25/25', '90/25/25', '3,3', '3,,3', '0x10'],
  ...['0', '1', '-1', '0.5', '2.5', '1e9', ' 7 ', 'NaN', 'Infinity', 'true', 'false', 'x'.repeat(2000)],
  ...[0, 1, -1, 0.5, 3, 1e9, 1024, 22_050, true, false],
];

/** Values at the edges of what a property declares. */
function edgesOf({ min, max, options = [] }: Field): unknown[] {
  const numbers = [min, max].filter(limit => typeof limit === 'number');
  return [...numbers.flatMap(limit => [limit - 1, limit, limit + 1]), ...options, ...options.map(word => `${word}x`)];
}

/** Properties of a node of which this one matters, as far as that hangs on plain values. */
function settingFor(fields: Fields, name: string): Record<string, unknown> {
  const base: Record<string, unknown> = Object.fromEntries(
    Object.entries(fields).map(([other, field]) => [other, initialOf(field)]),
  );
  for (const [other, { required }] of Object.entries(fields)) if (required) base[other] = '1';
  for (const [other, wanted] of Object.entries(fields[name].when ?? {})) {
    const choices = [...(fields[other].options ?? []), 5, true, false];
    const fits = (value: unknown): boolean =>
      typeof wanted === 'function' ? wanted(value) : [wanted].flat().includes(value as string);
    base[other] = choices.find(fits);
  }
  return base;
}

/** Whether the node takes a property as it is. */
const takes = (fields: Fields, def: Record<string, unknown>, name: string): boolean =>
  !(new FieldReader(fields, other => def[other]).read(name) instanceof Misfit);

describe("a node's form and the node", () => {
  for (const type of nodeTypes()) {
    const { fields } = load(`#nodes/${type}/fields`) as { fields: Fields };
    const { defaults } = new Form(type).definition;

    it(`${type}: both have the same properties, which start as both take them`, () => {
      assert.deepEqual(Object.keys(defaults), Object.keys(fields));
      for (const [name, { value }] of Object.entries(defaults)) assert.equal(value, initialOf(fields[name]), name);
    });

    for (const [name, field] of Object.entries(fields)) {
      const { validate } = defaults[name];
      // Whether there is such a model, the one knows from the editor, the other from the flow.
      if (!validate || field.kind === 'model') continue;
      it(`${type}.${name}: both take and refuse the same values`, () => {
        const setting = settingFor(fields, name);
        const verdicts = [...VALUES, ...edgesOf(field)].map(value => {
          const def = { ...setting, [name]: value };
          return [value, validate.call(def, value, {}) === true, takes(fields, def, name)];
        });
        assert.deepEqual(
          verdicts.filter(([, form, node]) => form !== node),
          [],
        );
        assert.ok(verdicts.some(([, form]) => form));
      });
    }

    it(`${type}: lets environment variables pass, and says in a sentence what is wrong`, () => {
      for (const [name, { validate }] of Object.entries(defaults)) {
        if (!validate) continue;
        const setting = settingFor(fields, name);
        // With one parameter instead of two, Node-RED would not show the sentence.
        assert.equal(validate.length, 2, name);
        for (const variable of [`\${SIZE}`, `\${SIZE-OF.IT}`, '$(SIZE)'])
          assert.equal(validate.call({ ...setting, [name]: variable }, variable, {}), true, `${name} ${variable}`);
        for (const value of [...VALUES, ...edgesOf(fields[name])]) {
          const verdict = validate.call({ ...setting, [name]: value }, value, {});
          if (verdict !== true) assert.match(String(verdict), / .*\.$/, `what is said of ${name} ${value}`);
        }
      }
    });
  }
});
