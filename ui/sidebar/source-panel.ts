// The source of sound that is looked at: its running spectrogram and level, and the button that starts it.
import type { SourceEvent } from '../../src/live/sidebar-messages';
import { button, icon, show } from '../shared/dom';
import { attempt, labelOf, nodeOf } from '../shared/editor';
import { LevelMeter } from '../shared/level-meter';
import * as server from '../shared/server';
import { SpectrogramView } from '../shared/spectrogram-view';
import { t } from '../shared/texts';
import { Panel } from './panel';
import { section } from './section';

export class SourcePanel extends Panel<SourceEvent> {
  readonly element: HTMLElement;
  private readonly spectrogram = new SpectrogramView();
  private readonly meter = new LevelMeter();
  private readonly button = button(() => void this.press());
  /** The source whose frames are being asked for. */
  private asked: string | undefined;

  constructor(onChosen: () => void) {
    super('source', t('choose.noSource'), onChosen);
    this.element = section('sound', this.chooser.field(this.button), this.spectrogram.element, this.meter.element);
  }

  protected override show(id: string | undefined): void {
    this.spectrogram.clear();
    this.meter.clear();
    this.asked = undefined;
    const node = nodeOf(id);
    this.spectrogram.name = labelOf(node);
    this.spectrogram.setMessage(t(node ? 'sound.waiting' : 'sound.choose'));
    this.showButton(node?.type);
  }

  /** Whether the source runs, so that there is something to wait for. */
  setDeployed(isDeployed: boolean): void {
    this.isDeployed = isDeployed;
    if (this.id) this.spectrogram.setMessage(t(isDeployed ? 'sound.waiting' : 'sound.deploy'));
  }

  redraw(): void {
    this.spectrogram.plot.redraw();
  }

  protected override take({ level, end, epoch }: SourceEvent): void {
    if (level) this.meter.update(level);
    if (end !== this.spectrogram.end || epoch !== this.spectrogram.epoch) void this.fetchFrames();
  }

  /** One question at a time; what came meanwhile is asked for afterwards. */
  private async fetchFrames(): Promise<void> {
    const { id, spectrogram } = this;
    if (this.asked || !id) return;
    this.asked = id;
    try {
      const answer = await server.frames(id, spectrogram.end, spectrogram.epoch ?? 0);
      if (id === this.id) spectrogram.add(answer);
    } catch {
      // The next event asks again; that nothing answers is told by the sidebar.
    } finally {
      if (this.asked === id) this.asked = undefined;
    }
  }

  private showButton(type: string | undefined): void {
    show(this.button, type === 'mic-in' || type === 'wav-folder');
    const label = t(type === 'wav-folder' ? 'sound.run' : 'sound.toggle');
    this.button.replaceChildren(icon(type === 'wav-folder' ? 'play' : 'power-off'));
    this.button.setAttribute('aria-label', label);
    this.button.title = label;
  }

  private async press(): Promise<void> {
    const node = nodeOf(this.id);
    if (node?.type === 'mic-in') await attempt(() => server.toggleMicrophone(node.id));
    else if (node) await attempt(() => server.runFolder(node.id));
  }
}
