// A list of nodes to choose from, as the flow is being edited.
import { h, t, tellChoice } from './dom.mjs';
import { labelOf } from './editor.mjs';

export class Chooser {
  /**
   * @param {string} key names it and its label
   * @param {string} nothing what stands there where there is nothing to choose
   * @param {(id: string | undefined) => void} choose called when another node is chosen, by hand or because it is gone
   */
  constructor(key, nothing, choose) {
    Object.assign(this, { nothing, choose });
    this.select = h('select', { id: `earshot-${key}`, onchange: () => this.set(this.select.value) });
    this.label = h('label', { for: `earshot-${key}` }, t(`label.${key}`));
  }

  /** With its label, and what stands beside it. */
  field(...beside) {
    return h('div', { class: 'earshot-field' }, this.label, this.select, ...beside);
  }

  /** Chooses a node, which may be in the list only with the next offer. */
  set(id) {
    this.chosen = id || undefined;
    tellChoice(this.select);
    this.choose(this.chosen);
  }

  /** @param remembered the node chosen where none is yet */
  offer(nodes, remembered) {
    const entries = nodes.map(node => ({ id: node.id, text: `${labelOf(node)} (${node.type})` }));
    const key = JSON.stringify(entries);
    if (this.entries !== key) {
      this.entries = key;
      const options = entries.map(({ id, text }) => h('option', { value: id }, text));
      this.select.replaceChildren(...(options.length > 0 ? options : [h('option', { value: '' }, this.nothing)]));
      this.select.disabled = options.length === 0;
    }
    const wanted = this.chosen ?? remembered;
    this.select.value = nodes.some(({ id }) => id === wanted) ? wanted : (nodes[0]?.id ?? '');
    tellChoice(this.select);
    if (this.select.value !== (this.chosen ?? '')) this.set(this.select.value);
  }
}
