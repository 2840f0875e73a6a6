// How properties are declared and read, apart from any node. That forms go by the same is tested in test/package/fields.
import assert from 'node:assert/strict';
import { readFields } from '#nodes/shared/read-fields';
import {
  above,
  choice,
  defineFields,
  type Fields,
  flag,
  folder,
  initialOf,
  Misfit,
  not,
  number,
  numbers,
  text,
  texts,
  written,
} from '#nodes/shared/schema';

const refuses = (fields: Fields, def: object, message: RegExp): void =>
  assert.throws(() => readFields(fields, def), { message, code: 'config' });

describe('properties of nodes', () => {
  const fields = defineFields({
    size: number({ default: 4, min: 2, max: 9, integer: true, unit: 'pixels' }),
    kind: choice(['this', 'that'], { default: 'this' }),
    on: flag({ default: true }),
    filters: numbers({ default: [16], min: 1, max: 64, most: 3 }),
    only: texts(),
  });

  it('read as what they are, from numbers and texts alike', () => {
    const read = readFields(fields, { size: ' 3 ', kind: 'that', on: 'false', filters: '16, 32,64', only: ' a,, b ' });
    assert.deepEqual(read, { size: 3, kind: 'that', on: false, filters: [16, 32, 64], only: ['a', 'b'] });
  });

  it('stand for their defaults where they are empty or left out', () => {
    const defaults = { size: 4, kind: 'this', on: true, filters: [16], only: [] };
    for (const empty of [undefined, null, '', '  ']) {
      const def = Object.fromEntries(Object.keys(fields).map(name => [name, empty]));
      assert.deepEqual(readFields(fields, def), defaults, `${empty}`);
    }
    assert.deepEqual(readFields(fields, {}), defaults);
  });

  it('are refused in words where a flow holds what has no text of its own', () => {
    const nothing = { toString: 1 };
    for (const name of ['size', 'kind', 'on', 'filters']) {
      for (const value of [nothing, [nothing]]) {
        refuses(
          { [name]: fields[name as keyof typeof fields] },
          { [name]: value },
          new RegExp(`^${name} is .*expected`),
        );
      }
    }
  });

  it('are refused with name, value and what was expected', () => {
    for (const [size, shown] of [
      [1, 'number 1'],
      ['10', '"10"'],
      [2.5, 'number 2.5'],
      ['two', '"two"'],
      [true, 'boolean true'],
      [[3], 'an array of 1'],
    ] as const) {
      const sentence = `size is ${shown}; expected a whole number from 2 to 9 pixels. Open the node and correct it.`;
      assert.throws(() => readFields(fields, { size }), { message: sentence, code: 'config' });
    }
    refuses(fields, { kind: 'other' }, /^kind is "other"; expected one of this, that\./);
    refuses(fields, { on: 'maybe' }, /^on is "maybe"; expected true or false\./);
    for (const filters of ['16,', '16 32', '16,65', '1,2,3,4', ',']) refuses(fields, { filters }, /^filters is/);
  });

  it('may be required: refused where emptied, and where left out without a default', () => {
    const named = {
      name: text({ required: 'a name, e.g. boiler' }),
      other: text({ required: 'one', default: 'usual' }),
    };
    refuses(named, { other: 'x' }, /^name is empty; expected a name, e.g. boiler\. Open the node and enter it\.$/);
    refuses(named, { name: 'x', other: ' ' }, /^other is empty/);
    assert.deepEqual(readFields(named, { name: 'x' }), { name: 'x', other: 'usual' });
    assert.equal(initialOf(named.other), '');
  });

  it('are not looked at where they do not matter', () => {
    const hanging = defineFields({
      mode: choice(['off', 'fast', 'slow'], { default: 'off' }),
      speed: number({ default: 7, min: 1, when: { mode: not('off') } }),
      pause: number({ default: 3, when: { mode: ['slow'], speed: above(5) } }),
    });
    assert.deepEqual(readFields(hanging, { speed: 'x', pause: 'x' }), { mode: 'off', speed: 7, pause: 3 });
    refuses(hanging, { mode: 'fast', speed: 0 }, /^speed is/);
    assert.equal(readFields(hanging, { mode: 'slow', speed: 2, pause: 'x' }).pause, 3);
    refuses(hanging, { mode: 'slow', pause: 'x' }, /^pause is/);
  });

  it('may have limits and defaults that hang on others', () => {
    const hanging = defineFields({
      segment: number({ default: 2, min: 1 }),
      hop: number({ default: get => Number(get('segment')), min: get => Number(get('segment')) / 10 }),
    });
    assert.deepEqual(readFields(hanging, { segment: 5 }), { segment: 5, hop: 5 });
    refuses(hanging, { segment: 5, hop: 0.4 }, /^hop is number 0.4; expected a number from 0.5 to/);
  });

  it('are found under their older names', () => {
    const renamed = { deviations: number({ default: 2, was: ['k'] }) };
    assert.equal(readFields(renamed, { k: 3 }).deviations, 3);
    assert.equal(readFields(renamed, { k: 3, deviations: 4 }).deviations, 4);
    refuses(renamed, { k: 'x' }, /^deviations is "x"/);
  });

  it('may have a form of their own', () => {
    const parse = (words: string) => (/^\d+:\d+$/.test(words) ? words.split(':').map(Number) : undefined);
    const odd = { pair: written({ default: '1:2', parse, expected: 'two numbers, e.g. 1:2' }) };
    assert.deepEqual(readFields(odd, {}).pair, [1, 2]);
    assert.deepEqual(readFields(odd, { pair: '3:4' }).pair, [3, 4]);
    refuses(odd, { pair: '3' }, /^pair is "3"; expected two numbers, e.g. 1:2\./);
    assert.equal(initialOf(odd.pair), '1:2');
  });

  it('name folders that can be', () => {
    const places = { from: folder({ default: 'in' }), to: folder({ default: 'out', output: true }) };
    assert.deepEqual(readFields(places, { from: 'earshot:motor/normal' }), { from: 'earshot:motor/normal', to: 'out' });
    for (const def of [{ from: 'earshot:../x' }, { from: 'earshot:/etc' }, { from: 'a\0b' }, { to: 'earshot:motor' }])
      assert.throws(() => readFields(places, def), { code: 'folder' }, JSON.stringify(def));
  });

  it('hang on properties that exist, and on themselves never', () => {
    assert.throws(() => defineFields({ a: text({ when: { b: 1 } }) }), /a hangs on b/);
    const circle = { a: number({ default: get => Number(get('a')) }) };
    assert.throws(() => readFields(circle, {}), /a hangs on itself/);
  });

  it('say in the words of a check what is wrong', () => {
    const even = number({ default: 2, check: n => n % 2 === 0 || new Misfit('an even number') });
    refuses({ even }, { even: 3 }, /^even is number 3; expected an even number\./);
  });
});
