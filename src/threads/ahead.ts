// How far a stream may be read ahead of its reader, so that neither memory nor the event loop depends on how much there
// is to read.

const MAX_EVENTS = 4;
const MAX_BYTES = 32 * 2 ** 20;

export class Ahead {
  /** Bytes of the events that have not been taken, the oldest first. */
  private readonly sizes: number[] = [];
  private bytes = 0;
  private resume: (() => void) | undefined;

  /** Waits until another event may be sent: one may be on its way whatever its size. */
  async room(): Promise<void> {
    while (!this.hasRoom()) await new Promise<void>(resolve => (this.resume = resolve));
  }

  sent(bytes: number): void {
    this.sizes.push(bytes);
    this.bytes += bytes;
  }

  taken(): void {
    this.bytes -= this.sizes.shift() ?? 0;
    if (this.hasRoom()) this.resume?.();
  }

  private hasRoom(): boolean {
    return this.sizes.length < MAX_EVENTS && (this.sizes.length === 0 || this.bytes < MAX_BYTES);
  }
}
