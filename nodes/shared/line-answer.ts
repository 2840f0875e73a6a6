// Answers that go on for a while, for tools in edit dialogs: lines of JSON as they come. Whatever works for them ends when
// the dialog is closed, the browser gone or the time over; of each kind of work one goes on at a time.
import { asError, UserError } from '../../src/errors';
import type { ProblemLine } from '../../src/live/dialog-messages';
import type { Request, Response } from './answer';
import { formOf } from './routes';

/** Sends a line. */
export type Tell<Line> = (line: Line) => void;
/** Tells what it finds and settles soon after the signal, with nothing of it left. */
export type Work<Line> = (form: object, tell: Tell<Line>, signal: AbortSignal) => Promise<void>;

/** Lines that wait for a slow reader; beyond, the answer is given up. */
const MAX_WAITING_BYTES = 16 * 2 ** 20;

interface Running {
  dialog: string;
  abort: AbortController;
  over: Promise<void>;
}

/**
 * A handler for POST requests with `{dialog, …form}`: `dialog` is any text that is the same for all requests of one
 * dialog. What a dialog asks anew takes the place of what it asked before; another dialog gets 409. Errors are lines,
 * too: `{problem}`, in words.
 * @param busy what somebody else is told while the work goes on
 * @param seconds after which the work is ended, whatever it does
 */
export function lineHandler<Line extends object>(
  { busy, seconds }: { busy: string; seconds: number },
  work: Work<Line | ProblemLine>,
): (req: Request, res: Response) => Promise<void> {
  let running: Running | undefined;
  return async (req, res) => {
    const form = formOf(req);
    const dialog = String(form.dialog ?? '');
    while (running) {
      if (running.dialog !== dialog || dialog === '') return void res.status(409).json({ error: busy });
      running.abort.abort();
      await running.over;
    }
    const abort = new AbortController();
    res.on('close', () => abort.abort());
    const over = answer(res, abort, seconds, (tell, signal) => work(form, tell, signal));
    running = { dialog, abort, over };
    await over;
    running = undefined;
  };
}

async function answer<Line extends object>(
  res: Response,
  abort: AbortController,
  seconds: number,
  work: (tell: Tell<Line | ProblemLine>, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  res.set({
    ...{ 'Content-Type': 'application/x-ndjson; charset=utf-8', 'Cache-Control': 'no-store' },
    // Proxies that collect answers would hold back the lines.
    ...{ 'X-Content-Type-Options': 'nosniff', 'X-Accel-Buffering': 'no' },
  });
  res.flushHeaders();
  const tell: Tell<Line | ProblemLine> = line => {
    if (res.writableLength > MAX_WAITING_BYTES) abort.abort();
    else if (!res.destroyed) res.write(`${JSON.stringify(line)}\n`);
  };
  const timer = setTimeout(() => {
    tell({ problem: `no end of it within ${seconds} s, so it was given up.` });
    abort.abort();
  }, 1000 * seconds);
  try {
    await work(tell, abort.signal);
  } catch (thrown) {
    tell({
      problem: thrown instanceof UserError ? thrown.message : `something went wrong: ${asError(thrown).message}`,
    });
  } finally {
    clearTimeout(timer);
    res.end();
  }
}
