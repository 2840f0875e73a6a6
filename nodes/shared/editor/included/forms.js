// What the forms of all nodes share: their texts, the validators of their fields, the button on a node. The build puts
// this file into the page of each node in place of the line "// include shared/editor/forms.js": there is nothing to load, so
// it is there when the node registers. What is handed to registerType stands in each page nevertheless: the flow library
// reads it without running it, and takes nothing but literals.

/** The common parts of a form, for one node type. */
// biome-ignore lint/correctness/noUnusedVariables: used by the pages that it is put into
function forms(type) {
  /** A text of the node's own catalogue. */
  const text = (key, values) => RED._(`@earshot/node-red-audio-anomaly/${type}:${type}.${key}`, values);

  const isEmpty = value => value === undefined || value === null || value === '';
  /** An environment variable, e.g. ${SAMPLE_RATE}: what it stands for is known when the flow starts, not here. */
  const isVariable = value => /^\$\{[^}]+\}$|^\$\([^)]+\)$/.test(value);
  const numberIn = value => Number(String(value).trim() || Number.NaN);
  const listOf = value =>
    String(value ?? '')
      .split(',')
      .map(part => part.trim())
      .filter(Boolean);

  /** Reads a node's fields as they stand in its open form, else as they are saved: some depend on others. */
  const fieldsOf = node => field => {
    const isOpen = RED.editor.getEditStack().some(({ id }) => id === node.id);
    const input = $(isOpen ? `#node-input-${field}` : []);
    if (input.length === 0) return node[field];
    return input.is(':checkbox') ? input.prop('checked') : input.val();
  };

  /**
   * A validator that says in a sentence what is wrong: the text `error.NAME`, told the field's label, its value and
   * what else is in `values`. An empty field stands for its default, unless it is not `optional`.
   * @param isValid called with the value and a function that reads other fields; answers true, false or a sentence
   * @param when whether the field matters now, called with the same function
   * @returns with two parameters, or Node-RED would not show the sentence
   */
  const check = (name, isValid, { optional = true, when = () => true, error = name, ...values } = {}) =>
    function (value, _options) {
      const field = fieldsOf(this);
      if (isVariable(value) || (optional && isEmpty(value)) || !when(field)) return true;
      const verdict = isValid(value, field);
      return verdict || text(`error.${error}`, { field: text(`label.${name}`), value: String(value ?? ''), ...values });
    };

  /** `isValid` gets the number, NaN for what is none. */
  const number = (name, isValid, options) =>
    check(name, (value, field) => isValid(numberIn(value), field), { min: isValid.min, max: isValid.max, ...options });
  const within = (min, max) => Object.assign(n => n >= min && n <= max, { min, max });
  const whole = (min, max) => Object.assign(n => Number.isInteger(n) && n >= min && n <= max, { min, max });

  /** Numbers with commas between them, at most so many. */
  const numbers = (name, most, isValid) =>
    check(name, value => {
      const parts = String(value).split(',');
      return parts.length <= most && parts.every(part => isValid(numberIn(part)));
    });

  const choice = (name, choices, options) =>
    check(name, value => choices.includes(value), { choices: choices.join(', '), ...options });
  const filled = name => check(name, value => String(value ?? '').trim() !== '', { optional: false });
  const noLongerThan = (name, most) => check(name, value => String(value).length <= most);

  /** The property that holds the chosen audio model. */
  const chosenModel = ({ when } = {}) => ({
    value: '',
    type: 'audio-model',
    // Node-RED would ask for it even when it does not matter.
    ...(when ? {} : { required: true }),
    validate: check('model', id => id !== '_ADD_' && Boolean(RED.nodes.node(id)), { optional: false, when }),
  });

  /** A node's name, else what it does with which model, e.g. "score boiler"; `key` is the text of it. */
  const nameOrModel = (node, key, values) => {
    const model = RED.nodes.node(node.model);
    return node.name || (model?.name ? text(key, { model: model.name, ...values }) : text('palette'));
  };

  function italicWhenNamed() {
    return this.name ? 'node_label_italic' : '';
  }

  const notify = (words, options) => RED.notify($('<span>').text(words).html(), options);

  /** Whatever the server answers instead of an answer, in words; `known` are texts for statuses of this route. */
  const explain = (xhr, known = {}) => {
    if (xhr.status === 401 || xhr.status === 403) return text('error.permission');
    if (xhr.status === 0) return text('error.unreachable');
    return known[xhr.status] || xhr.responseJSON?.error || text('error.server', { status: xhr.status });
  };

  /** The button on a node, of which only what is deployed can be pressed; `press` is called with the node. */
  const button = press => ({
    enabled() {
      return !this.changed;
    },
    onclick() {
      if (!this.changed) press(this);
      else
        RED.notify(
          RED._('notification.warning', { message: RED._('notification.warnings.undeployedChanges') }),
          'warning',
        );
    },
  });

  /** Asks the runtime's node to do something, e.g. "toggle"; if it does not, says why. */
  const ask = (node, verb) =>
    $.ajax({ url: `audio-anomaly/${type}/${encodeURIComponent(node.id)}/${verb}`, type: 'POST' }).fail(xhr =>
      notify(text('error.button', { problem: explain(xhr) }), 'error'),
    );

  /**
   * Shows environment variables, which number fields and lists cannot hold and would lose; and lets "$" be typed into
   * a number field, to name one in place of the number.
   */
  const allowVariables = (form, node) => {
    const toText = input => input.attr({ type: 'text', inputmode: 'text' });
    for (const [property, saved] of Object.entries(node)) {
      if (!isVariable(saved)) continue;
      const input = form.find(`#node-input-${property}, #node-config-input-${property}`);
      if (input.is('select')) input.append($('<option>', { value: saved }).text(saved));
      else toText(input.filter('[type=number]'));
      input.val(saved).trigger('change');
    }
    form.on('keydown', 'input[type=number]', ({ key, target }) => {
      if (key === '$') toText($(target)).val('');
    });
  };

  /** Shows the default of what a flow leaves out that was not made in the editor: the node goes by it. */
  const showDefaults = (form, node) => {
    for (const [property, { value }] of Object.entries(node._def.defaults)) {
      if (node[property] !== undefined || isEmpty(value)) continue;
      const input = form.find(`#node-input-${property}, #node-config-input-${property}`);
      if (input.is(':checkbox')) input.prop('checked', value);
      else input.val(value);
    }
  };

  /** Makes the column of labels as wide as the longest of them in this language; the fields take the rest. */
  const fitLabels = form => {
    const labels = form.find('.form-row > label:first-child').clone();
    const ruler = $('<div class="earshot-ruler">').append(labels).appendTo(form);
    // The editor fills in the texts when the form is prepared.
    form.addClass('earshot-form').css('--earshot-label', `${Math.ceil(ruler.i18n().outerWidth())}px`);
    ruler.remove();
  };

  /** What every form needs when it opens. */
  const prepare = node => {
    const form = $('#dialog-form, #node-config-dialog-edit-form').last();
    fitLabels(form);
    showDefaults(form, node);
    allowVariables(form, node);
  };

  /**
   * Loads a part of the dialog, resources/dialogs/NAME.mjs, whose `start(box, node)` fills the element with the id NAME
   * and returns what can be closed. Without it the fields work all the same; `notLoaded` says so.
   * @returns what to call when the dialog closes
   */
  const showPart = (name, node, notLoaded) => {
    let part;
    let closed = false;
    const box = document.getElementById(name);
    import(`./resources/@earshot/node-red-audio-anomaly/dialogs/${name}.mjs`)
      .then(module => closed || (part = module.start(box, node)))
      .catch(() => closed || (box.textContent = notLoaded));
    return () => {
      closed = true;
      part?.close();
    };
  };

  return {
    ...{ text, isEmpty, listOf, fieldsOf },
    ...{ check, number, within, whole, numbers, choice, filled, noLongerThan, chosenModel },
    ...{ nameOrModel, italicWhenNamed, notify, explain, button, ask, prepare, showPart },
  };
}
