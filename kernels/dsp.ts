// Everything the spectrograms call: frames → window → Fourier transform → powers → mel bands → decibels, with a frame in
// each SIMD lane (two while float64, four while float32), so that no frame's numbers depend on its neighbours. All
// functions work on addresses in one memory that the caller lays out; none allocates.
export { decibels, rescale } from './decibel';
export { packFrames, powers, realSpectrum, transform } from './fft';
export { melBands } from './mel';
