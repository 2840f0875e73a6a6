// Scores over time with the threshold, and a mark on each anomaly.
import { type Axis, type Drawing, drawFrame, type LegendEntry, type PlotArea } from '../frame';
import { clockScale, countScale, extremes, fittingLogScale, fittingScale, wantsLog } from '../scale';
import type { Point } from '../surface';
import { categoryLook, drawMarker, type Look, type Theme } from '../theme';

export interface ScorePoint {
  /** Milliseconds since 1970, or a running number where the times say nothing. */
  at: number;
  score: number;
  threshold?: number;
  anomaly: boolean;
}

export interface ScoreSeries {
  /** The topic; empty where there is none. */
  name: string;
  /** Oldest first. */
  points: ScorePoint[];
}

export interface ScoresFigure {
  kind: 'scores';
  title?: string;
  series: ScoreSeries[];
  /** What `at` is. */
  time: 'clock' | 'number';
  /** What the scores are: rl, kl, total; empty where unknown. */
  measure: string;
}

const MEASURES: Record<string, string> = { rl: 'RL', kl: 'KL', total: 'RL + KL, weighted' };
/** More points than this are drawn without a dot each. */
const DOTS = 150;

export function drawScores(drawing: Drawing, { title, series, time, measure }: ScoresFigure): void {
  const { surface, theme } = drawing;
  const points = series.flatMap(one => one.points);
  const values = points.flatMap(({ score, threshold }) => (threshold === undefined ? [score] : [score, threshold]));
  const [from, to] = extremes(points.map(({ at }) => at));
  const anomalies = points.filter(({ anomaly }) => anomaly).length;
  const decided = points.some(({ threshold }) => threshold !== undefined);
  const known = measure in MEASURES ? `score (${MEASURES[measure]})` : 'score';
  const y: Axis = wantsLog(values)
    ? { scale: fittingLogScale(values), label: `${known}, log scale` }
    : { scale: fittingScale(values), label: known };
  const looks = series.map((_, i) => seriesLook(theme, i));
  const area = drawFrame(drawing, {
    title: title || 'Scores',
    note: decided ? `${anomalies} of ${points.length} anomalous` : `${points.length} scores`,
    x:
      time === 'clock'
        ? { scale: clockScale(from, to), label: 'time' }
        : { scale: countScale(from - 0.5, Math.max(to, from + 1) + 0.5), label: 'segment' },
    y,
    legend: legendOf(series, looks, theme, decided, anomalies > 0),
    grid: 'horizontal',
  });
  surface.clip({ ...area, top: area.top - 4, height: area.height + 4 }, () => {
    series.forEach((one, i) => {
      drawThreshold(drawing, area, one, looks[i]);
      drawSeries(drawing, area, one, looks[i], points.length <= DOTS);
    });
  });
}

type SeriesLook = Required<Pick<Look, 'colour' | 'marker' | 'dash'>>;

/** Diamonds and triangles are left to the anomalies. */
function seriesLook(theme: Theme, i: number): SeriesLook {
  const marker = (['circle', 'square', 'plus', 'cross', 'star'] as const)[i % 5];
  return { ...categoryLook(theme, i), marker, dash: [] };
}

function legendOf(
  series: readonly ScoreSeries[],
  looks: readonly SeriesLook[],
  theme: Theme,
  decided: boolean,
  anomalies: boolean,
): LegendEntry[] {
  const names = series.map(({ name }, i) => ({ ...looks[i], line: 1.5, label: name || 'score' }));
  return [
    ...names,
    ...(decided ? [{ label: 'threshold', colour: theme.ink, dash: [6, 4], line: 1.5 }] : []),
    ...(anomalies ? [{ label: 'anomaly', colour: theme.alarm, marker: 'diamond' as const }] : []),
  ];
}

function drawSeries(
  { surface, theme }: Drawing,
  area: PlotArea,
  { points }: ScoreSeries,
  look: SeriesLook,
  dots: boolean,
): void {
  const places = points.map(({ at, score }) => area.point(at, score));
  surface.line(places, { colour: look.colour, width: points.length > 400 ? 1 : 1.5 });
  const radius = Math.max(2.2, Math.min(3.4, area.width / (points.length + 1) / 2.2));
  points.forEach(({ anomaly }, i) => {
    if (anomaly) drawMarker(surface, 'diamond', places[i], radius + 1.3, theme.alarm, theme.background);
    else if (dots) drawMarker(surface, look.marker, places[i], radius, look.colour, theme.background);
  });
}

/** A staircase, as the threshold may change with a new model; dashed, in ink where there is but one. */
function drawThreshold({ surface, theme }: Drawing, area: PlotArea, { points }: ScoreSeries, look: SeriesLook): void {
  let stairs: Point[] = [];
  const finish = (): void => {
    if (stairs.length > 1)
      surface.line(stairs, {
        colour: look.colour === theme.categories[0] ? theme.ink : look.colour,
        width: 1.5,
        dash: [6, 4],
      });
    stairs = [];
  };
  points.forEach(({ at, threshold }, i) => {
    if (threshold === undefined) {
      finish();
      return;
    }
    const [next, before] = [points[i + 1]?.at ?? at, points[i - 1]?.at ?? at];
    const y = area.y(threshold);
    const start = i === 0 ? area.left : area.x((at + before) / 2);
    const end = i === points.length - 1 ? area.right : area.x((at + next) / 2);
    if (stairs.at(-1)?.[1] === y) stairs.pop();
    else stairs.push([start, y]);
    stairs.push([end, y]);
  });
  finish();
}
