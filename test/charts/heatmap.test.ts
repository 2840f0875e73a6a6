// The picture that goes with an alert, read back and looked at pixel by pixel where it matters.
import assert from 'node:assert/strict';
import { explanationPicture } from '#src/charts/heatmap';
import type { AudioInfo, SpectrogramInfo } from '#src/messages';
import { brightness, type DecodedPicture, decodePng, type Rgb } from '../support/png';
import { spectrogramInfo } from '../support/spectrograms';

const INFO = spectrogramInfo([128, 64], { min: -80, max: 0 });
const AUDIO: AudioInfo = {
  sampleRate: 16000,
  samples: 32768,
  seconds: 2.048,
  startedAt: new Date(2026, 10, 21, 14, 3, 12).getTime(),
  source: 'motor.wav',
  sequence: 0,
  overruns: 0,
};

type Panel = Record<'left' | 'top' | 'right' | 'bottom', number>;

/** The panel around a place: from there to the white paper or to an axis. */
function panelAround(drawn: DecodedPicture, x: number, y: number): Panel {
  const isPaper = ([red, green, blue]: Rgb) => red === green && green === blue && red > 230;
  const isAxis = (colour: Rgb) => colour.join() === '129,139,152';
  const walk = (dx: number, dy: number): number => {
    for (let steps = 1; ; steps++) {
      const colour = drawn.at(x + dx * steps, y + dy * steps);
      if (isPaper(colour) || isAxis(colour)) return steps - 1;
    }
  };
  return { left: x - walk(-1, 0), right: x + walk(1, 0), top: y - walk(0, -1), bottom: y + walk(0, 1) };
}

/** In the middle of the upper and of the lower panel. */
const PANELS: Record<'upper' | 'lower', [number, number]> = { upper: [250, 100], lower: [250, 320] };

describe('explanation picture', () => {
  const [bins, frames] = INFO.shape;
  const panelOf = (drawn: DecodedPicture, which: keyof typeof PANELS) => panelAround(drawn, ...PANELS[which]);
  /** The middle of an element's place in a panel. */
  const place = ({ left, right, top, bottom }: Panel, row: number, frame: number): [number, number] => [
    left + Math.round(((frame + 0.5) / frames) * (right - left)),
    top + Math.round((1 - (row + 0.5) / bins) * (bottom - top)),
  ];

  it('has two panels of one size, one below the other', () => {
    const drawn = decodePng(
      explanationPicture(new Float32Array(bins * frames), new Float32Array(bins * frames), INFO, AUDIO),
    );
    assert.deepEqual([drawn.width, drawn.height], [600, 440]);
    const [upper, lower] = [panelOf(drawn, 'upper'), panelOf(drawn, 'lower')];
    assert.deepEqual([upper.left, upper.right], [lower.left, lower.right]);
    assert.equal(upper.bottom - upper.top, lower.bottom - lower.top);
    assert.ok(upper.right - upper.left > 400 && upper.bottom - upper.top > 110, JSON.stringify(upper));
  });

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
    const drawn = decodePng(explanationPicture(picture, error, INFO, AUDIO));
    for (const which of ['upper', 'lower'] as const) {
      const panel = panelOf(drawn, which);
      assert.ok(brightness(drawn.at(...place(panel, row, frame))) > 170, `spot in the ${which} panel`);
      assert.ok(brightness(drawn.at(...place(panel, 20, 50))) < 110, `elsewhere in the ${which} panel`);
    }
  });

  it('stays dark below where all is as usual', () => {
    const error = new Float32Array(bins * frames).fill(4e-4);
    const drawn = decodePng(explanationPicture(new Float32Array(bins * frames), error, INFO));
    assert.ok(brightness(drawn.at(...place(panelOf(drawn, 'lower'), 64, 32))) < 40);
  });

  it('draws a single unexpected element of a large linear picture', () => {
    const info: SpectrogramInfo = { ...INFO, shape: [513, 2000], scale: 'linear' };
    const error = new Float32Array(513 * 2000);
    error[300 * 2000 + 1000] = 1;
    const drawn = decodePng(explanationPicture(new Float32Array(513 * 2000), error, info));
    let bright = 0;
    const { left, right, top, bottom } = panelOf(drawn, 'lower');
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) if (brightness(drawn.at(x, y)) > 200) bright++;
    }
    assert.equal(bright, 1);
  });

  it('copes with silence, one column, and texts of any kind', () => {
    const silent = new Float32Array(bins * frames).fill(-100);
    decodePng(
      explanationPicture(
        silent,
        silent.map(() => 0),
        INFO,
        { ...AUDIO, source: `${'x'.repeat(300)}.wav` },
      ),
    );
    decodePng(explanationPicture(new Float32Array(5), new Float32Array(5), { ...INFO, shape: [5, 1] }, AUDIO));
    const odd = { ...AUDIO, source: '', startedAt: Number.NaN };
    decodePng(
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
});
