// A file that is sent in the body of a request, taken in as it comes. Few are taken at a time, and none for long: one that
// stalls must not keep others out.
import { Refusal, type Request, type Response } from '../shared/answer';

export const UPLOAD_LIMITS = {
  bytes: 20_000_000,
  /** At a time. */
  files: 2,
  /** Nothing may have come for this long, … */
  stallMs: 10_000,
  /** … and this is the longest that a file may take: a slow wireless network has 2 Mbit/s. */
  allMs: 90_000,
};

export class Uploads {
  private running = 0;

  constructor(private readonly limits = UPLOAD_LIMITS) {}

  /**
   * @param take is given all the bytes of the file; the next file waits for it
   * @throws Refusal 400 not sent to its end, 408 too slow, 409 others are being sent, 411 no length, 413 too large
   */
  async take<Result>(req: Request, res: Response, take: (bytes: Uint8Array) => Promise<Result>): Promise<Result> {
    if (this.running >= this.limits.files) {
      throw new Refusal(409, 'other files are being sent just now; try again in a moment', 'busy');
    }
    this.running++;
    try {
      return await take(await this.receive(req, res));
    } finally {
      this.running--;
    }
  }

  private async receive(req: Request, res: Response): Promise<Uint8Array> {
    const { stallMs, allMs } = this.limits;
    const bytes = new Uint8Array(this.lengthOf(req));
    let at = 0;
    let timers: NodeJS.Timeout[] = [];
    try {
      await new Promise<void>((resolve, reject) => {
        const giveUp = (milliseconds: number) => () => {
          // What is still to come is not waited for.
          res.set('Connection', 'close');
          reject(new Refusal(408, `the file was not sent within ${milliseconds / 1000} s; try again`, 'too-slow'));
        };
        const stall = setTimeout(giveUp(stallMs), stallMs);
        timers = [stall, setTimeout(giveUp(allMs), allMs)];
        req.on('data', (part: Buffer) => {
          stall.refresh();
          bytes.set(part, at);
          at += part.length;
        });
        req.on('end', resolve);
        req.on('error', reject);
        req.on('close', () => reject(new Refusal(400, 'the file was not sent to its end')));
      });
    } finally {
      for (const timer of timers) clearTimeout(timer);
    }
    return bytes;
  }

  private lengthOf({ headers }: Request): number {
    const length = Number(headers['content-length']);
    if (!(length >= 0)) throw new Refusal(411, 'expected the length of the file (Content-Length)');
    if (length <= this.limits.bytes) return length;
    const [most, got] = [this.limits.bytes, length].map(count => (count / 1e6).toFixed(1));
    throw new Refusal(413, `the file has ${got} MB, a preview takes ${most}; choose a shorter one`, 'too-large');
  }
}
