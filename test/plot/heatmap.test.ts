// Pictures: the PNG is read back (decompressed, checksums checked) and looked at pixel by pixel where it matters.
import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';
import type { AudioInfo, SpectrogramInfo } from '#src/messages';
import { frequencyAxis, niceValues, timeTicks } from '#src/plot/axis';
import { dot, printable } from '#src/plot/bitmap-font';
import { Canvas, textWidth } from '#src/plot/canvas';
import { colourAt } from '#src/plot/colour-maps';
import { explanationPicture } from '#src/plot/heatmap';
import { encodePng } from '#src/plot/png';

interface Picture {
  width: number;
  height: number;
  at(x: number, y: number): [number, number, number];
}

/** CRC-32 bit by bit, as the PNG specification defines it. */
function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** Reads a PNG of indexed colours, one byte per pixel, no filters. */
function decode(png: Buffer): Picture {
  assert.equal(png.toString('latin1', 0, 8), '\x89PNG\r\n\x1a\n');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    assert.equal(png.readUInt32BE(at + 8 + length), crc32(png.subarray(at + 4, at + 8 + length)));
    chunks.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  assert.deepEqual([...chunks.keys()], ['IHDR', 'PLTE', 'IDAT', 'IEND']);
  const header = chunks.get('IHDR')!;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  assert.deepEqual([...header.subarray(8)], [8, 3, 0, 0, 0]);
  const rows = inflateSync(chunks.get('IDAT')!);
  assert.equal(rows.length, (width + 1) * height);
  const palette = chunks.get('PLTE')!;
  return {
    width,
    height,
    at(x, y) {
      assert.equal(rows[y * (width + 1)], 0);
      const colour = 3 * rows[y * (width + 1) + 1 + x];
      return [palette[colour], palette[colour + 1], palette[colour + 2]];
    },
  };
}

const brightness = ([red, green, blue]: [number, number, number]) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;

const INFO: SpectrogramInfo = {
  shape: [128, 64],
  sampleRate: 16000,
  fftSize: 1024,
  hopLength: 512,
  window: 'hann',
  scale: 'mel',
  fMin: 0,
  fMax: 8000,
  normalize: 'model',
  min: -80,
  max: 0,
};
const AUDIO: AudioInfo = {
  sampleRate: 16000,
  samples: 32768,
  seconds: 2.048,
  startedAt: new Date(2026, 10, 21, 14, 3, 12).getTime(),
  source: 'motor.wav',
  sequence: 0,
  overruns: 0,
};

describe('PNG', () => {
  it('comes back pixel by pixel', () => {
    const palette: [number, number, number][] = [
      [1, 2, 3],
      [250, 128, 0],
    ];
    const picture = decode(encodePng(3, 2, Uint8Array.of(0, 1, 0, 1, 1, 0), palette));
    assert.deepEqual([picture.width, picture.height], [3, 2]);
    assert.deepEqual(picture.at(1, 0), [250, 128, 0]);
    assert.deepEqual(picture.at(2, 1), [1, 2, 3]);
  });

  it('refuses sizes and palettes that do not fit', () => {
    assert.throws(() => encodePng(2, 2, new Uint8Array(3), [[0, 0, 0]]), RangeError);
    assert.throws(() => encodePng(1, 1, new Uint8Array(1), []), RangeError);
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

describe('text', () => {
  it('has a shape of its own for every printable character', () => {
    const shapes = new Set<string>();
    for (let code = 0x20; code <= 0x7e; code++) {
      const sign = String.fromCharCode(code);
      let shape = '';
      for (let y = 0; y < 8; y++) for (let x = 0; x < 5; x++) shape += dot(sign, x, y) ? '#' : '.';
      shapes.add(shape);
    }
    assert.equal(shapes.size, 0x7e - 0x20 + 1);
  });

  it('shows letters with accents without them and other signs as ?', () => {
    assert.equal(printable('Zürich 冷 ß ok'), 'Zurich ? ? ok');
  });

  it('is drawn where it is asked for and cut off at the edges', () => {
    const canvas = new Canvas(12, 8, 0);
    canvas.text('TT', 0, 0, 1, 1);
    // The bar of a T is its top row.
    assert.deepEqual([...canvas.pixels.subarray(0, 12)], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0]);
    canvas.text('long text that goes far beyond', -7, -3, 1, 3);
    assert.equal(textWidth('TT', 1), 11);
    assert.equal(textWidth('', 2), 0);
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
});

describe('explanation picture', () => {
  const [bins, frames] = INFO.shape;
  const LEFT = 62;
  const PLOT_WIDTH = 524;
  const PLOT_HEIGHT = 142;
  /** The middle of an element's place in a panel. */
  const place = (top: number, row: number, frame: number): [number, number] => [
    LEFT + Math.round(((frame + 0.5) / frames) * PLOT_WIDTH),
    top + Math.round((1 - (row + 0.5) / bins) * PLOT_HEIGHT),
  ];

  it('shows a loud and unexpected spot in its place in both panels', () => {
    const picture = new Float32Array(bins * frames).map((_, i) => -70 + (i % 7));
    const error = new Float32Array(bins * frames).fill(1e-4);
    const [row, frame] = [100, 16];
    for (let r = row - 2; r <= row + 2; r++) {
      for (let f = frame - 1; f <= frame + 1; f++) {
        picture[r * frames + f] = -5;
        error[r * frames + f] = 0.25;
      }
    }
    const drawn = decode(explanationPicture(picture, error, INFO, AUDIO));
    assert.deepEqual([drawn.width, drawn.height], [600, 420]);
    for (const top of [64, 240]) {
      assert.ok(brightness(drawn.at(...place(top, row, frame))) > 170, `spot in the panel at ${top}`);
      assert.ok(brightness(drawn.at(...place(top, 20, 50))) < 110, `elsewhere in the panel at ${top}`);
    }
  });

  it('stays dark below where all is as usual', () => {
    const error = new Float32Array(bins * frames).fill(4e-4);
    const drawn = decode(explanationPicture(new Float32Array(bins * frames), error, INFO));
    assert.ok(brightness(drawn.at(...place(240, 64, 32))) < 40);
  });

  it('draws a single unexpected element of a large linear picture', () => {
    const info: SpectrogramInfo = { ...INFO, shape: [513, 2000], scale: 'linear' };
    const error = new Float32Array(513 * 2000);
    error[300 * 2000 + 1000] = 1;
    const drawn = decode(explanationPicture(new Float32Array(513 * 2000), error, info));
    let bright = 0;
    for (let y = 240; y < 240 + PLOT_HEIGHT; y++) {
      for (let x = LEFT; x < LEFT + PLOT_WIDTH; x++) if (brightness(drawn.at(x, y)) > 200) bright++;
    }
    assert.equal(bright, 1);
  });

  it('copes with silence, one column, and texts of any kind', () => {
    const silent = new Float32Array(bins * frames).fill(-100);
    decode(
      explanationPicture(
        silent,
        silent.map(() => 0),
        INFO,
        { ...AUDIO, source: `${'x'.repeat(300)}.wav` },
      ),
    );
    decode(explanationPicture(new Float32Array(5), new Float32Array(5), { ...INFO, shape: [5, 1] }, AUDIO));
    const odd = { ...AUDIO, source: '', startedAt: Number.NaN };
    decode(
      explanationPicture(
        silent,
        silent.map(() => 0),
        INFO,
        odd,
      ),
    );
  });

  it('refuses arrays that do not fit the shape', () => {
    const whole = new Float32Array(bins * frames);
    assert.throws(() => explanationPicture(whole, new Float32Array(3), INFO), { code: 'payload-size' });
  });

  it('takes less than 30 ms of a processor', () => {
    const picture = new Float32Array(513 * 128).map((_, i) => -((i * 7919) % 80));
    const error = picture.map(value => (value / 800) ** 2);
    const info: SpectrogramInfo = { ...INFO, shape: [513, 128], scale: 'linear' };
    // Processor time, and the best of many: what else runs on the machine is not judged here.
    const times = Array.from({ length: 20 }, () => {
      const before = process.cpuUsage();
      explanationPicture(picture, error, info, AUDIO);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    });
    assert.ok(Math.min(...times) < 30, times.map(time => time.toFixed(1)).join(' '));
  });
});
