// Every plot, as PNG and as SVG, in both themes and from small to large: is it whole and can it be read? And is what it
// shows where its axes say it is? Places are read off the labels of the axes in the SVG; the PNG has the same layout.
import assert from 'node:assert/strict';
import { drawFigure, type Figure, type PictureSettings } from '#src/charts/figures/draw';
import { capitalHeight, textWidth } from '#src/charts/font/stroke-font';
import { contrast } from '#src/charts/surface';
import { THEME, THEMES } from '#src/charts/theme';
import { Spectrogram } from '#src/dsp/spectrogram';
import { DEFAULT_SPECTROGRAM } from '#src/dsp/spectrogram-settings';
import { brightness, type DecodedPicture, decodePng, type Rgb } from '../support/png';
import { parseSvg, type SvgElement, type SvgText, textsOf } from '../support/svg';
import { AUDIO, EXAMPLES } from './examples';

type Settings = Omit<PictureSettings, 'format'>;
const SMALL: Settings = { width: 400, height: 260, theme: 'light' };
const LARGE: Settings = { width: 900, height: 560, theme: 'dark' };

const svgOf = (figure: Figure, settings: Settings = SMALL): SvgElement[] =>
  parseSvg(String(drawFigure(figure, { ...settings, format: 'svg' })));
const pngOf = (figure: Figure, settings: Settings = SMALL): DecodedPicture =>
  decodePng(drawFigure(figure, { ...settings, format: 'png' }) as Buffer);
const rgbOf = (colour: number): Rgb => [(colour >> 16) & 255, (colour >> 8) & 255, colour & 255];

/** Where a text lies: from its baseline up, or leftwards where it is turned. */
function boxOf({ text, x, y, size, anchor, turned, bold }: SvgText) {
  const width = textWidth(text, size, bold);
  const start = -width * { start: 0, middle: 0.5, end: 1 }[anchor]!;
  const height = capitalHeight(size);
  return turned
    ? { left: x - height, right: x, top: y - start - width, bottom: y - start }
    : { left: x + start, right: x + start + width, top: y - height, bottom: y };
}

/** Pixels of the marks of an axis with these labels: at the bottom, at the left or at the right. */
const markX = (texts: SvgText[], label: string): number => {
  const lowest = Math.max(
    ...texts.filter(({ anchor, text }) => anchor === 'middle' && text === label).map(({ y }) => y),
  );
  return texts.find(({ text, y }) => text === label && y === lowest)!.x;
};
const markY = (texts: SvgText[], label: string, anchor = 'end'): number => {
  const found = texts.find(one => one.text === label && one.anchor === anchor && !one.turned);
  assert.ok(found, `no mark ${label} among ${texts.map(({ text }) => text).join(' | ')}`);
  return found.y - capitalHeight(found.size) / 2;
};
/** The pixel of a value, between two marks whose values are known. */
const between =
  ([from, fromPixel]: [number, number], [to, toPixel]: [number, number]) =>
  (value: number): number =>
    fromPixel + ((value - from) / (to - from)) * (toPixel - fromPixel);

/** Corners of the box around a path of an SVG. */
function extentOf({ attributes }: SvgElement) {
  const [, x, y, rest = ''] = /^M(\S+) ([^lZ]+)l?([^Z]*)/.exec(attributes.d)!;
  const points = [[Number(x), Number(y)]];
  const steps = rest.split(' ').filter(Boolean).map(Number);
  for (let i = 0; i < steps.length; i += 2)
    points.push([points.at(-1)![0] + steps[i], points.at(-1)![1] + steps[i + 1]]);
  const [xs, ys] = [points.map(point => point[0]), points.map(point => point[1])];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys), points };
}

describe('every plot', () => {
  for (const kind of Object.keys(EXAMPLES) as Figure['kind'][]) {
    describe(kind, () => {
      const figure = EXAMPLES[kind];
      for (const theme of THEMES) {
        for (const [width, height] of [
          [400, 260],
          [900, 560],
        ]) {
          it(`${theme}, ${width} × ${height}: texts lie within the picture, apart from each other, and contrast at 4.5 to 1`, () => {
            const elements = svgOf(figure, { width, height, theme });
            assert.deepEqual(
              [elements[0].attributes.width, elements[0].attributes.height],
              [String(width), String(height)],
            );
            const texts = textsOf(elements);
            assert.ok(texts.length >= 5, `${texts.length} texts`);
            for (const text of texts) {
              const box = boxOf(text);
              const inside = box.left >= -0.5 && box.right <= width + 0.5 && box.top >= 0 && box.bottom <= height;
              assert.ok(inside, `"${text.text}" at ${JSON.stringify(box)}`);
              assert.ok(text.size >= 10, `"${text.text}" has ${text.size} px`);
              const ground = groundOf(elements, text);
              assert.ok(contrast(text.colour, ground) >= 4.5, `"${text.text}": ${contrast(text.colour, ground)}`);
            }
            assert.deepEqual(overlapping(texts), []);
          });
        }
      }

      it('as PNG has the size asked for, and the colours of the theme', () => {
        for (const settings of [SMALL, LARGE]) {
          const picture = pngOf(figure, settings);
          assert.deepEqual([picture.width, picture.height], [settings.width, settings.height]);
          assert.deepEqual(picture.at(1, 1), rgbOf(THEME[settings.theme].background));
        }
      });

      it('fits into the smallest picture and fills the largest', () => {
        for (const size of [160, 2400])
          assert.ok(drawFigure(figure, { width: size, height: size, theme: 'light', format: 'png' }).length > 500);
      });
    });
  }

  /** What lies behind a text: the last rectangle drawn around its middle before it. */
  function groundOf(elements: SvgElement[], text: SvgText): number {
    const { left, right, top, bottom } = boxOf(text);
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    const behind = elements.filter(({ name, attributes: a }) => {
      const [fromX, fromY] = [Number(a.x ?? 0), Number(a.y ?? 0)];
      return (
        name === 'rect' && x >= fromX && x <= fromX + Number(a.width) && y >= fromY && y <= fromY + Number(a.height)
      );
    });
    return Number.parseInt(behind.at(-1)!.attributes.fill.slice(1), 16);
  }

  function overlapping(texts: SvgText[]): string[] {
    return texts.flatMap((one, i) => {
      const a = boxOf(one);
      const meets = (other: SvgText): boolean => {
        const b = boxOf(other);
        return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
      };
      return texts
        .slice(i + 1)
        .filter(meets)
        .map(other => `${one.text} × ${other.text}`);
    });
  }
});

describe('labels and file names', () => {
  const NASTY = `<script>alert("1")</script> & 'x' ]]> \u0000\u0007\ud800`;

  it('are text in an SVG, whatever they hold', () => {
    const figures: Figure[] = [
      { ...EXAMPLES.counts, title: NASTY, counts: [{ label: NASTY, segments: 3, seconds: 3 }] },
      { ...EXAMPLES.spectrogram, audio: { ...AUDIO, source: NASTY } },
      { ...EXAMPLES.confusion, labels: [NASTY, 'b', 'c'] },
      { ...EXAMPLES['rl-kl'], classes: [NASTY, 'b', 'c'], positiveLabel: NASTY },
      { ...EXAMPLES.scores, series: EXAMPLES.scores.series.map(one => ({ ...one, name: NASTY })) },
      { ...EXAMPLES.roc, curves: [{ ...EXAMPLES.roc.curves[0], name: NASTY }] },
    ];
    for (const figure of figures) {
      const elements = svgOf(figure, LARGE);
      const names = new Set(elements.map(({ name }) => name));
      for (const name of names) assert.ok(['svg', 'title', 'rect', 'path', 'text', 'image'].includes(name), name);
      const attributes = new Set(elements.flatMap(element => Object.keys(element.attributes)));
      assert.deepEqual(
        [...attributes].filter(name => /^on|^xlink/.test(name)),
        [],
      );
      const shown = textsOf(elements).map(({ text }) => text);
      assert.ok(
        shown.some(text => /script>/.test(text)),
        `${figure.kind}: ${shown.join(' | ')}`,
      );
      drawFigure(figure, { ...LARGE, format: 'png' });
    }
  });

  it('of megabytes and of signs that no font has are drawn all the same', () => {
    const label = '冷房🎵'.repeat(200_000);
    assert.equal(pngOf({ ...EXAMPLES.counts, counts: [{ label, segments: 1, seconds: 1 }] }).width, SMALL.width);
    const svg = svgOf({ ...EXAMPLES.counts, title: label, counts: [{ label, segments: 1, seconds: 1 }] });
    assert.ok(textsOf(svg).every(({ text }) => text.length < 1000));
  });
});

describe('spectrogram plot', () => {
  it('shows a tone of 2 kHz from 0.5 to 1 s at just that place', () => {
    const sampleRate = 16000;
    const pcm = Float32Array.from({ length: 2 * sampleRate }, (_, i) => {
      const seconds = i / sampleRate;
      const quiet = 1e-3 * Math.sin(i * i);
      return quiet + (seconds > 0.5 && seconds < 1 ? 0.5 * Math.sin(2 * Math.PI * 2000 * seconds) : 0);
    });
    for (const scale of ['mel', 'linear'] as const) {
      const { values, info } = new Spectrogram({ ...DEFAULT_SPECTROGRAM, sampleRate, frames: 0, scale }).compute(pcm);
      const figure: Figure = { kind: 'spectrogram', values, info, audio: AUDIO };
      const texts = textsOf(svgOf(figure, LARGE));
      assert.ok(texts.some(({ text, turned }) => turned && text === 'frequency (kHz)'));
      assert.ok(texts.some(({ text }) => text === 'time (s)'));
      assert.ok(texts.some(({ text, turned }) => turned && text === 'level (dB)'));
      const picture = pngOf(figure, LARGE);
      const x = between([0, markX(texts, '0')], [1, markX(texts, '1')]);
      const row = Math.round(markY(texts, '2'));
      const at = (seconds: number, y = row) => brightness(picture.at(Math.round(x(seconds)), y));
      for (const seconds of [0.55, 0.75, 0.95]) assert.ok(at(seconds) > 150, `${scale} ${seconds}: ${at(seconds)}`);
      for (const seconds of [0.3, 1.2, 1.8]) assert.ok(at(seconds) < 120, `${scale} ${seconds}: ${at(seconds)}`);
      const elsewhere = Math.round(markY(texts, scale === 'mel' ? '5' : '6'));
      assert.ok(at(0.75, elsewhere) < 120, `${scale}: ${at(0.75, elsewhere)}`);
    }
  });

  it('tells decibels of pictures from 0 to 1 where it is known what these stand for', () => {
    const { info, values } = EXAMPLES.spectrogram;
    const unit = values.map(value => (value + 100) / 200);
    const labels = (more: object) =>
      textsOf(svgOf({ kind: 'spectrogram', values: unit, info: { ...info, normalize: 'minmax', ...more } })).map(
        ({ text }) => text,
      );
    assert.ok(labels({}).includes('level (0…1)'));
    const known = labels({ lowDb: -90, highDb: -10 });
    assert.ok(known.includes('level (dB)') && known.includes('−70'), known.join(' | '));
  });
});

describe('heatmap plot', () => {
  it('marks the peak with a frame at its seconds and frequencies', () => {
    const texts = textsOf(svgOf(EXAMPLES.heatmap));
    const x = between([0, markX(texts, '0')], [1, markX(texts, '1')]);
    const dashed = svgOf(EXAMPLES.heatmap).find(({ attributes }) => 'stroke-dasharray' in attributes)!;
    const { left, right, top, bottom } = extentOf(dashed);
    assert.ok(Math.abs(left - x(0.5)) < 1 && Math.abs(right - x(1)) < 1);
    assert.ok(Math.abs(bottom - markY(texts, '1')) < 1.5 && Math.abs(top - markY(texts, '2')) < 1.5);
  });
});

describe('waveform plot', () => {
  it('reaches as high as the sound, where it is', () => {
    const pcm = new Float32Array(16000).map((_, i) => (i >= 8000 && i < 8400 ? 0.5 : i % 2 === 0 ? 0.01 : -0.01));
    const figure: Figure = { kind: 'waveform', pcm, audio: { ...AUDIO, samples: 16000, seconds: 1 } };
    const texts = textsOf(svgOf(figure));
    assert.ok(
      texts.some(({ text }) => text === 'peak −6.0 dBFS'),
      texts.map(({ text }) => text).join(' | '),
    );
    const outer = svgOf(figure)
      .filter(({ name }) => name === 'path')
      .map(extentOf)
      .find(({ points }) => points.length > 100)!;
    const y = between([0, markY(texts, '0')], [0.2, markY(texts, '0.2')]);
    assert.ok(Math.abs(outer.top - y(0.5)) < 1.5 && Math.abs(outer.bottom - y(-0.01)) < 1.5, JSON.stringify(outer.top));
    const highest = outer.points.find(([, py]) => py === outer.top)!;
    const x = between([0, markX(texts, '0')], [1, markX(texts, '1')]);
    assert.ok(Math.abs(highest[0] - x(0.5)) < 3);
  });

  it('draws silence as a line', () => {
    const texts = textsOf(svgOf({ kind: 'waveform', pcm: new Float32Array(500), audio: AUDIO })).map(
      ({ text }) => text,
    );
    assert.ok(texts.includes('peak 0 (silence)'));
  });
});

describe('scores plot', () => {
  it('has a diamond on each anomaly, a dashed threshold at its height, and says how many', () => {
    const points = Array.from({ length: 20 }, (_, i) => ({
      at: i + 1,
      score: i === 7 ? 4 : 1,
      threshold: 2,
      anomaly: i === 7,
    }));
    const figure: Figure = { kind: 'scores', time: 'number', measure: 'rl', series: [{ name: '', points }] };
    const elements = svgOf(figure);
    const texts = textsOf(elements);
    assert.ok(texts.some(({ text }) => text === '1 of 20 anomalous'));
    const y = between([0, markY(texts, '0')], [2, markY(texts, '2')]);
    const x = between([5, markX(texts, '5')], [10, markX(texts, '10')]);
    const alarm = `#${THEME.light.alarm.toString(16)}`;
    const diamonds = elements.filter(({ attributes }) => attributes.fill === alarm).map(extentOf);
    // The other one is in the legend.
    assert.equal(diamonds.length, 2);
    const { left, right, top, bottom } = diamonds[1];
    assert.ok(Math.abs((left + right) / 2 - x(8)) < 1 && Math.abs((top + bottom) / 2 - y(4)) < 1.5);
    const dashed = elements
      .filter(({ attributes }) => 'stroke-dasharray' in attributes)
      .map(extentOf)
      .at(-1)!;
    assert.ok(Math.abs(dashed.top - y(2)) < 1.5 && dashed.top === dashed.bottom);
  });

  it('turns to a logarithmic axis where scores differ a lot, and says so', () => {
    const points = [1e-4, 2e-4, 3, 1e-4].map((score, i) => ({ at: i + 1, score, anomaly: false }));
    const texts = textsOf(svgOf({ kind: 'scores', time: 'number', measure: '', series: [{ name: '', points }] }));
    assert.ok(texts.some(({ text }) => text === 'score, log scale'));
    const step = markY(texts, '10⁻⁴') - markY(texts, '10⁻²');
    assert.ok(Math.abs(markY(texts, '10⁻²') - markY(texts, '10⁰') - step) <= 1.01);
  });
});

describe('loss plot', () => {
  it('puts each epoch over its number and tells the latest values', () => {
    const figure: Figure = {
      kind: 'loss',
      epochs: [1, 2, 3, 4, 5],
      of: 5,
      series: [{ name: 'loss', values: [5, 4, 3, 2, 1] }],
    };
    const elements = svgOf(figure);
    const texts = textsOf(elements);
    for (const label of ['loss 1', '5 epochs', 'epoch'])
      assert.ok(
        texts.some(({ text }) => text === label),
        label,
      );
    const line = elements
      .filter(({ attributes }) => attributes.fill === 'none')
      .map(extentOf)
      .find(({ points }) => points.length === 5)!;
    const x = between([1, markX(texts, '1')], [5, markX(texts, '5')]);
    const y = between([0, markY(texts, '0')], [2, markY(texts, '2')]);
    line.points.forEach(([px, py], i) => {
      assert.ok(Math.abs(px - x(i + 1)) < 1 && Math.abs(py - y(5 - i)) < 1.5, `epoch ${i + 1}`);
    });
  });

  it('leaves out what was not told, and draws a single epoch', () => {
    for (const values of [
      [Number.NaN, 2, Number.NaN],
      [1, 2, 3],
    ])
      svgOf({ kind: 'loss', epochs: [1, 2, 3], of: 0, series: [{ name: 'loss', values }] });
    svgOf({ kind: 'loss', epochs: [1], of: 10, series: [{ name: 'loss', values: [3] }] });
  });
});

describe('counts plot', () => {
  it('has bars as long as their counts say, with the numbers', () => {
    const elements = svgOf(EXAMPLES.counts);
    const texts = textsOf(elements);
    const x = between([0, markX(texts, '0')], [20, markX(texts, '20')]);
    const bars = elements
      .filter(({ name, attributes }) => name === 'rect' && attributes.fill === '#0072b2')
      .map(({ attributes: a }) => Number(a.x) + Number(a.width));
    [60, 35, 10].forEach((count, i) => {
      assert.ok(Math.abs(bars.sort((one, other) => other - one)[i] - x(count)) < 2, `${count}`);
    });
    assert.ok(texts.some(({ text }) => text === '35 · 70 s'));
  });
});

describe('confusion plot', () => {
  it('tells per cent of the row and numbers; more of the row is darker', () => {
    const elements = svgOf(EXAMPLES.confusion);
    const shown = textsOf(elements).map(({ text }) => text);
    for (const text of ['80 %', '40', '16 %', '8', '84 %', '21', '76 % right (always the commonest: 42 %)'])
      assert.ok(shown.includes(text), text);
    const fills = elements
      .filter(({ name }) => name === 'rect')
      .slice(1)
      .map(({ attributes }) => Number.parseInt(attributes.fill.slice(1), 16));
    const [share80, share16, share4] = fills.map(fill => brightness(rgbOf(fill)));
    assert.ok(share80 < share16 && share16 < share4);
  });

  it('leaves out what does not fit into its cells, and survives an empty class', () => {
    const labels = Array.from({ length: 40 }, (_, i) => `class ${i}`);
    const figure: Figure = { kind: 'confusion', labels, confusion: labels.map(() => labels.map(() => 0)) };
    for (const { text } of textsOf(svgOf(figure))) assert.doesNotMatch(text, /%|NaN/);
  });
});

describe('predictions plot', () => {
  it('marks what was said wrongly in the lane of what was said', () => {
    const labels = ['a', 'b'];
    const predictions = Array.from({ length: 10 }, (_, i) => ({
      seconds: i,
      label: 'a',
      probabilities: i === 6 ? [0.2, 0.8] : [0.9, 0.1],
    }));
    const elements = svgOf({ kind: 'predictions', labels, predictions });
    const texts = textsOf(elements);
    assert.ok(texts.some(({ text }) => text === '1 of 10 wrong'));
    const x = between([0, markX(texts, '0')], [10, markX(texts, '10')]);
    const marks = elements
      .filter(({ attributes }) => attributes.fill === `#${THEME.light.alarm.toString(16)}`)
      .map(extentOf);
    const { left, right, top, bottom } = marks[1];
    assert.ok(Math.abs((left + right) / 2 - x(6.5)) < 1);
    assert.ok((top + bottom) / 2 > (markY(texts, 'a') + markY(texts, 'b')) / 2);
  });
});

describe('rl-kl plot', () => {
  it('draws the boundary where the probability is one half, and tints the positive side', () => {
    const figure = EXAMPLES['rl-kl'];
    const elements = svgOf(figure, LARGE);
    const texts = textsOf(elements);
    const x = between([0.01, markX(texts, '0.01')], [0.05, markX(texts, '0.05')]);
    const ink = `#${THEME.dark.ink.toString(16)}`;
    const boundary = elements
      .filter(({ attributes }) => attributes.stroke === ink && attributes.fill === 'none')
      .map(extentOf);
    assert.equal(boundary.length, 24);
    for (const { left, right } of boundary) assert.ok(Math.abs(left - x(0.03)) < 1 && Math.abs(right - x(0.03)) < 1);
    const picture = pngOf({ ...figure, rl: [0.03], kl: [20], classOf: [0] }, LARGE);
    const row = Math.round(markY(texts, '30'));
    const background = brightness(rgbOf(THEME.dark.background));
    assert.ok(brightness(picture.at(Math.round(x(0.055)), row + 3)) > background + 10);
    assert.ok(Math.abs(brightness(picture.at(Math.round(x(0.005)), row + 3)) - background) < 6);
  });

  it('gives each class a marker of its own, and says how many', () => {
    const texts = textsOf(svgOf(EXAMPLES['rl-kl'])).map(({ text }) => text);
    for (const label of ['healthy · 50', 'propeller-damaged · 50', 'p(unbalanced) > 0.5'])
      assert.ok(texts.includes(label), label);
  });
});

describe('latent plot', () => {
  it('lays classes that lie apart in the space apart on paper', () => {
    const elements = svgOf(EXAMPLES.latent);
    const middles = THEME.light.categories.slice(0, 3).map(colour => {
      const fill = `#${colour.toString(16).padStart(6, '0')}`;
      const marks = elements
        .filter(({ attributes }) => attributes.fill === fill)
        .map(extentOf)
        .slice(1);
      assert.equal(marks.length, 50);
      return [0, 1].map(axis =>
        marks.reduce((sum, { left, right, top, bottom }) => sum + (axis === 0 ? left + right : top + bottom) / 100, 0),
      );
    });
    for (const [a, b] of [
      [0, 1],
      [1, 2],
      [0, 2],
    ]) {
      assert.ok(Math.hypot(middles[a][0] - middles[b][0], middles[a][1] - middles[b][1]) > 60);
    }
  });
});

describe('ROC plot', () => {
  it('draws the curve from corner to corner, and its area', () => {
    const { curves } = EXAMPLES.roc;
    const elements = svgOf({ kind: 'roc', curves: curves.slice(0, 1) });
    const texts = textsOf(elements);
    assert.ok(texts.some(({ text }) => text === 'linear, AUC 0.875'));
    const curve = elements
      .filter(({ attributes }) => attributes.fill === 'none')
      .map(extentOf)
      .find(({ points }) => points.length === 5)!;
    const x = between([0, markX(texts, '0 %')], [80, markX(texts, '80 %')]);
    const y = between([0, markY(texts, '0 %')], [100, markY(texts, '100 %')]);
    curve.points.forEach(([px, py], i) => {
      const [rate, found] = curves[0].points[i];
      assert.ok(Math.abs(px - x(100 * rate)) < 1 && Math.abs(py - y(100 * found)) < 1.5, `point ${i}`);
    });
  });
});

describe('sweep plot', () => {
  it('has RL on the left axis, KL on the right one, and a line at the best weight', () => {
    const elements = svgOf(EXAMPLES.sweep);
    const texts = textsOf(elements);
    const x = between([2, markX(texts, '10²')], [6, markX(texts, '10⁶')]);
    const dashed = elements.filter(({ attributes }) => 'stroke-dasharray' in attributes).map(extentOf);
    assert.ok(dashed.some(({ left, right }) => Math.abs(left - x(8)) < 1 && left === right));
    const logY = between([-1, markY(texts, '0.1', 'start')], [1, markY(texts, '10', 'start')]);
    const lines = elements
      .filter(({ attributes }) => attributes.fill === 'none')
      .map(extentOf)
      .filter(({ points }) => points.length === 10);
    EXAMPLES.sweep.points.forEach(({ kl }, i) => {
      assert.ok(Math.abs(lines[1].points[i][1] - logY(Math.log10(kl))) < 1.5, `kl of point ${i}`);
    });
  });
});
