/** One step of one curve. */
export interface ScalarEvent {
  /** s since 1970. */
  readonly time: number;
  /** What the horizontal axis counts: updates, steps. A whole number. */
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
}

/**
 * A TensorBoard event file: TFRecord frames (length as uint64, masked CRC-32C of the length, data, masked CRC-32C of the data; little-endian),
 * each an `Event` of tensorflow/core/util/event.proto in protobuf's wire format. The first frame names the file's version.
 * Values are stored as float32, the format's own width; those that are not finite are left out, as no viewer draws them.
 */
export function eventFile(events: readonly ScalarEvent[], began: number): Uint8Array {
  const version = [...double(1, began), ...bytes(3, text("brain.Event:2"))];
  const frames = [version, ...events.map(scalarEvent)].map(frame);
  return Buffer.concat(frames);
}

/** Event { double wall_time = 1; int64 step = 2; Summary summary = 5 }, Summary { repeated Value value = 1 }, Value { string tag = 1; float simple_value = 2 }. */
function scalarEvent({ time, step, values }: ScalarEvent): number[] {
  const known = Object.entries(values).filter(([, value]) => Number.isFinite(value));
  const summary = known.flatMap(([tag, value]) => bytes(1, [...bytes(1, text(tag)), ...float(2, value)]));
  return [...double(1, time), ...whole(2, step), ...bytes(5, summary)];
}

const text = (value: string): number[] => [...Buffer.from(value, "utf8")];

/** Base-128 varint of a whole number from 0 to 2^53 - 1. */
function varint(value: number): number[] {
  const out: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...out, rest];
    out.push((rest % 128) | 0x80);
  }
}

const fixed = (width: 4 | 8, value: number): number[] => {
  const buffer = Buffer.alloc(width);
  if (width === 4) buffer.writeFloatLE(value);
  else buffer.writeDoubleLE(value);
  return [...buffer];
};

// Field key: number * 8 + wire type (0 varint, 1 eight bytes, 2 length first, 5 four bytes).
const whole = (field: number, value: number) => [...varint(field * 8), ...varint(value)];
const double = (field: number, value: number) => [...varint(field * 8 + 1), ...fixed(8, value)];
const bytes = (field: number, value: readonly number[]) => [...varint(field * 8 + 2), ...varint(value.length), ...value];
const float = (field: number, value: number) => [...varint(field * 8 + 5), ...fixed(4, value)];

function frame(data: readonly number[]): Buffer {
  const framed = Buffer.alloc(data.length + 16);
  framed.writeBigUInt64LE(BigInt(data.length), 0);
  framed.writeUInt32LE(maskedCrc32c(framed.subarray(0, 8)), 8);
  framed.set(data, 12);
  framed.writeUInt32LE(maskedCrc32c(framed.subarray(12, 12 + data.length)), 12 + data.length);
  return framed;
}

/** Table of CRC-32C, reflected polynomial 0x82f63b78 (RFC 3720, B.4). */
const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
  return c;
});

/** CRC-32C (Castagnoli). */
export function crc32c(data: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of data) c = table[(c ^ byte) & 0xff]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** As TFRecord stores it: rotated right by 15 bits plus a constant, so that a checksum of data that holds checksums stays sound. */
export function maskedCrc32c(data: Uint8Array): number {
  const c = crc32c(data);
  return (((c >>> 15) | (c << 17)) + 0xa282ead8) >>> 0;
}
