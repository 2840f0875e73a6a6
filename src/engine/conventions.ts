// Numbers that every engine must use alike, so that a model trained by one goes on the same on another.

/** Adam (D. Kingma & J. Ba, 2015) with the paper's defaults and Keras' epsilon. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;

/** Batch normalisation: Keras' epsilon; how much of the running statistics is kept at each step. */
export const BATCH_NORM = { epsilon: 1e-3, momentum: 0.9 } as const;
