// Reads PNG pictures back, as the specification says: checksums checked, pixels as colours.
import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';

export type Rgb = [red: number, green: number, blue: number];

export interface DecodedPicture {
  width: number;
  height: number;
  indexed: boolean;
  at(x: number, y: number): Rgb;
}

/** CRC-32 bit by bit, as the PNG specification defines it. */
function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

const SIGNATURE = '\x89PNG\r\n\x1a\n';

/** The chunks of a PNG file in their order; checksums are checked. Those of one name in a row are joined. */
export function chunksOf(png: Buffer): Map<string, Buffer> {
  assert.equal(png.toString('latin1', 0, 8), SIGNATURE);
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    assert.equal(png.readUInt32BE(at + 8 + length), crc32(png.subarray(at + 4, at + 8 + length)));
    const type = png.toString('latin1', at + 4, at + 8);
    chunks.set(type, Buffer.concat([chunks.get(type) ?? Buffer.alloc(0), png.subarray(at + 8, at + 8 + length)]));
    at += length + 12;
  }
  return chunks;
}

/** A PNG file of these chunks. */
export function pngOf(chunks: Map<string, Buffer>): Buffer {
  const parts = [...chunks].map(([type, data]) => {
    const out = Buffer.alloc(data.length + 12);
    out.writeUInt32BE(data.length, 0);
    out.write(type, 4, 'latin1');
    data.copy(out, 8);
    out.writeUInt32BE(crc32(out.subarray(4, data.length + 8)), data.length + 8);
    return out;
  });
  return Buffer.concat([Buffer.from(SIGNATURE, 'latin1'), ...parts]);
}

/** Reads a PNG of indexed or true colours, 8 bits deep, no filters; `more`: chunks it has beside the needed ones. */
export function decodePng(png: Buffer, more: string[] = []): DecodedPicture {
  const chunks = chunksOf(png);
  const palette = chunks.get('PLTE');
  assert.deepEqual([...chunks.keys()], ['IHDR', ...(palette ? ['PLTE'] : []), 'IDAT', ...more, 'IEND']);
  const header = chunks.get('IHDR')!;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  assert.deepEqual([...header.subarray(8)], [8, palette ? 3 : 2, 0, 0, 0]);
  const pixel = palette ? 1 : 3;
  const stride = width * pixel + 1;
  const rows = inflateSync(chunks.get('IDAT')!);
  assert.equal(rows.length, stride * height);
  return {
    width,
    height,
    indexed: palette !== undefined,
    at(x, y) {
      assert.ok(x >= 0 && x < width && y >= 0 && y < height, `${x},${y} lies outside`);
      assert.equal(rows[y * stride], 0);
      const at = y * stride + 1 + x * pixel;
      const [source, from] = palette ? [palette, 3 * rows[at]] : [rows, at];
      return [source[from], source[from + 1], source[from + 2]];
    },
  };
}

/** As bright as it looks, 0…255. */
export const brightness = ([red, green, blue]: Rgb): number => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
