// The spectrograms' SIMD kernels and the one memory that they have in each thread. Memories are dear: each reserves some
// 10 GiB of a process' addresses, of which a Raspberry Pi 4 has 512 GiB. So whoever computes brings its tables along and
// leaves them there for the next time, if nobody else came in between.
import { bestKernels, instantiate, type KernelKind, PAGE, type WasmMemory, wasm } from '../wasm';

/** The kernels' exports; what each does stands in kernels/. All arguments are addresses, counts or values. */
export interface DspKernels {
  packFrames(a: number, b: number, window: number, places: number, size: number, z: number): void;
  transform(z: number, points: number, twiddles: number): void;
  realSpectrum(z: number, points: number, turns: number): void;
  powers(x: number, count: number, out: number): void;
  melBands(power: number, bands: number, weights: number, count: number, out: number): void;
  decibels(power: number, rows: number, floor: number, out: number, stride: number, extent: number): void;
  rescale(values: number, count: number, zero: number, factor: number, low: number, high: number): void;
}

/** Columns computed at once: the float32 lanes of a SIMD register. */
export const LANES = 4;

/** Bytes of a SIMD register. */
const ALIGNMENT = 16;
/** The compiler keeps the first bytes for its own data. */
const FIRST_ADDRESS = 1024;

interface Room {
  memory: WasmMemory<ArrayBuffer>;
  kernels: DspKernels;
  /** Whose tables are in the memory. */
  tenant?: Workspace;
}

/** This thread's rooms; the tests use both kinds. */
const rooms = new Map<KernelKind, Room>();

function roomOf(kind: KernelKind): Room {
  const known = rooms.get(kind);
  if (known) return known;
  const memory = new wasm.Memory({ initial: 1 });
  const room = { memory, kernels: instantiate(`dsp-${kind}`, kind, memory) as DspKernels };
  rooms.set(kind, room);
  return room;
}

type Table = Float32Array | Float64Array | Uint32Array;

/** The tables and buffers of one computation. Lay out first, then enter before each use. */
export class Workspace {
  private readonly room: Room;
  private readonly tables: { address: number; data: Table }[] = [];
  private end = FIRST_ADDRESS;

  /** @throws UserError `no-simd` where the processor or runtime lacks WebAssembly SIMD */
  constructor(kind: KernelKind = bestKernels()) {
    this.room = roomOf(kind);
  }

  /** Address of a table, which is there whenever the workspace has been entered. */
  table(data: Table): number {
    const address = this.buffer(data.byteLength);
    this.tables.push({ address, data });
    return address;
  }

  /** Address of a buffer, a multiple of 16; what is in it lasts until somebody else enters. */
  buffer(bytes: number): number {
    const address = this.end;
    this.end = Math.ceil((address + bytes) / ALIGNMENT) * ALIGNMENT;
    return address;
  }

  /** As `buffer`, for float32. */
  floatBuffer(length: number): number {
    return this.buffer(length * Float32Array.BYTES_PER_ELEMENT);
  }

  /** Takes the memory over, until somebody else enters. */
  enter(): DspKernels {
    const { room } = this;
    if (room.tenant === this) return room.kernels;
    const missing = this.end - room.memory.buffer.byteLength;
    if (missing > 0) room.memory.grow(Math.ceil(missing / PAGE));
    for (const { address, data } of this.tables) {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      new Uint8Array(room.memory.buffer).set(bytes, address);
    }
    room.tenant = this;
    return room.kernels;
  }

  /** The float32 in a buffer of this workspace, which must have been entered; to be used at once and not kept. */
  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.room.memory.buffer, address, length);
  }

  /** As `floats`, for float64. */
  doubles(address: number, length: number): Float64Array {
    return new Float64Array(this.room.memory.buffer, address, length);
  }
}
