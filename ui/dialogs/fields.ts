// The fields of the dialog that is open, as they stand.

export type FieldElement = HTMLInputElement | HTMLSelectElement;

/** An input or select of the form; undefined where the form has none of that name. */
export const inputOf = (name: string): FieldElement | undefined =>
  (document.getElementById(`node-input-${name}`) as FieldElement | null) ?? undefined;

/** What stands in it; of a box whether it is ticked. */
export function fieldOf(name: string): string | boolean {
  const input = inputOf(name);
  return input?.type === 'checkbox' ? (input as HTMLInputElement).checked : (input?.value ?? '');
}

/** Of a field that is no box. */
export const textOf = (name: string): string => String(fieldOf(name));

export const fieldsOf = (names: readonly string[]): Record<string, string | boolean> =>
  Object.fromEntries(names.map(name => [name, fieldOf(name)]));

/**
 * Calls back when one of them changes; by jQuery, through which the editor itself changes fields.
 * @returns ends that
 */
export function onFieldChange(inputs: readonly (HTMLElement | null | undefined)[], changed: () => void): () => void {
  const watched = $(inputs.filter(input => input instanceof HTMLElement));
  watched.on('input change', changed);
  return () => watched.off('input change', changed);
}
