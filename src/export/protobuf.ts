// Protocol buffers, as much of the encoding as an ONNX file needs (https://protobuf.dev/programming-guides/encoding).
// A message is a list of pieces, so that large constants need not be in memory for their enclosing lengths to be known.
import { bytesIn, type Piece } from './pieces';

const WIRE = { varint: 0, bytes: 2 } as const;

function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const more = rest > 0x7fn;
    bytes.push(Number(rest & 0x7fn) | (more ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

export class ProtoMessage {
  readonly pieces: Piece[] = [];
  bytes = 0;

  int(field: number, value: number): this {
    return this.add(this.tag(field, WIRE.varint), varint(value));
  }

  text(field: number, value: string): this {
    return this.blob(field, Buffer.from(value, 'utf8'));
  }

  blob(field: number, value: Piece): this {
    return this.add(this.tag(field, WIRE.bytes), varint(bytesIn(value)), value);
  }

  message(field: number, value: ProtoMessage): this {
    return this.add(this.tag(field, WIRE.bytes), varint(value.bytes), ...value.pieces);
  }

  private tag(field: number, wire: number): Uint8Array {
    return varint((field << 3) | wire);
  }

  private add(...pieces: Piece[]): this {
    for (const piece of pieces) {
      this.pieces.push(piece);
      this.bytes += bytesIn(piece);
    }
    return this;
  }
}
