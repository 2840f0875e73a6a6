// What pictures are made of: PNG files, colour scales, letters, lines with smooth edges, places of marks.
import assert from 'node:assert/strict';
import { frequencyAxis, timeTicks } from '#src/charts/axis';
import { colourAt } from '#src/charts/colour-maps';
import { GLYPHS } from '#src/charts/font/glyphs';
import { penWidth, textStrokes, textWidth } from '#src/charts/font/stroke-font';
import { shorten } from '#src/charts/frame';
import { Pixels } from '#src/charts/pixels';
import { encodePng } from '#src/charts/png';
import { clockScale, countScale, fittingScale, linearScale, logScale, number } from '#src/charts/scale';
import { contrast } from '#src/charts/surface';
import { categoryLook, THEME, THEMES } from '#src/charts/theme';
import { niceValues } from '#src/charts/ticks';
import { brightness, decodePng } from '../support/png';
import { spectrogramInfo } from '../support/spectrograms';

const INFO = spectrogramInfo([128, 64], { min: -80, max: 0 });

describe('PNG', () => {
  it('comes back pixel by pixel, with few colours and with many', () => {
    const few = decodePng(encodePng(3, 2, Uint32Array.of(0x010203, 0xfa8000, 0x010203, 0xfa8000, 0xfa8000, 0x010203)));
    assert.deepEqual([few.width, few.height, few.indexed], [3, 2, true]);
    assert.deepEqual(few.at(1, 0), [250, 128, 0]);
    assert.deepEqual(few.at(2, 1), [1, 2, 3]);
    const many = decodePng(
      encodePng(
        20,
        20,
        Uint32Array.from({ length: 400 }, (_, i) => i * 40_000),
      ),
    );
    assert.equal(many.indexed, false);
    assert.deepEqual(many.at(19, 19), [(399 * 40_000) >> 16, ((399 * 40_000) >> 8) & 255, (399 * 40_000) & 255]);
    const exactly = (count: number) =>
      decodePng(
        encodePng(
          count,
          1,
          Uint32Array.from({ length: count }, (_, i) => i),
        ),
      );
    assert.deepEqual([exactly(256).indexed, exactly(257).indexed], [true, false]);
  });

  it('refuses sizes that do not fit', () => {
    assert.throws(() => encodePng(2, 2, new Uint32Array(3)), RangeError);
  });
});

describe('colour maps', () => {
  it('are within 2 % of the published tables', () => {
    const published = {
      viridis: ['#440154', '#3b528b', '#21918c', '#5ec962', '#fde725'],
      magma: ['#000004', '#51127c', '#b73779', '#fc8961', '#fcfdbf'],
    };
    for (const [map, colours] of Object.entries(published)) {
      colours.forEach((hex, i) => {
        const expected = [1, 3, 5].map(at => Number.parseInt(hex.slice(at, at + 2), 16));
        colourAt(map as 'viridis' | 'magma', i / 4).forEach((channel, c) => {
          assert.ok(Math.abs(channel - expected[c]) <= 0.02 * 255, `${map} ${i / 4}: ${channel}, not ${expected[c]}`);
        });
      });
    }
  });

  it('grow brighter all the way and clamp outside', () => {
    for (const map of ['viridis', 'magma'] as const) {
      const steps = Array.from({ length: 65 }, (_, i) => brightness(colourAt(map, i / 64)));
      for (let i = 1; i < steps.length; i++) assert.ok(steps[i] > steps[i - 1] - 0.5, `${map} at ${i / 64}`);
      assert.deepEqual(colourAt(map, -3), colourAt(map, 0));
      assert.deepEqual(colourAt(map, 3), colourAt(map, 1));
    }
  });
});

describe('themes', () => {
  for (const name of THEMES) {
    it(`${name}: text is told from its background at 4.5 to 1, marks at 3 to 1`, () => {
      const { background, ink, muted, axis, alarm, categories } = THEME[name];
      for (const colour of [ink, muted]) assert.ok(contrast(colour, background) >= 4.5, colour.toString(16));
      for (const colour of [axis, alarm, ...categories])
        assert.ok(contrast(colour, background) >= 3, colour.toString(16));
    });

    it(`${name}: no two of the first eight categories share a colour, nor a marker`, () => {
      const looks = Array.from({ length: 8 }, (_, i) => categoryLook(THEME[name], i));
      assert.equal(new Set(looks.map(({ colour }) => colour)).size, 8);
      assert.equal(new Set(looks.map(({ marker }) => marker)).size, 8);
    });
  }

  it('contrast is that of WCAG', () => {
    assert.equal(contrast(0, 0xffffff), 21);
    assert.equal(contrast(0x777777, 0xffffff).toFixed(2), '4.48');
  });
});

describe('letters', () => {
  const drawn = (text: string, size = 12) => {
    const pixels = new Pixels(40, 24, 0xffffff);
    const strokes = textStrokes(text, size).map(stroke =>
      stroke.map((value, i) => (i % 2 === 0 ? 4 + value : 18 - value)),
    );
    pixels.pen(strokes, penWidth(size), 0);
    return pixels.colours;
  };

  it('have a shape of their own for every printable character', () => {
    const shapes = new Set<string>();
    for (let code = 0x20; code <= 0x7e; code++) shapes.add(drawn(String.fromCharCode(code), 16).join());
    assert.equal(shapes.size, 0x7e - 0x20 + 1);
  });

  it('are as wide as those of Helvetica, so that PNG and SVG share a layout', () => {
    // Widths of Adobe's Helvetica, thousandths of the size.
    const widths = { ' ': 278, '0': 556, A: 667, W: 944, i: 222, m: 833, '%': 889 };
    for (const [sign, width] of Object.entries(widths)) assert.equal(GLYPHS[sign][0], width, sign);
    assert.ok(Math.abs(textWidth('10 kHz', 20) - ((2 * 556 + 278 + 500 + 722 + 500) * 20) / 1000) < 1e-9);
  });

  it('wear their accents: Zürich is not Zurich, i loses its dot', () => {
    assert.notDeepEqual(drawn('ü'), drawn('u'));
    assert.equal(textWidth('Zürich', 10), textWidth('Zurich', 10));
    assert.deepEqual(drawn('ü'), drawn('u\u0308'));
    assert.notDeepEqual(drawn('ì'), drawn('i'));
    assert.notDeepEqual(drawn('10⁻³'), drawn('10-3'));
  });

  it('stand on whole pixels: the stem of an l is dark on one column, and nothing is grey beside it', () => {
    for (const size of [10, 11, 12, 14, 16]) {
      const colours = drawn('l', size);
      const row = Array.from({ length: 20 }, (_, x) => 255 - (colours[12 * 40 + x] & 255));
      assert.equal(Math.max(...row), 255, `size ${size}: ${row}`);
      const grey = row.filter(value => value > 0 && value < 255).reduce((sum, value) => sum + value, 0);
      assert.ok(grey < 0.75 * 255, `size ${size}: ${row}`);
    }
  });

  it('that the font does not have are boxes, however many', () => {
    assert.deepEqual(drawn('冷'), drawn('熱'));
    assert.ok(textWidth('冷', 10) > textWidth('W', 10));
    assert.doesNotThrow(() => textStrokes('\ud800 \u0000 \u{1f600}', 12));
  });

  it('of labels that are too long give way in the middle', () => {
    const name = 'recording_of_the_pump_20260101.wav';
    const short = shorten(name, 100, 12);
    assert.ok(textWidth(short, 12) <= 100 && short.startsWith('rec') && short.endsWith('wav'), short);
    assert.equal(shorten(name, 1000, 12), name);
    assert.equal(shorten('x'.repeat(5_000_000), 100, 12), shorten('x'.repeat(1000), 100, 12));
  });
});

describe('pixels', () => {
  const black = (pixels: Pixels): number => {
    let sum = 0;
    for (const colour of pixels.colours) sum += 1 - (colour & 255) / 255;
    return sum;
  };

  it('are covered by as much as a shape has area, wherever it lies', () => {
    for (const [x, y] of [
      [5, 5],
      [5.3, 5.7],
      [7.51, 4.99],
    ]) {
      const pixels = new Pixels(40, 40, 0xffffff);
      pixels.fill(
        [
          [x, y],
          [x + 20, y + 3],
          [x + 12, y + 25],
        ],
        0,
      );
      const area = Math.abs(20 * 25 - 3 * 12) / 2;
      assert.ok(Math.abs(black(pixels) - area) < 0.03 * area, `${black(pixels)} of ${area}`);
    }
  });

  it('of a box between pixels are half covered at its edges', () => {
    const pixels = new Pixels(10, 10, 0xffffff);
    pixels.fill(
      [
        [2.5, 3],
        [6.5, 3],
        [6.5, 5],
        [2.5, 5],
      ],
      0,
    );
    const row = Array.from({ length: 10 }, (_, x) => pixels.colours[3 * 10 + x] & 255);
    assert.deepEqual([row[1], row[3], row[5], row[7]], [255, 0, 0, 255]);
    for (const edge of [row[2], row[6]]) assert.ok(Math.abs(edge - 128) <= 9, String(edge));
  });

  it('of crossing lines are painted once', () => {
    const pixels = new Pixels(30, 30, 0xffffff);
    pixels.pen(
      [
        [5, 15, 25, 15],
        [15, 5, 15, 25],
      ],
      3,
      0,
      0.5,
    );
    const darkest = Math.min(...Array.from(pixels.colours, colour => colour & 255));
    assert.ok(Math.abs(darkest - 128) <= 1, String(darkest));
  });

  it('outside are not touched, nor those that are clipped', () => {
    const pixels = new Pixels(10, 10, 0xffffff);
    pixels.clip({ left: 3, top: 3, width: 4, height: 4 }, () => {
      pixels.fill(
        [
          [-50, -50],
          [60, -50],
          [60, 60],
          [-50, 60],
        ],
        0,
      );
      pixels.pen([[-20, 5, 30, 5.5]], 2, 0xff0000);
    });
    assert.equal(black(pixels) >= 8 && black(pixels) <= 16, true);
    assert.equal(pixels.colours[0], 0xffffff);
    assert.equal(pixels.colours[2 * 10 + 5], 0xffffff);
  });
});

describe('axes', () => {
  it('are marked at round values', () => {
    assert.deepEqual(niceValues(0, 2, 9), [0, 0.5, 1, 1.5, 2]);
    assert.deepEqual(niceValues(0, 0.3, 4), [0, 0.1, 0.2, 0.3]);
    assert.deepEqual(timeTicks(1, 6)[1], { at: 0.2, label: '0.2' });
  });

  it('say kHz for high and Hz for low sound', () => {
    assert.equal(frequencyAxis(INFO).unit, 'kHz');
    assert.deepEqual(
      frequencyAxis(INFO).ticks.map(({ label }) => label),
      ['0.5', '1', '2', '5'],
    );
    const low = frequencyAxis({ ...INFO, scale: 'linear', sampleRate: 2000, fMax: 1000, shape: [513, 10] });
    assert.equal(low.unit, 'Hz');
    assert.deepEqual(
      low.ticks.map(({ label }) => label),
      ['0', '200', '400', '600', '800', '1000'],
    );
  });

  it('put a frequency beside the row that shows it', () => {
    // 128 bands: band r is centred on the (r + 1)-th of 130 points on Slaney's scale; 1 kHz is mel 15, 8 kHz mel 45.25.
    const { at } = frequencyAxis(INFO).ticks.find(({ label }) => label === '1')!;
    const mel8000 = 15 + Math.log(8) / (Math.log(6.4) / 27);
    assert.ok(Math.abs(at * 128 - ((15 / mel8000) * 129 - 0.5)) < 1e-9);
    const linear = frequencyAxis({ ...INFO, scale: 'linear', shape: [513, 64] });
    const four = linear.ticks.find(({ label }) => label === '4')!;
    assert.ok(Math.abs(four.at - 256.5 / 513) < 1e-12);
  });

  it('count in whole numbers, powers of ten and clock times', () => {
    const labels = (ticks: { label: string }[]) => ticks.map(({ label }) => label);
    assert.deepEqual(labels(countScale(0.5, 3.5).ticks(9)), ['1', '2', '3']);
    assert.deepEqual(labels(logScale(1, 1e9).ticks(4)), ['10⁰', '10³', '10⁶', '10⁹']);
    assert.deepEqual(labels(logScale(0.01, 100).ticks(9)), ['0.01', '0.1', '1', '10', '100']);
    assert.deepEqual(labels(logScale(0.9, 60).ticks(9)), ['1', '2', '5', '10', '20', '50']);
    const noon = new Date(2026, 5, 1, 12, 0, 0).getTime();
    assert.deepEqual(labels(clockScale(noon, noon + 60_000).ticks(5)), [
      '12:00:00',
      '12:00:15',
      '12:00:30',
      '12:00:45',
      '12:01:00',
    ]);
    assert.deepEqual(labels(clockScale(noon + 1, noon + 7_200_000).ticks(5)), ['12:30', '13:00', '13:30', '14:00']);
  });

  it('put values where they belong', () => {
    assert.equal(linearScale(10, 20).at(15), 0.5);
    assert.equal(logScale(1, 100).at(10), 0.5);
    const { at } = fittingScale([3, 4, 5]);
    assert.ok(at(3) > 0 && at(5) < 1 && at(4) > at(3));
    assert.deepEqual([number(-0.5), number(2e6), number(1e-7), number(1000)], ['−0.5', '2·10⁶', '10⁻⁷', '1000']);
  });

  it('survive values that are all the same, or none', () => {
    for (const scale of [
      fittingScale([5, 5]),
      fittingScale([]),
      fittingScale([0]),
      countScale(1, 1),
      clockScale(0, 0),
      logScale(3, 3),
    ]) {
      assert.ok(Number.isFinite(scale.at(0.5)));
      assert.ok(scale.ticks(5).every(({ at }) => Number.isFinite(at)));
    }
    assert.deepEqual(niceValues(-1e308, 1.5e308, 5), []);
  });
});
