// What the forms of all nodes share: their texts, the checks of their fields, what is shown when. The build bundles this
// into the page of each node: there is nothing to load, so it is there when the node registers.
import { isVariable } from '../../../src/variables';
import { type Config, type Field, FieldReader, type Fields, initialOf, isEmpty, LATER, Misfit } from '../schema';

export const PACKAGE = '@earshot/node-red-audio-anomaly';

/** The form of one node type. */
export class Form<F extends Fields = Fields> {
  constructor(
    readonly type: string,
    readonly fields: F,
  ) {}

  /** A text of the node's own catalogue. */
  text(key: string, values?: Record<string, unknown>): string {
    return RED._(`${PACKAGE}/${this.type}:${this.type}.${key}`, values);
  }

  /** The field of a property in the dialog that is open; empty where it has none. */
  input(name: keyof F & string): JQuery {
    return $(`#node-input-${name}, #node-config-input-${name}`);
  }

  /** Says something below the field of a property. */
  hint(name: keyof F & string, sentence: string): void {
    const row = this.input(name).closest('.form-row');
    const told = row.find('.earshot-hint');
    const place = told.length > 0 ? told : $('<div class="earshot-hint" role="status">').appendTo(row);
    if (place.text() !== sentence) place.text(sentence);
  }

  /** What the properties of a node read as, in its open form or else as they are saved; what is wrong is undefined. */
  values(node: EditorNode): Partial<Config<F>> {
    const { get } = this.reader(node);
    return Object.fromEntries(Object.keys(this.fields).map(name => [name, get(name)])) as Partial<Config<F>>;
  }

  /** What a label can tell of the properties of a node: as they read, or as they are saved where that cannot be told. */
  shown(node: EditorNode): Record<keyof F & string, unknown> {
    const { get } = this.reader(node);
    const shown = Object.keys(this.fields).map(name => [name, get(name) ?? node[name]]);
    return Object.fromEntries(shown) as Record<keyof F & string, unknown>;
  }

  /** @param given values to read in place of the node's own */
  reader(node: EditorNode, given: Record<string, unknown> = {}): FieldReader {
    const isOpen = RED.editor.getEditStack().some(({ id }) => id === node.id);
    return new FieldReader(this.fields, name => {
      const value = name in given ? given[name] : ((isOpen ? this.typedIn(name) : undefined) ?? node[name]);
      return isVariable(value) ? LATER : value;
    });
  }

  /** Says of a value true or, in a sentence, what is wrong with it. */
  verdict(name: string, value: unknown, node: EditorNode): true | string {
    const reader = this.reader(node, { [name]: value });
    if (isVariable(value) || !reader.matters(name)) return true;
    const field = this.fields[name];
    if (field.kind === 'model') return isModel(value) || this.sentence(name, value, new Misfit('an audio-model'));
    const read = reader.read(name);
    return read instanceof Misfit ? this.sentence(name, value, read) : true;
  }

  /** What Node-RED calls for each property; with one parameter instead of two it would not show the sentence. */
  validators(): Record<string, EditorValidator> {
    const verdict = this.verdict.bind(this);
    const validatorOf = (name: string): EditorValidator =>
      function (this: EditorNode, value: unknown, _options?: object) {
        return verdict(name, value, this);
      };
    return Object.fromEntries(Object.keys(this.fields).map(name => [name, validatorOf(name)]));
  }

  /**
   * Makes a dialog ready that opens: defaults of what a flow leaves out, environment variables, and the rows that matter.
   * @param changed called at once and whenever a field changes
   */
  prepare(node: EditorNode, changed: (values: Partial<Config<F>>) => void = () => {}): void {
    const box = $('#dialog-form, #node-config-dialog-edit-form').last();
    fitLabels(box);
    this.showDefaults(node);
    this.allowVariables(box, node);
    let before: Record<string, string> = {};
    const refresh = (): void => {
      const reader = this.reader(node);
      const now = this.showWhatMatters(box, reader);
      // What a field must hold may hang on others: where that changed, Node-RED is to look again.
      const stale = Object.keys(now).filter(name => name in before && before[name] !== now[name]);
      before = now;
      for (const name of stale) this.input(name).trigger('change');
      changed(this.values(node));
    };
    box.on('input change', ':input', refresh);
    refresh();
  }

  private typedIn(name: string): unknown {
    const input = this.input(name);
    if (input.length === 0) return undefined;
    // A tick box that is off is a value, too.
    return input.is(':checkbox') ? String(input.prop('checked')) : (input.val() ?? '');
  }

  private sentence(name: string, value: unknown, { about }: Misfit): string {
    const { error: key = this.fields[name].error ?? name, values } = about;
    return this.text(`error.${key}`, { field: this.text(`label.${name}`), value: String(value ?? ''), ...values });
  }

  /** Shows the default of what a flow leaves out that was not made in the editor: the node goes by it. */
  private showDefaults(node: EditorNode): void {
    for (const [name, field] of Object.entries<Field>(this.fields)) {
      const value = initialOf({ ...field, required: undefined });
      if (node[name] !== undefined || isEmpty(value)) continue;
      const input = this.input(name);
      if (input.is(':checkbox')) input.prop('checked', value === true);
      else input.val(String(value));
    }
  }

  /**
   * Shows environment variables, which number fields and lists cannot hold and would lose; and lets "$" be typed into
   * a number field, to name one in place of the number.
   */
  private allowVariables(box: JQuery, node: EditorNode): void {
    const toText = (input: JQuery): JQuery => input.attr({ type: 'text', inputmode: 'text' });
    for (const name of Object.keys(this.fields)) {
      const saved = node[name];
      if (!isVariable(saved)) continue;
      const input = this.input(name);
      if (input.is('select')) input.append($('<option>', { value: saved }).text(saved));
      else toText(input.filter('[type=number]'));
      input.val(saved).trigger('change');
    }
    box.on('keydown', 'input[type=number]', ({ key, target }) => {
      if (key === '$') toText($(target)).val('');
    });
  }

  /** Shows and hides rows, and says in empty fields what they stand for; returns how each field now stands. */
  private showWhatMatters(box: JQuery, reader: FieldReader): Record<string, string> {
    const standing = Object.entries<Field>(this.fields).map(([name, field]) => {
      const matters = reader.matters(name);
      if (field.when) {
        this.input(name).closest('.form-row').toggle(matters);
        box.find(`[data-with="${name}"]`).toggle(matters);
      }
      if (typeof field.default === 'function' && field.kind !== 'written') this.showFallback(name, field, reader);
      return [name, `${matters} ${reader.read(name) instanceof Misfit}`];
    });
    return Object.fromEntries(standing);
  }

  private showFallback(name: string, { placeholder }: Field, reader: FieldReader): void {
    const input = this.input(name);
    const fallback = reader.fallback(name);
    if (input.is('input:not(:checkbox)') && placeholder === undefined && !input.is('[data-i18n]'))
      input.attr('placeholder', String(fallback));
  }
}

export const formOf = <F extends Fields>(type: string, fields: F): Form<F> => new Form(type, fields);

/** Fills fields with what a list of recipes offers; a property that one does not name stays as it is. */
export function fillFrom<F extends Fields>(form: Form<F>, list: JQuery, recipes: Record<string, object>): void {
  list.on('change', () => {
    for (const [name, value] of Object.entries<unknown>(recipes[String(list.val())] ?? {})) {
      const input = form.input(name);
      if (input.is(':checkbox')) input.prop('checked', value === true);
      else input.val(String(value));
      input.trigger('change');
    }
  });
}

const isModel = (id: unknown): boolean => typeof id === 'string' && id !== '_ADD_' && Boolean(RED.nodes.node(id));

/** The name of an audio model, for labels. */
export const modelName = (id: unknown): string | undefined =>
  (typeof id === 'string' && RED.nodes.node(id)?.name) || undefined;

/** Makes the column of labels as wide as the longest of them in this language; the fields take the rest. */
function fitLabels(box: JQuery): void {
  const labels = box.find('.form-row > label:first-child').clone();
  const ruler = $('<div class="earshot-ruler">').append(labels).appendTo(box);
  // The editor fills in the texts when the form is prepared.
  box.addClass('earshot-form').css('--earshot-label', `${Math.ceil(ruler.i18n().outerWidth() ?? 0)}px`);
  ruler.remove();
}
