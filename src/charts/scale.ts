// From values to places on an axis, and where the axis gets its marks: linear, logarithmic, time of day.
import { clockTime, minus } from '../formats';
import { niceValues, type Tick } from './ticks';

export interface Scale {
  /** 0 at the axis's start, 1 at its end; beyond where the value is. */
  at(value: number): number;
  /** At most about `most` marks, at round values. */
  ticks(most: number): Tick[];
}

/** A scale from one value to another; `label` writes a mark's value. */
export function linearScale(from: number, to: number, label: (value: number) => string = number): Scale {
  const span = to - from || 1;
  const at = (value: number): number => (value - from) / span;
  return { at, ticks: most => niceValues(from, to, most).map(value => ({ at: at(value), label: label(value) })) };
}

/** A linear scale that holds all values, with a little room, and 0 where that is not far; ends need not be round. */
export function fittingScale(values: readonly number[], { zero = true, label = number } = {}): Scale {
  const [low, high] = extremes(values);
  const span = high - low || Math.abs(high) || 1;
  const fromZero = zero && low >= 0 && low < 2 * span;
  return linearScale(fromZero ? 0 : low - span * 0.06, high + span * 0.06, label);
}

/** A whole number counts things: marks only at whole numbers. */
export function countScale(from: number, to: number): Scale {
  const scale = linearScale(from, to);
  const whole = (most: number) => niceValues(from, to, most).filter(Number.isInteger);
  return { at: scale.at, ticks: most => whole(most).map(value => ({ at: scale.at(value), label: number(value) })) };
}

/** @param from,to above 0 */
export function logScale(from: number, to: number): Scale {
  const [low, high] = [Math.log10(from), Math.log10(to)];
  const span = high - low || 1;
  const at = (value: number): number => (Math.log10(value) - low) / span;
  const marked = (value: number): Tick => ({ at: at(value), label: number(value) });
  const ticks = (most: number): Tick[] => {
    const [first, last] = [Math.ceil(low - 1e-9), Math.floor(high + 1e-9)];
    const decades = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
    const every = Math.ceil(decades.length / most);
    if (decades.length >= 3) {
      const plain = first >= -3 && last <= 4;
      const shown = decades.filter((_, i) => i % every === 0);
      return shown.map(power => ({ at: at(10 ** power), label: plain ? number(10 ** power) : powerOfTen(power) }));
    }
    const steps = decadeSteps(first - 1, last + 1, most > 3 ? [1, 2, 5] : [1, 3]).filter(
      value => value >= from && value <= to,
    );
    return steps.length >= 2 && steps.length <= most + 1 ? steps.map(marked) : niceValues(from, to, most).map(marked);
  };
  return { at, ticks };
}

const decadeSteps = (first: number, last: number, digits: readonly number[]): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => digits.map(digit => Number(`${digit}e${first + i}`))).flat();

/** A logarithmic scale that holds all values (above 0), with a little room. */
export function fittingLogScale(values: readonly number[]): Scale {
  const [low, high] = extremes(values.filter(value => value > 0));
  const room = (high / low) ** 0.05 || 1;
  return low === high ? logScale(low / 2, high * 2) : logScale(low / room, high * room);
}

/** Whether values span so much that only a logarithmic axis shows them all. */
export function wantsLog(values: readonly number[]): boolean {
  const positive = values.filter(value => value > 0);
  if (positive.length === 0 || positive.length < values.length) return false;
  const [low, high] = extremes(positive);
  return high > 40 * low;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Steps that clocks count in. */
const CLOCK_STEPS = [
  ...[1, 2, 5, 10, 15, 30].map(seconds => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map(minutes => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map(hours => hours * HOUR),
  ...[1, 2, 5, 10, 30, 100, 365].map(days => days * DAY),
];

/** @param from,to milliseconds since 1970; marks are the machine's local time */
export function clockScale(from: number, to: number): Scale {
  const span = Math.max(to - from, SECOND);
  const at = (value: number): number => (value - from) / span;
  const ticks = (most: number): Tick[] => {
    const step = CLOCK_STEPS.find(candidate => span / candidate < most) ?? CLOCK_STEPS.at(-1)!;
    const offset = new Date(from).getTimezoneOffset() * MINUTE;
    const first = Math.ceil((from - offset) / step) * step + offset;
    const count = Math.max(0, Math.floor((from + span - first) / step) + 1);
    return Array.from({ length: count }, (_, i) => first + i * step).map(time => ({
      at: at(time),
      label: clockLabel(time, step),
    }));
  };
  return { at, ticks };
}

function clockLabel(time: number, step: number): string {
  const date = new Date(time);
  if (step >= DAY) return `${date.getDate()}.${date.getMonth() + 1}.`;
  return clockTime(date, step < MINUTE);
}

/** Evenly spaced names, each in the middle of its share. */
export function nameScale(names: readonly string[]): Scale {
  const at = (index: number): number => (index + 0.5) / names.length;
  return { at, ticks: () => names.map((label, i) => ({ at: at(i), label })) };
}

/** A number as people write it on an axis: true minus sign, thousands and powers of ten. */
export function number(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6 || (size > 0 && size < 1e-3)) {
    const exponent = Math.floor(Math.log10(size) + 1e-9);
    const digits = Number((value / 10 ** exponent).toPrecision(3));
    return digits === 1 ? powerOfTen(exponent) : `${minus(String(digits))}·${powerOfTen(exponent)}`;
  }
  return minus(String(Number(value.toPrecision(6))));
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const powerOfTen = (exponent: number): string =>
  `10${Array.from(String(exponent), sign => (sign === '-' ? '⁻' : SUPERSCRIPTS[Number(sign)])).join('')}`;

export function extremes(values: ArrayLike<number>): [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  return low <= high ? [low, high] : [0, 1];
}
