// How many segments there are of each label, as bars side by side with their names.

import { capitalHeight, textWidth } from '../font/stroke-font';
import { type Drawing, drawFrame } from '../frame';
import { countScale, nameScale } from '../scale';
import { inkOn } from '../surface';
import { counted } from './caption';

export interface LabelCount {
  label: string;
  segments: number;
  seconds: number;
}

export interface CountsFigure {
  kind: 'counts';
  title?: string;
  /** In the order in which they are shown, from the top. */
  counts: LabelCount[];
}

export function drawCounts(drawing: Drawing, { title, counts }: CountsFigure): void {
  const { surface, theme, size } = drawing;
  const total = counts.reduce((sum, { segments }) => sum + segments, 0);
  const most = Math.max(1, ...counts.map(({ segments }) => segments));
  const upwards = [...counts].reverse();
  const area = drawFrame(drawing, {
    title: title || 'Segments per label',
    note: `${counted(total, 'segment')}, ${counted(counts.length, 'label')}`,
    // Room for the number behind the longest bar.
    x: { scale: countScale(0, most * 1.16), label: 'segments' },
    y: { scale: nameScale(upwards.map(({ label }) => label || '(no label)')), names: true },
    grid: 'vertical',
  });
  const thickness = Math.min(34, (area.height / counts.length) * 0.68);
  upwards.forEach(({ segments, seconds }, i) => {
    const y = area.y(i);
    const width = area.x(segments) - area.left;
    const box = { left: area.left, top: Math.round(y - thickness / 2), width, height: Math.round(thickness) };
    surface.rect(box, theme.categories[0]);
    if (thickness < size) return;
    const text = `${segments} · ${duration(seconds)}`;
    const [end, baseline] = [area.left + width, Math.round(y + capitalHeight(size) / 2)];
    const fits = end + 5 + textWidth(text, size) <= surface.width - 4;
    if (fits) surface.text(text, end + 5, baseline, { size, colour: theme.ink });
    else surface.text(text, end - 5, baseline, { size, colour: inkOn(theme.categories[0]), anchor: 'end' });
  });
}

const duration = (seconds: number): string =>
  seconds >= 6000
    ? `${(seconds / 3600).toFixed(1)} h`
    : seconds >= 100
      ? `${(seconds / 60).toFixed(1)} min`
      : `${Number(seconds.toFixed(1))} s`;
