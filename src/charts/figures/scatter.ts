// Points of several classes in two dimensions: reconstruction loss against KL divergence, or a latent space laid flat.
import { principalComponents } from '../../stats/pca';
import { type Axis, type Drawing, drawFrame, type LegendEntry, type PlotArea } from '../frame';
import { extremes, fittingLogScale, fittingScale, linearScale, wantsLog } from '../scale';
import { type Colour, mix, type Point } from '../surface';
import { categoryLook, drawMarker, type Theme } from '../theme';
import { counted, percent } from './caption';

/** Which class each point is of, by its number in `classes`. */
interface Classified {
  classes: string[];
  classOf: number[];
}

/** The probability of the positive class over a grid, first row lowest kl. */
export interface DecisionSurface {
  rl: [number, number];
  kl: [number, number];
  columns: number;
  rows: number;
  /** Row-major. */
  probability: number[];
}

export interface RlKlFigure extends Classified {
  kind: 'rl-kl';
  title?: string;
  rl: number[];
  kl: number[];
  surface?: DecisionSurface;
  positiveLabel?: string;
  /** What a classifier reaches, in words. */
  note?: string;
}

export interface LatentFigure extends Classified {
  kind: 'latent';
  title?: string;
  /** Row-major [points][dims]. */
  latents: Float32Array;
  dims: number;
}

export function drawRlKl(
  drawing: Drawing,
  { title, rl, kl, classes, classOf, surface, positiveLabel, note }: RlKlFigure,
): void {
  const log = !surface && wantsLog(rl) && wantsLog(kl);
  const axis = (values: number[], range: [number, number] | undefined, name: string): Axis => {
    if (log) return { scale: fittingLogScale(values), label: `${name}, log scale` };
    if (!range) return { scale: fittingScale(values, { zero: false }), label: name };
    const [low, high] = extremes([...values, ...range]);
    return { scale: linearScale(low, high), label: name };
  };
  const positive = classes.indexOf(positiveLabel ?? '');
  const tint = categoryLook(drawing.theme, Math.max(0, positive)).colour;
  const boundary: LegendEntry = { label: `p(${positiveLabel || 'positive'}) > 0.5`, colour: tint, fill: STRONGEST };
  const area = drawFrame(drawing, {
    title: title || 'RL and KL per segment',
    note: note || counted(rl.length, 'segment'),
    x: axis(rl, surface?.rl, 'reconstruction loss (RL)'),
    y: axis(kl, surface?.kl, 'KL divergence (KL)'),
    legend: [...legendOf(drawing.theme, classes, classOf), ...(surface ? [boundary] : [])],
  });
  if (surface) drawSurface(drawing, area, surface, tint);
  drawPoints(
    drawing,
    area,
    rl.map((value, i) => area.point(value, kl[i])),
    classOf,
  );
}

export function drawLatent(drawing: Drawing, { title, latents, dims, classes, classOf }: LatentFigure): void {
  const { coordinates, explained } = principalComponents(latents, dims, 2);
  const axisOf = (component: 0 | 1): { axis: Axis; values: number[] } => {
    const values = classOf.map((_, i) => coordinates[2 * i + component]);
    const share = percent(explained[component]);
    return {
      values,
      axis: { scale: fittingScale(values, { zero: false }), label: `component ${component + 1} (${share})` },
    };
  };
  const [x, y] = [axisOf(0), axisOf(1)];
  const area = drawFrame(drawing, {
    title: title || 'Latent space',
    note: `${percent(explained[0] + explained[1])} of the variance of ${counted(dims, 'dimension')}`,
    x: x.axis,
    y: y.axis,
    legend: legendOf(drawing.theme, classes, classOf),
  });
  drawPoints(
    drawing,
    area,
    x.values.map((value, i) => area.point(value, y.values[i])),
    classOf,
  );
}

function legendOf(theme: Theme, classes: readonly string[], classOf: readonly number[]): LegendEntry[] {
  const counts = classes.map((_, c) => classOf.filter(one => one === c).length);
  return classes.map((label, c) => {
    const { colour, marker } = categoryLook(theme, c);
    return { label: `${label || '(no label)'} · ${counts[c]}`, colour, marker };
  });
}

/** In the order in which they came, so that no class lies over all others. */
function drawPoints(
  { surface, theme, size }: Drawing,
  area: PlotArea,
  places: readonly Point[],
  classOf: readonly number[],
): void {
  const radius = size * (places.length > 800 ? 0.2 : places.length > 200 ? 0.26 : 0.33);
  const rim = places.length > 800 ? undefined : theme.background;
  surface.clip(area, () => {
    places.forEach((place, i) => {
      const { colour, marker } = categoryLook(theme, classOf[i]);
      drawMarker(surface, marker, place, radius, colour, rim);
    });
  });
}

const TINTS = 24;
const STRONGEST = 0.32;
/** Pixels per element of the tinted picture. */
const COARSE = 2;

/** The side of the positive class tinted, and a line where both are equally likely. */
function drawSurface({ surface, theme }: Drawing, area: PlotArea, decision: DecisionSurface, tint: Colour): void {
  const { rl, kl, columns, rows } = decision;
  // Values stand at the points of the grid: the outermost lie on the edge.
  const box = {
    left: area.x(rl[0]),
    top: area.y(kl[1]),
    width: area.x(rl[1]) - area.x(rl[0]),
    height: area.y(kl[0]) - area.y(kl[1]),
  };
  const wide = Math.max(columns, Math.round(box.width / COARSE));
  const high = Math.max(rows, Math.round(box.height / COARSE));
  const values = new Uint8Array(wide * high);
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) {
      const share = between(decision, ((x + 0.5) / wide) * (columns - 1), (1 - (y + 0.5) / high) * (rows - 1));
      values[y * wide + x] = Math.round(Math.max(0, Math.min(1, share)) * (TINTS - 1));
    }
  }
  const palette = Array.from({ length: TINTS }, (_, i) => mix(theme.background, tint, (STRONGEST * i) / (TINTS - 1)));
  surface.clip(area, () => {
    surface.raster({ columns: wide, rows: high, values, palette }, box);
    const place = ([x, y]: Point): Point => [
      box.left + (x / (columns - 1)) * box.width,
      box.top + (1 - y / (rows - 1)) * box.height,
    ];
    for (const [from, to] of contour(decision, 0.5)) {
      surface.line([place(from), place(to)], { colour: theme.ink, width: 1.5 });
    }
  });
}

/** Between the points of the grid, in proportion to their distance. */
function between({ probability, columns, rows }: DecisionSurface, x: number, y: number): number {
  const [left, low] = [Math.min(columns - 2, Math.floor(x)), Math.min(rows - 2, Math.floor(y))];
  const [dx, dy] = [x - left, y - low];
  const at = (column: number, row: number): number => probability[row * columns + column];
  return (
    (at(left, low) * (1 - dx) + at(left + 1, low) * dx) * (1 - dy) +
    (at(left, low + 1) * (1 - dx) + at(left + 1, low + 1) * dx) * dy
  );
}

/** Where the probability passes a level: pieces of the line in units of the grid, one or two in each cell. */
function contour({ probability, columns, rows }: DecisionSurface, level: number): [Point, Point][] {
  const pieces: [Point, Point][] = [];
  const at = (x: number, y: number): number => probability[y * columns + x];
  for (let y = 0; y + 1 < rows; y++) {
    for (let x = 0; x + 1 < columns; x++) {
      const corners = [
        [x, y],
        [x + 1, y],
        [x + 1, y + 1],
        [x, y + 1],
      ] as const;
      const crossings: Point[] = [];
      corners.forEach(([fromX, fromY], i) => {
        const [toX, toY] = corners[(i + 1) % 4];
        const [a, b] = [at(fromX, fromY), at(toX, toY)];
        if (a > level === b > level) return;
        const share = (level - a) / (b - a);
        crossings.push([fromX + (toX - fromX) * share, fromY + (toY - fromY) * share]);
      });
      for (let i = 0; i + 1 < crossings.length; i += 2) pieces.push([crossings[i], crossings[i + 1]]);
    }
  }
  return pieces;
}
