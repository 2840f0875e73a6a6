// How a training goes: losses per epoch.
import { type Drawing, drawFrame } from '../frame';
import { countScale, fittingLogScale, fittingScale, number, wantsLog } from '../scale';
import { categoryLook, drawMarker } from '../theme';
import { counted } from './caption';

export interface LossSeries {
  name: string;
  /** One per epoch of the figure; NaN where it was not told. */
  values: number[];
}

export interface LossFigure {
  kind: 'loss';
  title?: string;
  /** Ascending. */
  epochs: number[];
  /** Epochs that the training was set to; 0 where unknown. */
  of: number;
  /** Which of several trainings; empty where there is one. */
  stage?: string;
  series: LossSeries[];
}

export function drawLoss(drawing: Drawing, { title, epochs, of, stage, series }: LossFigure): void {
  const { surface, theme } = drawing;
  const values = series.flatMap(one => one.values).filter(Number.isFinite);
  const log = wantsLog(values);
  const last = epochs.at(-1) ?? 0;
  const latest = (one: LossSeries): string => {
    const value = one.values.findLast(Number.isFinite);
    return value === undefined ? one.name : `${one.name} ${number(Number(value.toPrecision(3)))}`;
  };
  const area = drawFrame(drawing, {
    title: title || 'Training',
    note: [stage, of > last ? `epoch ${last} of ${of}` : counted(last, 'epoch')].filter(Boolean).join(', '),
    x: { scale: countScale(Math.min(1, epochs[0] ?? 1), Math.max(last, 2)), label: 'epoch' },
    y: log
      ? { scale: fittingLogScale(values), label: 'loss, log scale' }
      : { scale: fittingScale(values), label: 'loss' },
    legend: series.map((one, i) => ({ ...categoryLook(theme, i), line: 2, label: latest(one) })),
  });
  surface.clip(area, () => {
    series.forEach((one, i) => {
      const { colour, marker, dash } = categoryLook(theme, i);
      const told = epochs.flatMap((epoch, e) => {
        const value = one.values[e];
        return Number.isFinite(value) && !(log && value <= 0) ? [area.point(epoch, value)] : [];
      });
      if (told.length > 1) surface.line(told, { colour, width: 2, dash });
      // Some marks along the line, never on every epoch: they tell lines apart, they do not hide them.
      const every = Math.max(1, Math.ceil(told.length / 8));
      const offset = Math.floor((every * i) / series.length);
      told.forEach((place, at) => {
        if (at % every === offset % every || told.length === 1)
          drawMarker(surface, marker, place, 3.5, colour, theme.background);
      });
    });
  });
}
