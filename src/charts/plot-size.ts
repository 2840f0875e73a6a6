/** Pixels that a plot may have in each direction. */
export const PLOT_SIZE = { min: 160, max: 2400 };
