// Waiting in tests: always for a condition, always with a limit, and with words that say what was waited for.

/** Rejects with what was awaited when `promise` takes longer than `milliseconds`. */
export async function within<T>(milliseconds: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks again every `every` ms until `ask` gives something other than undefined or false. */
export async function until<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  { timeout = 10_000, every = 50 } = {},
): Promise<T> {
  const end = Date.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`no ${what} within ${timeout} ms`);
    await sleep(every);
  }
}

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise(resolve => {
    setTimeout(resolve, milliseconds);
  });

/**
 * Keeps everything that arrives, so that a test can ask for the next item matching a condition without racing.
 * Items asked for are looked up from `from` on, an index into `items`.
 */
export class Inbox<T> {
  readonly items: T[] = [];
  private readonly listeners = new Set<() => void>();

  push(item: T): void {
    this.items.push(item);
    for (const listener of [...this.listeners]) listener();
  }

  /** The first item from index `from` on that fits; waits for it at most `timeout` ms. */
  async find(what: string, fits: (item: T) => boolean = () => true, { timeout = 10_000, from = 0 } = {}): Promise<T> {
    const [item] = await this.take(what, 1, fits, { timeout, from });
    return item;
  }

  /** The first `count` items from index `from` on that fit. */
  async take(
    what: string,
    count: number,
    fits: (item: T) => boolean = () => true,
    { timeout = 10_000, from = 0 } = {},
  ): Promise<T[]> {
    const fitting = () => this.items.slice(from).filter(fits).slice(0, count);
    let wake = () => {};
    const enough = new Promise<T[]>(resolve => {
      wake = () => {
        const found = fitting();
        if (found.length === count) resolve(found);
      };
    });
    this.listeners.add(wake);
    wake();
    try {
      return await within(timeout, count === 1 ? what : `${count} × ${what}`, enough);
    } catch (error) {
      const message = (error as Error).message;
      throw new Error(`${message}; ${fitting().length} of ${this.items.length} received fitted`);
    } finally {
      this.listeners.delete(wake);
    }
  }
}
