// The safetensors format: 8 bytes little-endian header length, a JSON header {name: {dtype, shape, data_offsets}}, the raw data.
import { EngineError } from "./errors.ts";

export type TensorData = Float32Array | Int32Array | Uint8Array;
export interface TensorFile {
  tensors: Record<string, { shape: number[]; data: TensorData }>;
  metadata: Record<string, string>;
}

const ARRAYS = { F32: Float32Array, I32: Int32Array, U8: Uint8Array } as const;
type Dtype = keyof typeof ARRAYS;
/** The limit of the reference implementation; a larger length is damage, not a header. */
const LONGEST_HEADER = 100_000_000;
const METADATA = "__metadata__";

const dtypeOf = (data: TensorData): Dtype => (data instanceof Float32Array ? "F32" : data instanceof Int32Array ? "I32" : "U8");
const volume = (shape: readonly number[]): number => shape.reduce((size, d) => size * d, 1);

/** Bytes of a file that any safetensors reader opens. Copies; throws EngineError "engine.shape" when a shape does not fit its data. */
export function encodeSafetensors({ tensors, metadata }: TensorFile): Uint8Array {
  // Wide elements first, so that every tensor is aligned in the file.
  const entries = Object.entries(tensors).sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  let end = 0;
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [[METADATA, metadata]] : [];
  for (const [name, { shape, data }] of entries) {
    if (name === METADATA || volume(shape) !== data.length)
      throw new EngineError(
        "engine.shape",
        `the tensor "${name}" of shape [${shape.join(", ")}] cannot be written: it holds ${data.length} numbers`,
        { name },
      );
    const begin = end;
    end += data.byteLength;
    header.push([name, { dtype: dtypeOf(data), shape, data_offsets: [begin, end] }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const start = 8 + Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(start + end).fill(0x20, 8, start);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(json, 8);
  let at = start;
  for (const [, { data }] of entries) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * Reads a safetensors file of F32, I32 and U8 tensors into arrays of its own. Total: any damage throws EngineError "file.damaged"
 * whose message begins with `where` (the file's name).
 */
export function decodeSafetensors(file: Uint8Array, where: string): TensorFile {
  // A plain view: a Buffer's slice would not copy.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  const damaged = (why: string, cause?: unknown): EngineError =>
    new EngineError(
      "file.damaged",
      `${where} is not a whole safetensors file: ${why}; restore it or make it anew`,
      { where },
      cause,
    );
  if (bytes.length < 8) throw damaged(`${bytes.length} bytes, and its first 8 should tell the header's length`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > LONGEST_HEADER || Number(length) > bytes.length - 8)
    throw damaged(`it announces a header of ${length} bytes and holds ${bytes.length - 8}`);
  const body = bytes.subarray(8 + Number(length));
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + Number(length))));
  } catch (cause) {
    throw damaged("its header is not JSON", cause);
  }
  if (!isRecord(header)) throw damaged("its header is not an object");

  const metadata = Object.hasOwn(header, METADATA) ? header[METADATA] : {};
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === "string"))
    throw damaged("its metadata is not a map of strings");
  const spans = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, entry]) => span(name, entry, damaged));
  let end = 0;
  for (const { name, begin, size } of [...spans].sort((a, b) => a.begin - b.begin || a.size - b.size)) {
    if (begin !== end) throw damaged(`the data of "${name}" begin at byte ${begin} instead of ${end}`);
    end += size;
  }
  if (end !== body.length) throw damaged(`its tensors need ${end} bytes of data and it holds ${body.length}`);
  return {
    tensors: Object.fromEntries(
      spans.map(({ name, shape, dtype, begin, size }) => [
        name,
        { shape, data: new ARRAYS[dtype](body.slice(begin, begin + size).buffer) },
      ]),
    ),
    metadata: metadata as Record<string, string>,
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isIndices = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((x) => Number.isSafeInteger(x) && x >= 0);

function span(name: string, entry: unknown, damaged: (why: string) => EngineError) {
  if (!isRecord(entry)) throw damaged(`the entry of "${name}" is not an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string" || !Object.hasOwn(ARRAYS, dtype))
    throw damaged(`"${name}" has the element type ${JSON.stringify(dtype)}, not F32, I32 or U8`);
  if (!isIndices(shape)) throw damaged(`"${name}" has no valid shape`);
  if (!isIndices(offsets) || offsets.length !== 2) throw damaged(`"${name}" has no valid data_offsets`);
  const [begin, end] = offsets as [number, number];
  const kind = dtype as Dtype;
  const size = volume(shape) * ARRAYS[kind].BYTES_PER_ELEMENT;
  if (end - begin !== size) throw damaged(`"${name}" needs ${size} bytes and its data_offsets span ${end - begin}`);
  return { name, shape, dtype: kind, begin, size };
}
