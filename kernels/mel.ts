// From the bins of a spectrum to mel bands.
import { madd } from './simd';

/**
 * Energies of mel bands of four power spectra.
 * @param power [bins] of four float32
 * @param bands for each band the first bin and the number of bins that its filter covers, u32
 * @param weights of the bins covered, one band after the other
 * @param out [count] of four float32; not within `power`
 */
export function melBands(power: usize, bands: usize, weights: usize, count: i32, out: usize): void {
  for (const end = out + (<usize>count << 4); out < end; out += 16) {
    let bin = power + (<usize>load<u32>(bands) << 4);
    let bins = load<u32>(bands, 4);
    // Two sums, so that an addition need not wait for the one before.
    let even = f32x4.splat(0);
    let odd = f32x4.splat(0);
    for (; bins > 1; bins -= 2) {
      even = madd(v128.load(bin), v128.load_splat<f32>(weights), even);
      odd = madd(v128.load(bin, 16), v128.load_splat<f32>(weights, 4), odd);
      bin += 32;
      weights += 8;
    }
    if (bins) {
      even = madd(v128.load(bin), v128.load_splat<f32>(weights), even);
      weights += 4;
    }
    v128.store(out, f32x4.add(even, odd));
    bands += 8;
  }
}
