// The last alarms of one model, newest first, with what was heard and seen. One episode of anomalies is one alarm,
// shown by its strangest segment. Bounded in number and bytes: older alarms lose their sound and spectrogram first.
import { randomBytes } from 'node:crypto';
import { heldBytes, type Segment } from './recent-segments';

export const ALARM_LIMITS = { alarms: 24, bytes: 24 * 2 ** 20 };

export interface Alarm extends Segment {
  /** Not to be guessed, and no part of any path. */
  id: string;
  /** The threshold node that raised it. */
  node: string;
  /** ms since 1970: the first and the last anomaly of the episode. */
  at: number;
  until: number;
  /** Anomalies in the episode. */
  count: number;
  /** Of the strangest segment. */
  score: number;
  threshold: number;
  source: string;
  text: string;
  /** PNG made by vae-score, where it explains. */
  heatmap?: Buffer;
  /** Someone said that it was normal. */
  normal: boolean;
}

export type NewAlarm = Omit<Alarm, 'id' | 'until' | 'count' | 'normal'>;

/** What is told of an alarm without its sound, spectrogram and heat-map. */
export type AlarmNotice = Omit<Alarm, 'sound' | 'spectrogram' | 'heatmap'> & {
  hasSound: boolean;
  hasHeatmap: boolean;
  /** It can be added to the training set. */
  hasSpectrogram: boolean;
};

const bytesOf = (alarm: Alarm): number => heldBytes(alarm) + (alarm.heatmap?.buffer.byteLength ?? 0);

export class AlarmList {
  private alarms: Alarm[] = [];
  /** The alarm that goes on, by threshold node and topic. */
  private readonly open = new Map<string, Alarm>();

  constructor(private readonly limits = ALARM_LIMITS) {}

  get bytes(): number {
    return this.alarms.reduce((sum, alarm) => sum + bytesOf(alarm), 0);
  }

  get size(): number {
    return this.alarms.length;
  }

  /** @param episode names what the alarm goes on in: a threshold node and a topic */
  raise(episode: string, found: NewAlarm): void {
    const going = this.open.get(episode);
    if (going) {
      going.until = found.at;
      going.count++;
      if (found.score > going.score) Object.assign(going, { ...found, at: going.at });
    } else {
      const alarm: Alarm = { ...found, id: randomBytes(12).toString('hex'), until: found.at, count: 1, normal: false };
      this.alarms.unshift(alarm);
      this.open.set(episode, alarm);
    }
    this.limit();
  }

  /** All is normal there again: the next anomaly is a new alarm. */
  settle(episode: string): void {
    if (this.open.size > 0) this.open.delete(episode);
  }

  find(id: string): Alarm | undefined {
    return this.alarms.find(alarm => alarm.id === id);
  }

  notices(): AlarmNotice[] {
    return this.alarms.map(({ sound, spectrogram, heatmap, ...rest }) => ({
      ...rest,
      hasSound: sound !== undefined,
      hasHeatmap: heatmap !== undefined,
      hasSpectrogram: spectrogram !== undefined,
    }));
  }

  private limit(): void {
    for (const alarm of this.alarms.splice(this.limits.alarms)) this.close(alarm);
    let bytes = this.bytes;
    for (let i = this.alarms.length - 1; i >= 0 && bytes > this.limits.bytes; i--) {
      const alarm = this.alarms[i];
      bytes -= bytesOf(alarm);
      alarm.sound = alarm.spectrogram = alarm.heatmap = undefined;
    }
  }

  private close(alarm: Alarm): void {
    for (const [episode, open] of this.open) if (open === alarm) this.open.delete(episode);
  }
}
