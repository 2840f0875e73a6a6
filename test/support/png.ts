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

/** Reads a PNG of indexed or true colours, 8 bits deep, no filters. */
export function decodePng(png: Buffer): DecodedPicture {
  assert.equal(png.toString('latin1', 0, 8), '\x89PNG\r\n\x1a\n');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    assert.equal(png.readUInt32BE(at + 8 + length), crc32(png.subarray(at + 4, at + 8 + length)));
    chunks.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const palette = chunks.get('PLTE');
  assert.deepEqual([...chunks.keys()], ['IHDR', ...(palette ? ['PLTE'] : []), 'IDAT', 'IEND']);
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
