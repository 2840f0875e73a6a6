// What a classifier gets right: which classes it takes for which, and how sure it is from segment to segment.
import { capitalHeight, textWidth } from '../font/stroke-font';
import { type Drawing, drawFrame } from '../frame';
import { countScale, extremes, linearScale, nameScale } from '../scale';
import { inkOn, mix, type Point } from '../surface';
import { drawMarker } from '../theme';
import { percent } from './caption';

export interface ConfusionFigure {
  kind: 'confusion';
  title?: string;
  labels: string[];
  /** Counts; rows are the true classes, columns what was said. */
  confusion: number[][];
  accuracy?: number;
  /** Accuracy of always saying the commonest class. */
  never?: number;
}

export interface Prediction {
  seconds: number;
  /** The true class. */
  label: string;
  /** One per class. */
  probabilities: number[];
}

export interface PredictionsFigure {
  kind: 'predictions';
  title?: string;
  labels: string[];
  predictions: Prediction[];
  accuracy?: number;
}

export function drawConfusion(drawing: Drawing, { title, labels, confusion, accuracy, never }: ConfusionFigure): void {
  const { surface, theme, size } = drawing;
  const count = labels.length;
  const right = accuracy === undefined ? '' : `${percent(accuracy)} right`;
  const known = never === undefined ? right : `${right} (always the commonest: ${percent(never)})`;
  const area = drawFrame(drawing, {
    title: title || 'Confusion',
    note: known,
    x: { scale: nameScale(labels), names: true, label: 'said' },
    y: { scale: nameScale([...labels].reverse()), names: true, label: 'true' },
    grid: 'none',
  });
  const [width, height] = [area.width / count, area.height / count];
  labels.forEach((_, row) => {
    const total = confusion[row].reduce((sum, value) => sum + value, 0);
    labels.forEach((_, column) => {
      const value = confusion[row][column];
      const share = total > 0 ? value / total : 0;
      const fill = mix(theme.shade, theme.categories[0], share);
      const cell = { left: area.left + column * width, top: area.top + row * height, width, height };
      surface.rect({ left: cell.left + 1, top: cell.top + 1, width: width - 2, height: height - 2 }, fill);
      const lines = [percent(share), String(value)];
      if (height < size * 3) lines.pop();
      if (total === 0 || lines.some(text => textWidth(text, size) > width - 4) || height < size * 1.3) return;
      lines.forEach((text, line) => {
        const middle = cell.top + height / 2 + (line - (lines.length - 1) / 2) * size * 1.35;
        const style = { size, colour: inkOn(fill), anchor: 'middle', bold: line === 0 && row === column } as const;
        surface.text(text, cell.left + width / 2, Math.round(middle + capitalHeight(size) / 2), style);
      });
    });
  });
}

/** A lane for each class: how probable it is to the classifier, from the lane's bottom (0) to its top (1). */
export function drawPredictions(drawing: Drawing, { title, labels, predictions, accuracy }: PredictionsFigure): void {
  const { surface, theme, size } = drawing;
  const lanes = labels.length;
  const [from, last] = extremes(predictions.map(({ seconds }) => seconds));
  const step = predictions.length > 1 ? (last - from) / (predictions.length - 1) : 1;
  const wrong = predictions.filter(one => labels[largest(one.probabilities)] !== one.label).length;
  const colour = theme.categories[0];
  const truth = mix(theme.background, theme.categories[1], 0.45);
  const area = drawFrame(drawing, {
    title: title || 'Predictions over time',
    note: `${accuracy === undefined ? '' : `${percent(accuracy)} right, `}${wrong} of ${predictions.length} wrong`,
    x: { scale: predictions.length > 1 ? linearScale(from, last + step) : countScale(0, 1), label: 'time (s)' },
    y: { scale: nameScale([...labels].reverse()), names: true },
    legend: [
      { label: 'probability', colour, fill: 1 },
      { label: 'true class', colour: truth, fill: 1 },
      ...(wrong > 0 ? [{ label: 'wrong', colour: theme.alarm, marker: 'diamond' as const }] : []),
    ],
    grid: 'vertical',
  });
  const height = area.height / lanes;
  labels.forEach((label, lane) => {
    const bottom = Math.round(area.top + (lane + 1) * height);
    const full = height - Math.min(8, height * 0.2);
    // Where the class is the true one, its lane is filled to where the probability should reach.
    for (const [start, end] of stretches(predictions, label)) {
      const [left, right] = [area.x(predictions[start].seconds), area.x(predictions[end].seconds + step)];
      surface.rect({ left, top: bottom - full, width: right - left, height: full }, truth);
    }
    const outline: Point[] = [[area.x(from), bottom]];
    for (const { seconds, probabilities } of predictions) {
      const y = bottom - Math.max(0, Math.min(1, probabilities[lane])) * full;
      outline.push([area.x(seconds), y], [area.x(seconds + step), y]);
    }
    outline.push([area.x(last + step), bottom]);
    surface.polygon(outline, colour);
    surface.line(
      [
        [area.left, bottom + 0.5],
        [area.right, bottom + 0.5],
      ],
      { colour: theme.axis, width: 1 },
    );
  });
  for (const { seconds, label, probabilities } of predictions) {
    const said = largest(probabilities);
    if (labels[said] === label) continue;
    const y = area.top + (said + 1) * height - Math.min(height * 0.5, size);
    drawMarker(surface, 'diamond', [area.x(seconds + step / 2), y], size * 0.28, theme.alarm, theme.background);
  }
}

const largest = (values: readonly number[]): number => values.indexOf(Math.max(...values));

/** First and last of each run of predictions that should say the label. */
function stretches(predictions: readonly Prediction[], label: string): [number, number][] {
  const found: [number, number][] = [];
  predictions.forEach((prediction, i) => {
    if (prediction.label !== label) return;
    const run = found.at(-1);
    if (run && run[1] === i - 1) run[1] = i;
    else found.push([i, i]);
  });
  return found;
}
