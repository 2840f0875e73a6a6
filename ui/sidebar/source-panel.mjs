// The source of sound that is looked at: its running spectrogram and level, and the button that starts it.
import { h, icon, section, show, t } from './dom.mjs';
import { attempt, labelOf, nodeOf } from './editor.mjs';
import { Panel } from './panel.mjs';
import * as server from './server.mjs';
import { LevelMeter, SpectrogramView } from './sound-view.mjs';

export class SourcePanel extends Panel {
  /** @param {() => void} onChosen */
  constructor(onChosen) {
    super('source', t('choose.noSource'), onChosen);
    this.spectrogram = new SpectrogramView();
    this.meter = new LevelMeter();
    this.button = h('button', { type: 'button', class: 'red-ui-button', onclick: () => this.press() });
    this.element = section('sound', this.chooser.field(this.button), this.spectrogram.element, this.meter.element);
  }

  show(id) {
    this.spectrogram.clear();
    this.meter.clear();
    this.columnsAsked = undefined;
    const node = nodeOf(id);
    this.spectrogram.name = labelOf(node);
    this.spectrogram.setMessage(t(node ? 'sound.waiting' : 'sound.choose'));
    this.showButton(node?.type);
  }

  /** Whether the source runs, so that there is something to wait for. */
  setDeployed(isDeployed) {
    this.isDeployed = isDeployed;
    if (this.id) this.spectrogram.setMessage(t(isDeployed ? 'sound.waiting' : 'sound.deploy'));
  }

  redraw() {
    this.spectrogram.plot.redraw();
  }

  take({ level, end, epoch }) {
    if (level) this.meter.update(level);
    if (end !== this.spectrogram.end || epoch !== this.spectrogram.format?.epoch) void this.fetchColumns();
  }

  /** One question at a time; what came meanwhile is asked for afterwards. */
  async fetchColumns() {
    const { id, spectrogram } = this;
    if (this.columnsAsked) return;
    this.columnsAsked = id;
    try {
      const answer = await server.columns(id, spectrogram.end, spectrogram.format?.epoch ?? 0);
      if (id === this.id) spectrogram.add(answer);
    } catch {
      // The next event asks again; that nothing answers is told by the sidebar.
    } finally {
      if (this.columnsAsked === id) this.columnsAsked = undefined;
    }
  }

  showButton(type) {
    show(this.button, type === 'mic-in' || type === 'wav-folder');
    const label = t(type === 'wav-folder' ? 'sound.run' : 'sound.toggle');
    this.button.replaceChildren(icon(type === 'wav-folder' ? 'play' : 'power-off'));
    this.button.setAttribute('aria-label', label);
    this.button.title = label;
  }

  async press() {
    const node = nodeOf(this.id);
    if (node?.type === 'mic-in') await attempt(() => server.switchMicrophone(node.id, 'toggle'));
    else if (node) await attempt(() => server.runFolder(node.id));
  }
}
