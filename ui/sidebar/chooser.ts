// A list of nodes to choose from, as the flow is being edited.
import { h, tellChoice } from '../shared/dom';
import { labelOf } from '../shared/editor';
import { t } from '../shared/texts';

export class Chooser {
  /** Id of the node. */
  chosen: string | undefined;
  private readonly select: HTMLSelectElement;
  private readonly label: HTMLElement;
  /** What the list was made of. */
  private entries = '';

  /**
   * @param key names it and its label
   * @param nothing what stands there where there is nothing to choose
   * @param choose called when another node is chosen, by hand or because it is gone
   */
  constructor(
    key: 'source' | 'model',
    private readonly nothing: string,
    private readonly choose: (id: string | undefined) => void,
  ) {
    this.select = h('select', { id: `earshot-${key}`, onchange: () => this.set(this.select.value) });
    this.label = h('label', { for: `earshot-${key}` }, t(`label.${key}`));
  }

  /** With its label, and what stands beside it. */
  field(...beside: HTMLElement[]): HTMLElement {
    return h('div', { class: 'earshot-field' }, this.label, this.select, ...beside);
  }

  /** Chooses a node, which may be in the list only with the next offer. */
  set(id: string): void {
    this.chosen = id || undefined;
    tellChoice(this.select);
    this.choose(this.chosen);
  }

  /** @param remembered the node chosen where none is yet */
  offer(nodes: readonly EditorNode[], remembered: string | undefined): void {
    const offered = nodes.map(node => ({ id: node.id, text: `${labelOf(node)} (${node.type})` }));
    const entries = JSON.stringify(offered);
    if (this.entries !== entries) {
      this.entries = entries;
      const options = offered.map(({ id, text }) => h('option', { value: id }, text));
      this.select.replaceChildren(...(options.length > 0 ? options : [h('option', { value: '' }, this.nothing)]));
      this.select.disabled = options.length === 0;
    }
    const wanted = nodes.find(({ id }) => id === (this.chosen ?? remembered)) ?? nodes[0];
    this.select.value = wanted?.id ?? '';
    tellChoice(this.select);
    if (this.select.value !== (this.chosen ?? '')) this.set(this.select.value);
  }
}
