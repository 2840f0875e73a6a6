// What a browser shows where Node-RED refuses an answer, or gives none.

/** Which sentence says it where the answer holds none of its own. */
export type RefusalText = 'permission' | 'unreachable' | 'server';

/**
 * @param status of HTTP; 0 where nothing came back
 * @param error the sentence that came with it (nodes/shared/answer.ts), if any
 * @param text looks a sentence up in the browser's language
 */
export function refusalSentence(
  status: number,
  error: string | undefined,
  text: (key: RefusalText, values?: { status: number }) => string,
): string {
  if (status === 401 || status === 403) return text('permission');
  if (status === 0) return text('unreachable');
  return error || text('server', { status });
}
