// Where an axis gets its marks: frequencies on the rows of a spectrogram, seconds on its columns.
import { hzToMel } from '../dsp/mel';
import type { SpectrogramInfo } from '../messages';
import { NICE, niceValues, type Tick } from './ticks';

/** Marks for the time axis; `seconds` is the picture's length. */
export function timeTicks(seconds: number, most: number): Tick[] {
  return niceValues(0, seconds, most).map(value => ({ at: value / seconds, label: String(value) }));
}

export interface FrequencyAxis {
  unit: 'Hz' | 'kHz';
  /** From the lowest row up. */
  ticks: Tick[];
  /** Where a frequency (Hz) lies: 0 at the lower edge, 1 at the upper. */
  at(hz: number): number;
}

const KILO_FROM_HZ = 2000;
/** Between neighbouring marks on a mel axis, as a part of its length. */
const MIN_MEL_GAP = 0.15;
const LOWEST_MARK_HZ = 100;

/** Marks for the frequency axis, in kHz where the picture reaches high enough. */
export function frequencyAxis({ shape, sampleRate, fftSize, scale, fMin, fMax }: SpectrogramInfo): FrequencyAxis {
  const top = fMax || sampleRate / 2;
  const inKilo = top >= KILO_FROM_HZ;
  const label = (hz: number): string => String(inKilo ? hz / 1000 : hz);
  const [bins] = shape;
  const unit = inKilo ? 'kHz' : 'Hz';
  if (scale === 'linear') {
    const hzPerRow = sampleRate / fftSize;
    const first = Math.ceil(fMin / hzPerRow);
    const at = (hz: number): number => (hz / hzPerRow - first + 0.5) / bins;
    const ticks = niceValues(fMin, top, 6).map(hz => ({ at: at(hz), label: label(hz) }));
    return { unit, ticks: ticks.filter(tick => tick.at <= 1), at };
  }
  const lowest = hzToMel(fMin);
  // Row r's centre is the (r + 1)-th of bins + 2 points evenly apart on the mel scale.
  const at = (hz: number): number => (((hzToMel(hz) - lowest) / (hzToMel(top) - lowest)) * (bins + 1) - 0.5) / bins;
  return { unit, ticks: melTicks(fMin, top, at).map(hz => ({ at: at(hz), label: label(hz) })), at };
}

/** 1-2-5 steps per decade from the top down, without those too close to the one above. */
function melTicks(from: number, to: number, at: (hz: number) => number): number[] {
  const chosen: number[] = [];
  for (let decade = 10 ** Math.floor(Math.log10(to)); decade >= LOWEST_MARK_HZ; decade /= 10) {
    for (const digit of [...NICE].reverse()) {
      const hz = digit * decade;
      const place = at(hz);
      if (hz < from || hz > to || place < 0 || place > 1) continue;
      const above = chosen[0];
      if (above === undefined || at(above) - place >= MIN_MEL_GAP) chosen.unshift(hz);
    }
  }
  return chosen;
}
