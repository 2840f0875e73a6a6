// What the weight of the reconstruction loss does to both losses: one axis for each.
import { type Axis, type Drawing, drawFrame } from '../frame';
import { fittingLogScale, fittingScale, number, type Scale } from '../scale';
import type { Point } from '../surface';
import { categoryLook, drawMarker } from '../theme';
import { counted } from './caption';

export interface SweepFigure {
  kind: 'sweep';
  title?: string;
  /** By ascending weight, above 0. */
  points: { rlWeight: number; rl: number; kl: number }[];
  best: number;
}

export function drawSweep(drawing: Drawing, { title, points, best }: SweepFigure): void {
  const { surface, theme } = drawing;
  const scaleOf = (values: number[]): Scale =>
    values.every(value => value > 0) ? fittingLogScale(values) : fittingScale(values);
  const axis = (name: 'rl' | 'kl'): Axis => ({
    scale: scaleOf(points.map(point => point[name])),
    label: `mean ${name.toUpperCase()}`,
  });
  const [rl, kl] = [axis('rl'), axis('kl')];
  const looks = [categoryLook(theme, 0), categoryLook(theme, 1)];
  const area = drawFrame(drawing, {
    title: title || 'Sweep of the RL weight',
    note: counted(points.length, 'training'),
    x: { scale: fittingLogScale(points.map(({ rlWeight }) => rlWeight)), label: 'RL weight, log scale' },
    y: rl,
    right: kl,
    legend: [
      { ...looks[0], line: 2, label: 'RL (left)' },
      { ...looks[1], line: 2, label: 'KL (right)' },
      { colour: theme.ink, line: 1.5, dash: [2, 3], label: `best: ${number(best)}` },
    ],
    grid: 'vertical',
  });
  const x = area.x(best);
  surface.line(
    [
      [x, area.top],
      [x, area.bottom],
    ],
    { colour: theme.ink, width: 1.5, dash: [2, 3] },
  );
  [rl, kl].forEach(({ scale }, i) => {
    const { colour, marker, dash } = looks[i];
    const places = points.map(
      (point): Point => [
        area.x(point.rlWeight),
        area.top + (1 - scale.at(i === 0 ? point.rl : point.kl)) * area.height,
      ],
    );
    surface.line(places, { colour, width: 2, dash });
    places.forEach((place, p) => {
      drawMarker(surface, marker, place, points[p].rlWeight === best ? 5 : 3.5, colour, theme.background);
    });
  });
}
