// A part of the sidebar about one node, chosen from a list: hears what Node-RED publishes of it while anybody looks.
import { Chooser } from './chooser.mjs';
import { Events } from './editor.mjs';

/** Its heirs bring `show(id)`, called when another node is chosen, and `take(event)`. */
export class Panel {
  /**
   * @param {string} key names what is chosen: its list, its texts, its events
   * @param {string} nothing what stands in the list where there is nothing to choose
   * @param {() => void} onChosen
   */
  constructor(key, nothing, onChosen) {
    this.looking = false;
    this.events = new Events(`audio-anomaly/${key}`, event => this.take(event));
    this.chooser = new Chooser(key, nothing, id => {
      this.look(this.looking);
      this.show(id);
      onChosen();
    });
  }

  /** Of the chosen node, undefined where there is none. */
  get id() {
    return this.chooser.chosen;
  }

  /** Whether anybody can see the sidebar. */
  look(visible) {
    this.looking = visible;
    this.events.follow(visible ? this.id : undefined);
  }
}
