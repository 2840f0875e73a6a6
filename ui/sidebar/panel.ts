// A part of the sidebar about one node, chosen from a list: hears what Node-RED publishes of it while anybody looks.
import { Events } from '../shared/editor';
import { Chooser } from './chooser';

export abstract class Panel<Event> {
  readonly chooser: Chooser;
  /** Whether the chosen node runs. */
  isDeployed = false;
  protected looking = false;
  private readonly events: Events<Event>;

  /**
   * @param key names what is chosen: its list, its texts, its events
   * @param nothing what stands in the list where there is nothing to choose
   */
  constructor(key: 'source' | 'model', nothing: string, onChosen: () => void) {
    this.events = new Events(`audio-anomaly/${key}`, event => this.take(event));
    this.chooser = new Chooser(key, nothing, id => {
      this.look(this.looking);
      this.show(id);
      onChosen();
    });
  }

  /** Of the chosen node, undefined where there is none. */
  get id(): string | undefined {
    return this.chooser.chosen;
  }

  /** Whether anybody can see the sidebar. */
  look(visible: boolean): void {
    this.looking = visible;
    this.events.follow(visible ? this.id : undefined);
  }

  /** Another node was chosen. */
  protected abstract show(id: string | undefined): void;

  protected abstract take(event: Event): void;
}
