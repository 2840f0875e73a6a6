/**
 * Whether a property names an environment variable, e.g. `${SAMPLE_RATE}` or `$(SAMPLE_RATE)`: what it stands for is known
 * when the flow starts, not in the editor.
 */
export const isVariable = (value: unknown): value is string =>
  typeof value === 'string' && /^\$\{[^}]+\}$|^\$\([^)]+\)$/.test(value);
