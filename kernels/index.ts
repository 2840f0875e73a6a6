// Everything the library calls. All functions work on addresses in one shared memory that the caller lays out; none
// allocates.
export { convFilterGradient, convRows, convRowsSingle, packDown, packUp } from './conv';
export {
  denseForward,
  denseInputGradient,
  denseInputGradientLong,
  denseWeightGradient,
} from './dense';
export {
  adam,
  addTo,
  channelAffine,
  channelGradient,
  channelSums,
  reluBiasGradient,
  sigmoid,
  squaredError,
  sumOfSquares,
} from './elementwise';
export { packWinogradDown, packWinogradUp, winograd } from './winograd';
export { winogradFilterGradient } from './winograd-gradient';
