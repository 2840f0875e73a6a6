// PNG files (PNG specification, third edition, W3C). Up to 256 colours go through a palette, one byte per pixel, which
// takes a quarter of the time and size of true colour.
import { deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const BIT_DEPTH = 8;
const INDEXED = 3;
const TRUE_COLOUR = 2;
const MAX_PALETTE = 256;
/** Little is gained above, and it takes several times as long. */
const COMPRESSION_LEVEL = 3;

/** @param colours 0xRRGGBB, row-major from the top, width·height of them */
export function encodePng(width: number, height: number, colours: Uint32Array): Buffer {
  if (colours.length !== width * height) throw new RangeError(`${colours.length} pixels for ${width}×${height}`);
  const { rows, palette } = indexedRows(width, height, colours) ?? { rows: trueRows(width, height, colours) };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = BIT_DEPTH;
  header[9] = palette ? INDEXED : TRUE_COLOUR;
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    ...(palette ? [chunk('PLTE', palette)] : []),
    chunk('IDAT', deflateSync(rows, { level: COMPRESSION_LEVEL })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Each row begins with the number of its filter: 0, none. Undefined where there are too many colours. */
function indexedRows(
  width: number,
  height: number,
  colours: Uint32Array,
): { rows: Buffer; palette: Buffer } | undefined {
  const numbers = new Map<number, number>();
  const rows = Buffer.alloc((width + 1) * height);
  let latest = -1;
  let number = 0;
  for (let y = 0, at = 0, out = 0; y < height; y++) {
    out++;
    for (let x = 0; x < width; x++, at++, out++) {
      const colour = colours[at];
      if (colour !== latest) {
        const known = numbers.get(colour);
        if (known === undefined) {
          if (numbers.size === MAX_PALETTE) return undefined;
          numbers.set(colour, numbers.size);
        }
        number = known ?? numbers.size - 1;
        latest = colour;
      }
      rows[out] = number;
    }
  }
  const palette = Buffer.alloc(3 * numbers.size);
  for (const [colour, place] of numbers) palette.writeUIntBE(colour, 3 * place, 3);
  return { rows, palette };
}

function trueRows(width: number, height: number, colours: Uint32Array): Buffer {
  const rows = Buffer.alloc((3 * width + 1) * height);
  for (let y = 0, at = 0, out = 0; y < height; y++) {
    out++;
    for (let x = 0; x < width; x++, at++) {
      rows[out++] = colours[at] >> 16;
      rows[out++] = colours[at] >> 8;
      rows[out++] = colours[at];
    }
  }
  return rows;
}

function chunk(type: string, data: Buffer): Buffer {
  const out = Buffer.alloc(data.length + 12);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, data.length + 8)), data.length + 8);
  return out;
}

const CRC_POLYNOMIAL = 0xedb88320;
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CRC_POLYNOMIAL : crc >>> 1;
  return crc;
});

/** The PNG specification's CRC-32 (annex D); node:zlib has one only from Node 20.15 on. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = CRC_TABLE[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
