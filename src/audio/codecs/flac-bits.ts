// Bits of a FLAC frame, the highest of each byte first.

/** The bytes at hand end within a frame: there may be more of them in the file. */
export class OutOfBits extends Error {}

/** Zeros behind the bytes, so that looking ahead needs no checks. */
const SPARE = 8;

export class BitReader {
  private readonly bytes: Uint8Array;
  private readonly end: number;
  /** Position in bits. */
  private at: number;

  /** @param from where to begin, in bytes */
  constructor(
    readonly source: Uint8Array,
    from = 0,
  ) {
    this.bytes = new Uint8Array(source.length + SPARE);
    this.bytes.set(source);
    this.end = source.length * 8;
    this.at = from * 8;
  }

  /** Whole bytes from here on. */
  get byte(): number {
    return Math.ceil(this.at / 8);
  }

  alignToByte(): void {
    this.at = this.byte * 8;
  }

  /** @param count 0 to 48 */
  unsigned(count: number): number {
    if (count > 32) return this.unsigned(count - 24) * 2 ** 24 + this.unsigned(24);
    if (count === 0) return 0;
    const value = this.peek() >>> (32 - count);
    this.skip(count);
    return value;
  }

  /** Two's complement. @param count 0 to 48 */
  signed(count: number): number {
    if (count === 0) return 0;
    const value = this.unsigned(count);
    return value >= 2 ** (count - 1) ? value - 2 ** count : value;
  }

  /** How many zeros there are before the next one, which is read too. */
  unary(): number {
    for (let zeros = 0; ; ) {
      const ahead = Math.clz32(this.peek());
      if (ahead < 32) {
        this.skip(ahead + 1);
        return zeros + ahead;
      }
      zeros += 32;
      this.skip(32);
    }
  }

  /**
   * Rice codes (RFC 9639, section 9.2.7.2): the quotient in unary, then `parameter` bits; even numbers stand for 0 and
   * above, odd ones for those below.
   */
  rice(parameter: number, into: Int32Array | Float64Array, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const word = this.peek();
      const zeros = Math.clz32(word);
      let folded: number;
      if (zeros + 1 + parameter <= 32) {
        // Two shifts: one by 32 would be none.
        const rest = parameter === 0 ? 0 : ((word << zeros) << 1) >>> (32 - parameter);
        this.at += zeros + 1 + parameter;
        folded = zeros * 2 ** parameter + rest;
      } else {
        folded = this.unary() * 2 ** parameter + this.unsigned(parameter);
      }
      into[i] = folded < 2 ** 31 ? (folded >>> 1) ^ -(folded & 1) : folded % 2 ? -(folded + 1) / 2 : folded / 2;
    }
    this.skip(0);
  }

  /** The next 32 bits, with zeros behind the end. */
  private peek(): number {
    const { bytes, at } = this;
    const i = at >>> 3;
    const shift = at & 7;
    const word = (bytes[i] << 24) | (bytes[i + 1] << 16) | (bytes[i + 2] << 8) | bytes[i + 3];
    return shift === 0 ? word : (word << shift) | (bytes[i + 4] >>> (8 - shift));
  }

  private skip(count: number): void {
    this.at += count;
    if (this.at > this.end) throw new OutOfBits('the bytes end within a frame');
  }
}
