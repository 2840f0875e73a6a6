// How many segments of each label came by: of the latest pass over files, or since the last reset.
import { describeValue } from '../../errors';
import type { Message } from '../../messages';
import { counted } from '../figures/caption';
import type { CountsFigure, LabelCount } from '../figures/counts';
import { type Gatherer, isRecord, wrongMessage } from './gatherer';

/** Labels that get a bar; the rarest share one. */
const MAX_BARS = 30;
/** Labels that are told apart; one for each file would be a wrong setting, not a use. */
const MAX_LABELS = 1000;
const OTHERS = 'others';

export class CountsGatherer implements Gatherer {
  private readonly counts = new Map<string, LabelCount>();
  private pass: unknown;
  private segments = 0;

  add({ label, audio, parts, payload }: Message): boolean {
    if (!isRecord(audio) && label === undefined) {
      const wire = 'Wire a wav-folder node to this one.';
      throw wrongMessage('counts', 'labelled segments (msg.label, msg.audio)', describeValue(payload), wire);
    }
    if (parts?.id !== undefined && parts.id !== this.pass) {
      this.reset();
      this.pass = parts.id;
    }
    const named = String(label ?? '');
    const known = this.counts.has(named) || this.counts.size < MAX_LABELS ? named : OTHERS;
    const count = this.counts.get(known) ?? { label: known, segments: 0, seconds: 0 };
    count.segments++;
    if (Number.isFinite(audio?.seconds)) count.seconds += Number(audio?.seconds);
    this.counts.set(known, count);
    this.segments++;
    return true;
  }

  reset(): void {
    this.counts.clear();
    this.pass = undefined;
    this.segments = 0;
  }

  figure(): CountsFigure | undefined {
    if (this.counts.size === 0) return undefined;
    const sorted = [...this.counts.values()].sort((a, b) => b.segments - a.segments || (a.label < b.label ? -1 : 1));
    if (sorted.length <= MAX_BARS) return { kind: 'counts', counts: sorted };
    const rest = sorted.splice(MAX_BARS - 1);
    const sum = (value: (count: LabelCount) => number): number =>
      rest.reduce((total, count) => total + value(count), 0);
    const others = {
      label: `${rest.length} ${OTHERS}`,
      segments: sum(count => count.segments),
      seconds: sum(count => count.seconds),
    };
    return { kind: 'counts', counts: [...sorted, others] };
  }

  summary(): string {
    return counted(this.segments, 'segment');
  }
}
