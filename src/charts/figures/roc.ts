// How well scores tell two classes apart, whatever the threshold.
import { type Drawing, drawFrame } from '../frame';
import { linearScale } from '../scale';
import type { Point } from '../surface';
import { categoryLook, drawMarker } from '../theme';
import { percent } from './caption';

export interface RocCurveData {
  /** Empty where there is but one. */
  name: string;
  /** False and true positive rate, from (0, 0) to (1, 1). */
  points: [number, number][];
  /** Area under the curve. */
  auc: number;
}

export interface RocFigure {
  kind: 'roc';
  title?: string;
  curves: RocCurveData[];
  note?: string;
}

export function drawRoc(drawing: Drawing, { title, curves, note }: RocFigure): void {
  const { surface, theme } = drawing;
  const look = (i: number) => {
    const { colour, marker, dash } = categoryLook(theme, i);
    return { colour, line: 2, dash, marker: curves.length > 1 ? marker : undefined };
  };
  const area = drawFrame(drawing, {
    title: title || 'ROC curve',
    note,
    x: { scale: linearScale(0, 1, percent), label: 'false alarms, part of the normal' },
    y: { scale: linearScale(0, 1, percent), label: 'found, part of the anomalies' },
    legend: [
      ...curves.map(({ name, auc }, i) => ({ ...look(i), label: `${name ? `${name}, ` : ''}AUC ${auc.toFixed(3)}` })),
      { label: 'chance', colour: theme.axis, line: 1.5, dash: [2, 3] },
    ],
  });
  surface.line([area.point(0, 0), area.point(1, 1)], { colour: theme.axis, width: 1.5, dash: [2, 3] });
  curves.forEach(({ points }, i) => {
    const { colour, dash, marker } = look(i);
    const places = points.map(([x, y]) => area.point(x, y));
    const corner: Point = area.point(1, 0);
    if (curves.length === 1) surface.polygon([...places, corner], colour, { opacity: 0.12 });
    surface.line(places, { colour, width: 2, dash });
    const every = Math.max(1, Math.ceil(places.length / 8));
    if (marker) {
      for (const place of places.filter((_, p) => p % every === Math.floor(every / 2))) {
        drawMarker(surface, marker, place, 3.2, colour, theme.background);
      }
    }
  });
}
