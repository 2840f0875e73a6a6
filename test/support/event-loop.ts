// Whether the event loop of this process stays free while something is under way: by counting its turns, which another
// program that wants the processor cannot change. How long a turn takes is for bench/event-loop.mjs to tell.

/** Many more than there are pieces of work on this thread, far fewer than a thread's work leaves room for. */
export const TURNS_OF_A_FREE_LOOP = 30;

/**
 * How often the event loop turns until `work` is done: hardly ever where the work is done on this thread in one go.
 * @param pause milliseconds between the turns that are counted; 0 counts every one, and leaves no core for others
 */
export async function turnsDuring(work: () => Promise<unknown>, pause = 1): Promise<number> {
  let turns = 0;
  let isOver = false;
  const next = (): unknown => (pause > 0 ? setTimeout(count, pause) : setImmediate(count));
  const count = (): void => {
    turns++;
    if (!isOver) next();
  };
  next();
  try {
    await work();
    return turns;
  } finally {
    isOver = true;
  }
}
