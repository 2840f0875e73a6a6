// The Kaiser window, for filters made by windowing a sinc.
// J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", 1974.

/** Its value at `x` in −1…1; 0 outside. `beta` trades the width of the edge for the depth of the stop band. */
export function kaiser(x: number, beta: number): number {
  return Math.abs(x) >= 1 ? 0 : besselI0(beta * Math.sqrt(1 - x * x)) / besselI0(beta);
}

export function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  let sum = 1;
  for (let k = 1, term = 1; term > sum * 1e-17; k++) sum += term *= (x / (2 * k)) ** 2;
  return sum;
}
