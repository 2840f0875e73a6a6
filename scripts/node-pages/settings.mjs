// What the properties of a node take and what they are by default, in words, from its fields (nodes/TYPE/fields.ts) as
// the build has compiled them.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

const WORDS = {
  'en-US': {
    text: 'text',
    list: 'comma list',
    path: 'path',
    on: 'on',
    off: 'off',
    more: 'or more',
    or: 'or',
    to: 'to',
    upTo: 'up to',
    number: 'number',
  },
  nl: {
    text: 'tekst',
    list: "lijst met komma's",
    path: 'pad',
    on: 'aan',
    off: 'uit',
    more: 'of meer',
    or: 'of',
    to: 'tot',
    upTo: 'tot',
    number: 'getal',
  },
  de: {
    text: 'Text',
    list: 'Liste mit Kommas',
    path: 'Pfad',
    on: 'ein',
    off: 'aus',
    more: 'oder mehr',
    or: 'oder',
    to: 'bis',
    upTo: 'bis zu',
    number: 'Zahl',
  },
};
/** A limit that is only there to keep nonsense out is not worth telling. */
const NO_LIMIT = 1e6;

/** The properties of a node in the words of a language. */
export class Settings {
  #words;
  #format;
  #reader;
  #initialOf;
  #catalogue;

  /** @param catalogue the texts of the node in that language */
  constructor(root, type, language, catalogue) {
    this.fields = require(join(root, 'dist', 'nodes', type, 'fields.js')).fields;
    const { FieldReader, initialOf } = require(join(root, 'dist', 'nodes', 'shared', 'schema.js'));
    this.#reader = new FieldReader(this.fields, () => undefined);
    this.#initialOf = initialOf;
    this.#catalogue = catalogue;
    this.#words = WORDS[language];
    const numbers = new Intl.NumberFormat(language, { useGrouping: false, maximumSignificantDigits: 15 });
    this.#format = value => numbers.format(value).replace('-', '−');
  }

  /** e.g. "mel | linear", "0 to 400 dB"; `unit` says in the language what the fields do not. */
  taken(name, unit) {
    const field = this.fields[name];
    // A field of the form that only helps to fill in others.
    if (!field) return unit;
    const { text, list, path, on, off, number, upTo } = this.#words;
    // Where there are many choices, the source says so in short.
    if (field.kind === 'choice') return unit || field.options.join(' | ');
    const byItself = { flag: `${on} | ${off}`, model: 'audio-model' }[field.kind];
    if (byItself && unit) throw new Error(`${name}: "${unit}" is said by its field already`);
    if (byItself) return byItself;
    if (field.kind === 'number') return [this.#rangeOf(field), unit].filter(Boolean).join(' ') || number;
    if (field.kind === 'numbers') return `${list} (${upTo} ${field.most}), ${this.#rangeOf(field)}`;
    return unit || { text, folder: path, texts: list }[field.kind] || '';
  }

  #rangeOf({ min, max, or, integer }) {
    const [least, most] = [min, max].map(limit => (typeof limit === 'function' ? limit(this.#reader.get) : limit));
    const words = this.#words;
    // More than nothing, for numbers that may be as small as one likes.
    const from = least !== undefined && least > 0 && least < 1e-4 && !integer ? 0 : least;
    const isOpen = most === undefined || most >= NO_LIMIT;
    if (from === undefined && isOpen) return '';
    const range = isOpen
      ? `${this.#format(from)} ${words.more}`
      : `${this.#format(from)} ${words.to} ${this.#format(most)}`;
    return or === undefined ? range : `${this.#format(or)} ${words.or} ${range}`;
  }

  /** What a new node has there; empty where nothing is. */
  initial(name) {
    const field = this.fields[name];
    const value = field ? this.#initialOf(field) : '';
    const { on, off } = this.#words;
    if (typeof value === 'boolean') return value ? on : off;
    return typeof value === 'number' ? this.#format(value) : value;
  }

  /** Whether a node does not work without. */
  isNeeded(name) {
    const { kind, when, required } = this.fields[name] ?? {};
    return required !== undefined || (kind === 'model' && !when);
  }

  /** The same in the words of the dialog, where they are choices. */
  initialInWords(name) {
    const value = this.initial(name);
    const choices = this.#catalogue[name];
    return this.fields[name]?.kind === 'choice' && typeof choices?.[value] === 'string' ? choices[value] : value;
  }
}
