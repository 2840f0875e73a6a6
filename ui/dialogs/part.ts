/** A part of a dialog that goes on until the dialog is closed: what `start` of each entry here returns. */
export interface DialogPart {
  close(): void;
}

/** What this dialog calls itself towards Node-RED, not to be guessed: 32 hexadecimal digits. */
export function dialogName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}
