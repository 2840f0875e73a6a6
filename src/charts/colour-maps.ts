// Colour scales that grow evenly brighter, so that they read right in grey and for colour-blind eyes. Viridis and magma
// by Stéfan van der Walt and Nathaniel Smith (CC0, https://github.com/BIDS/colormap), as polynomials of degree 6
// fitted by Matt Zucker (CC0, https://www.shadertoy.com/view/WlfXRN); within 2 % of the tables.

export type ColourMap = 'viridis' | 'magma';

/** Per power of t, constant first: red, green, blue. */
const COEFFICIENTS: Record<ColourMap, readonly (readonly [number, number, number])[]> = {
  viridis: [
    [0.2777273272234177, 0.005407344544966578, 0.3340998053353061],
    [0.1050930431085774, 1.404613529898575, 1.384590162594685],
    [-0.3308618287255563, 0.214847559468213, 0.09509516302823659],
    [-4.634230498983486, -5.799100973351585, -19.33244095627987],
    [6.228269936347081, 14.17993336680509, 56.69055260068105],
    [4.776384997670288, -13.74514537774601, -65.35303263337234],
    [-5.435455855934631, 4.645852612178535, 26.3124352495832],
  ],
  magma: [
    [-0.002136485053939582, -0.000749655052795221, -0.005386127855323933],
    [0.2516605407371642, 0.6775232436837668, 2.494026599312351],
    [8.353717279216625, -3.577719514958484, 0.3144679030132573],
    [-27.66873308576866, 14.26473078096533, -13.64921318813922],
    [52.17613981234068, -27.94360607168351, 12.94416944238394],
    [-50.76852536473588, 29.04658282127291, 4.23415299384598],
    [18.65570506591883, -11.48977351997711, -5.601961508734096],
  ],
};

/**
 * The colour at `t` in 0…1 (values outside are clamped).
 * @returns red, green, blue, each 0…255
 */
export function colourAt(map: ColourMap, t: number): [number, number, number] {
  const at = Math.min(1, Math.max(0, t));
  const channel = (index: number): number => {
    const value = COEFFICIENTS[map].reduceRight((sum, powers) => sum * at + powers[index], 0);
    return Math.round(255 * Math.min(1, Math.max(0, value)));
  };
  return [channel(0), channel(1), channel(2)];
}

/** `steps` colours from the darkest to the brightest, 0xRRGGBB. */
export function paletteOf(map: ColourMap, steps: number): number[] {
  return Array.from({ length: steps }, (_, i) => {
    const [red, green, blue] = colourAt(map, steps > 1 ? i / (steps - 1) : 0);
    return (red << 16) | (green << 8) | blue;
  });
}
