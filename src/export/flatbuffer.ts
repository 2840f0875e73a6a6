// FlatBuffers (https://flatbuffers.dev/internals), as much as a TFLite file needs. References point forward, so
// parents lie before their children here; the usual builders write back to front and hold the whole file in memory.
// Large contents come behind everything else and are handed on as they are.
import { bytesIn, type Piece } from './pieces';

const INT_BYTES = 4;

/** A number in a table: its size in bytes and its value. */
export interface Scalar {
  kind: 'scalar';
  size: 1 | 4;
  value: number;
}

export interface Table {
  kind: 'table';
  /** In the order of the schema; undefined: left out, which means the default. */
  fields: (Scalar | Node | undefined)[];
}
interface Text {
  kind: 'text';
  text: string;
}
interface Integers {
  kind: 'integers';
  values: readonly number[];
}
interface References {
  kind: 'references';
  nodes: readonly Node[];
}
/** A vector of bytes that starts at a multiple of 16. */
interface Content {
  kind: 'content';
  piece: Piece;
}
export type Node = Table | Text | Integers | References | Content;

export const byte = (value: number): Scalar => ({ kind: 'scalar', size: 1, value });
export const int = (value: number): Scalar => ({ kind: 'scalar', size: INT_BYTES, value });
export const table = (...fields: Table['fields']): Table => ({ kind: 'table', fields });
export const text = (value: string): Text => ({ kind: 'text', text: value });
export const integers = (values: readonly number[]): Integers => ({ kind: 'integers', values });
export const references = (nodes: readonly Node[]): References => ({ kind: 'references', nodes });
export const content = (piece: Piece): Content => ({ kind: 'content', piece });

const CONTENT_ALIGNMENT = 16;
const align = (position: number, to: number): number => Math.ceil(position / to) * to;

/** A place that refers to a node. */
interface Reference {
  at: number;
  node: Node;
}

/**
 * Lays out a buffer. A node may be referred to from one place only.
 * @param identifier four letters
 */
export function flatBuffer(root: Table, identifier: string): Piece[] {
  const layout = new Layout(root);
  const structure = layout.write(identifier);
  return [structure, ...layout.contents()];
}

class Layout {
  private readonly positions = new Map<Node, number>();
  private readonly waiting: Exclude<Node, Content>[] = [];
  private readonly contentNodes: Content[] = [];
  private readonly references: Reference[] = [];
  private readonly writes: ((into: Buffer) => void)[] = [];
  /** Where the next node goes; before it lie the root's reference and the identifier. */
  private end = 8;
  /** Where the contents begin. */
  private readonly structureEnd: number;

  constructor(root: Table) {
    this.refer(0, root);
    for (let node = this.waiting.shift(); node; node = this.waiting.shift()) this.place(node);
    this.structureEnd = this.end;
    for (const node of this.contentNodes) {
      const start = align(this.end + INT_BYTES, CONTENT_ALIGNMENT) - INT_BYTES;
      this.positions.set(node, start);
      this.end = start + INT_BYTES + bytesIn(node.piece);
    }
  }

  /** All but the contents. */
  write(identifier: string): Buffer {
    const into = Buffer.alloc(this.structureEnd);
    into.write(identifier, 4, 'latin1');
    for (const write of this.writes) write(into);
    for (const { at, node } of this.references) into.writeUInt32LE(this.positionOf(node) - at, at);
    return into;
  }

  /** The contents, each behind its length and what fills up to its place. */
  contents(): Piece[] {
    let end = this.structureEnd;
    return this.contentNodes.flatMap(node => {
      const start = this.positionOf(node);
      const before = Buffer.alloc(start + INT_BYTES - end);
      before.writeUInt32LE(bytesIn(node.piece), start - end);
      end = start + INT_BYTES + bytesIn(node.piece);
      return [before, node.piece];
    });
  }

  private positionOf(node: Node): number {
    const position = this.positions.get(node);
    if (position === undefined) throw new Error('a node of the buffer has no place');
    return position;
  }

  private refer(at: number, node: Node): void {
    this.references.push({ at, node });
    if (node.kind === 'content') this.contentNodes.push(node);
    else this.waiting.push(node);
  }

  private place(node: Exclude<Node, Content>): void {
    if (node.kind === 'table') this.placeTable(node);
    else if (node.kind === 'text') this.placeText(node);
    else if (node.kind === 'references') this.placeVector(node, node.nodes, (child, at) => this.refer(at, child));
    else this.placeVector(node, node.values, (value, at) => this.put(at, INT_BYTES, value));
  }

  /** The table of where the fields are, then the table: the distance to the former, and the fields. */
  private placeTable(node: Table): void {
    const { fields } = node;
    const offsets = fields.map(() => 0);
    let size = INT_BYTES;
    fields.forEach((field, i) => {
      if (!field) return;
      const bytes = field.kind === 'scalar' ? field.size : INT_BYTES;
      offsets[i] = align(size, bytes);
      size = offsets[i] + bytes;
    });
    const directory = align(this.end, 2);
    const directoryBytes = 2 * (2 + fields.length);
    const start = align(directory + directoryBytes, INT_BYTES);
    this.positions.set(node, start);
    this.writes.push(into => {
      [directoryBytes, size, ...offsets].forEach((value, i) => {
        into.writeUInt16LE(value, directory + 2 * i);
      });
    });
    this.put(start, INT_BYTES, start - directory);
    fields.forEach((field, i) => {
      if (!field) return;
      if (field.kind === 'scalar') this.put(start + offsets[i], field.size, field.value);
      else this.refer(start + offsets[i], field);
    });
    this.end = start + size;
  }

  private placeVector<T>(node: Node, items: readonly T[], put: (item: T, at: number) => void): void {
    const start = align(this.end, INT_BYTES);
    this.positions.set(node, start);
    this.put(start, INT_BYTES, items.length);
    items.forEach((item, i) => {
      put(item, start + INT_BYTES * (1 + i));
    });
    this.end = start + INT_BYTES * (1 + items.length);
  }

  /** Length, letters, and a zero that is not counted. */
  private placeText(node: Text): void {
    const start = align(this.end, INT_BYTES);
    const bytes = Buffer.from(node.text, 'utf8');
    this.positions.set(node, start);
    this.put(start, INT_BYTES, bytes.length);
    this.writes.push(into => void bytes.copy(into, start + INT_BYTES));
    this.end = start + INT_BYTES + bytes.length + 1;
  }

  private put(at: number, size: 1 | 4, value: number): void {
    this.writes.push(into => void (size === 1 ? into.writeInt8(value, at) : into.writeInt32LE(value, at)));
  }
}
