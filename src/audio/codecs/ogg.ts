// The packets of an Ogg file (RFC 3533), page by page, whatever the codec. Damaged pages are left out.
import type { SoundBytes } from '../file-bytes';

export interface OggPacket {
  data: Uint8Array;
  /** Which of the streams that lie side by side or one after the other in the file. */
  serial: number;
  /** The first packet of its stream: says what it is. */
  isFirst: boolean;
  /** The last packet of its stream. */
  isLast: boolean;
  /** How far the stream has come with this packet, in the codec's unit; only with the last packet that ends on a page. */
  granule?: number;
}

interface Page {
  serial: number;
  isContinued: boolean;
  isFirst: boolean;
  isLast: boolean;
  granule: number;
  /** Lengths of the segments; a packet ends with one below 255. */
  lacing: Uint8Array;
  body: Uint8Array;
  /** Where the next page begins. */
  end: number;
}

const HEADER_BYTES = 27;
/** The largest page: header, 255 lacing values and 255 segments of 255 bytes. */
const PAGE_BYTES = HEADER_BYTES + 255 + 255 * 255;
/** Read at a time while looking for the next page. */
const SEARCH_BYTES = 64 * 1024;
const CAPTURE = Buffer.from('OggS\0', 'latin1');
/** A packet longer than this is no sound: comments with a picture may be long, but not that long. */
const MAX_PACKET_BYTES = 16 << 20;

/** All packets of all streams in the order of their ends. */
export function* oggPackets(bytes: SoundBytes): Generator<OggPacket, void> {
  const unfinished = new Map<number, Uint8Array[]>();
  for (let position = 0; ; ) {
    const start = findPage(bytes, position);
    if (start === undefined) return;
    const page = readPage(bytes, start);
    if (!page) {
      position = start + 1;
      continue;
    }
    position = page.end;
    yield* packetsOf(page, unfinished);
  }
}

function findPage(bytes: SoundBytes, from: number): number | undefined {
  for (let position = from; position < bytes.size; position += SEARCH_BYTES - CAPTURE.length) {
    const found = bytes.read(position, SEARCH_BYTES).indexOf(CAPTURE);
    if (found >= 0) return position + found;
  }
  return undefined;
}

/** Undefined where it is cut short, or its checksum says that it is damaged. */
function readPage(bytes: SoundBytes, start: number): Page | undefined {
  const page = bytes.read(start, PAGE_BYTES);
  if (page.length < HEADER_BYTES) return undefined;
  const bodyAt = HEADER_BYTES + page[26];
  const lacing = page.subarray(HEADER_BYTES, bodyAt);
  const length = lacing.reduce((sum, segment) => sum + segment, bodyAt);
  if (page.length < length || crcOf(page.subarray(0, length)) !== page.readUInt32LE(22)) return undefined;
  return {
    serial: page.readUInt32LE(14),
    isContinued: (page[5] & 1) !== 0,
    isFirst: (page[5] & 2) !== 0,
    isLast: (page[5] & 4) !== 0,
    granule: Number(page.readBigInt64LE(6)),
    lacing,
    body: page.subarray(bodyAt, length),
    end: start + length,
  };
}

function* packetsOf(page: Page, unfinished: Map<number, Uint8Array[]>): Generator<OggPacket, void> {
  const { serial, lacing, body } = page;
  // The rest of a packet whose beginning was lost is of no use.
  let isWhole = !page.isContinued || unfinished.has(serial);
  let parts = page.isContinued ? (unfinished.get(serial) ?? []) : [];
  unfinished.delete(serial);
  const ends = lacing.reduce((count, segment) => count + (segment < 255 ? 1 : 0), 0);
  let [from, at, ended] = [0, 0, 0];
  for (const segment of lacing) {
    at += segment;
    if (segment === 255) continue;
    ended++;
    parts.push(body.subarray(from, at));
    const isFinal = ended === ends;
    if (isWhole) {
      yield {
        data: parts.length === 1 ? parts[0] : Buffer.concat(parts),
        serial,
        isFirst: page.isFirst && ended === 1,
        isLast: page.isLast && isFinal,
        granule: isFinal && page.granule >= 0 ? page.granule : undefined,
      };
    }
    from = at;
    parts = [];
    isWhole = true;
  }
  if (at === from || !isWhole) return;
  parts.push(body.subarray(from));
  if (parts.reduce((sum, part) => sum + part.length, 0) <= MAX_PACKET_BYTES) unfinished.set(serial, parts);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

/** Of a page, with its own checksum counted as zero. */
function crcOf(page: Uint8Array): number {
  let crc = 0;
  for (let i = 0; i < page.length; i++) {
    const byte = i >= 22 && i < 26 ? 0 : page[i];
    crc = (crc << 8) ^ CRC_TABLE[((crc >>> 24) ^ byte) & 255];
  }
  return crc >>> 0;
}
