// What to do about a file that could not be written.
const ADVICE: Record<string, string> = {
  ENOSPC: 'The disk is full: free some space',
  EDQUOT: "The user's disk quota is used up: free some space",
  EACCES: "Node-RED's user may not write there: change the folder's permissions or choose another folder",
  EPERM: "Node-RED's user may not write there: change the folder's permissions or choose another folder",
  EROFS: 'The disk is mounted read-only: choose another folder',
  ENOTDIR: 'A part of the path is a file: choose another folder',
  EEXIST: 'A file of that name is in the way of the folder: choose another folder',
  EISDIR: 'A folder of that name is in the way of the file: choose another folder',
};

/** A sentence without its full stop, by the system's error code. */
export function writeAdvice(thrown: unknown): string {
  return ADVICE[(thrown as NodeJS.ErrnoException).code ?? ''] ?? 'Check the disk and the folder';
}
