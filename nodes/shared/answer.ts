// How the package's own routes answer: what goes wrong becomes a status and a sentence.
import type { NodeAPI } from 'node-red';
import { asError, UserError } from '../../src/errors';

type Handler = Parameters<NodeAPI['httpAdmin']['get']>[1];
export type Request = Parameters<Handler>[0];
export type Response = Parameters<Handler>[1];

/** An answer other than 200, in words. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** Tells what is wrong to an editor that speaks another language. */
    readonly code?: string,
  ) {
    super(message);
  }
}

export type Answer = (req: Request, res: Response) => unknown;

/**
 * Errors become answers in words, `{error, code?}`: a route must neither hang nor bring a stack trace to a browser.
 * What the user can mend is a 409.
 */
export function answering(answer: Answer): Answer {
  return async (req, res) => {
    try {
      await answer(req, res);
    } catch (thrown) {
      const error = asError(thrown);
      const known = error instanceof Refusal ? error.status : error instanceof UserError ? 409 : 500;
      const code = error instanceof Refusal || error instanceof UserError ? error.code : undefined;
      if (res.headersSent) res.end();
      else res.status(known).json({ error: known === 500 ? 'something went wrong' : error.message, code });
    }
  };
}

/** Private to the session that asked: no proxy and no other page keeps or frames it. */
export async function sendBytes(res: Response, type: string, pieces: Iterable<Uint8Array>): Promise<void> {
  res.set({ 'Content-Type': type, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
  for (const piece of pieces) {
    res.write(piece);
    await new Promise(setImmediate);
  }
  res.end();
}
