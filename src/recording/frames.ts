import { open, type FileHandle } from "node:fs/promises";
import { MCAP_MAGIC, McapRecordBuilder, McapStreamReader, Opcode, type McapTypes } from "@mcap/core";
import { OnarmError } from "../domain/errors.ts";

type McapRecord = McapTypes.TypedMcapRecord;

/** Where a file stops making sense. `lostBytes`: of data, not of the index that can be made again. */
export interface Damage {
  readonly offset: number;
  readonly lostBytes: number;
  readonly why: string;
}

export const notRecording = (path: string) =>
  new OnarmError(
    "file.damaged",
    `${path} is not a recording made by onarm; give a recording, or if it was torn, what \`onarm recover\` made of it`,
    { path },
  );

async function openForReading(path: string): Promise<FileHandle> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    if (!(await file.stat()).isFile()) throw new Error("it is not a file");
    return file;
  } catch (error) {
    await file?.close();
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new OnarmError("file.missing", `there is no file ${path}; check the path`, { path });
    throw new OnarmError("file.damaged", `${path} cannot be read: ${message}; check its rights`, { path }, error);
  }
}

/** The complete messages inside a chunk whose end is missing. `body`: what there is of the chunk's content. */
function* salvage(body: Uint8Array, channels: readonly McapTypes.Channel[]): Generator<McapRecord, number> {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const fixed = 8 + 8 + 8 + 4; // times, size, checksum
  const prefix = fixed + 4 + 8; // and the (empty) name of the compression and the length of the records
  if (body.length < prefix || view.getUint32(fixed, true) !== 0) return body.length;
  const known = new McapRecordBuilder();
  channels.forEach((channel) => known.writeChannel(channel));
  const reader = new McapStreamReader({ noMagicPrefix: true });
  reader.append(known.buffer);
  for (let skip = 0; skip < channels.length; skip++) reader.nextRecord();
  reader.append(body.subarray(prefix));
  let left = reader.bytesRemaining();
  try {
    for (let record = reader.nextRecord(); record !== undefined; record = reader.nextRecord()) {
      if (record.type !== "Message" && record.type !== "Schema" && record.type !== "Channel") break;
      left = reader.bytesRemaining();
      yield record;
    }
  } catch {
    return left;
  }
  return left;
}

/**
 * Every record of an MCAP file in order, those inside chunks included, one frame in memory at a time; the chunks and indexes
 * themselves are checked and left out. Returns where the file is damaged, or undefined when it is whole: what was yielded before
 * is good. Throws "file.missing" or "file.damaged" (cannot be read, not MCAP).
 */
export async function* frames(path: string): AsyncGenerator<McapRecord, Damage | undefined> {
  const file = await openForReading(path);
  try {
    const { size } = await file.stat();
    const read = async (offset: number, length: number) => {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await file.read(bytes, 0, length, offset);
      return bytes.subarray(0, bytesRead);
    };
    const magic = await read(0, MCAP_MAGIC.length);
    if (!magic.every((byte, i) => byte === MCAP_MAGIC[i])) throw notRecording(path);

    const reader = new McapStreamReader({ noMagicPrefix: true });
    const channels: McapTypes.Channel[] = [];
    let offset = MCAP_MAGIC.length;
    let data = true;
    const damage = (why: string, lost = size - offset): Damage => ({
      offset: Math.min(offset, size),
      lostBytes: data ? Math.max(lost, 0) : 0,
      why,
    });
    for (;;) {
      const head = await read(offset, 9);
      if (head.length < 9) return damage(head.length === 0 && data ? "it ends without its index" : "it ends inside a record");
      const opcode = head[0]!;
      const announced = new DataView(head.buffer).getBigUint64(1, true);
      const trailer = opcode === Opcode.FOOTER ? MCAP_MAGIC.length : 0;
      if (announced > BigInt(size - offset - 9 - trailer)) {
        if (opcode !== Opcode.CHUNK) return damage("it ends inside a record");
        const lost = yield* salvage(await read(offset + 9, size - offset - 9), channels);
        return damage("it ends inside a chunk", lost);
      }
      const length = 9 + Number(announced) + trailer;
      try {
        if (opcode === 0) throw new Error("no record begins with zero");
        reader.append(await read(offset, length));
        for (let record = reader.nextRecord(); record !== undefined; record = reader.nextRecord()) {
          if (record.type === "Channel" && data) channels.push(record);
          if (record.type === "DataEnd") data = false;
          yield record;
          if (reader.done()) return offset + length === size ? undefined : damage("something follows its end");
        }
      } catch (error) {
        return damage(`a record cannot be read (${(error as Error).message})`);
      }
      offset += length;
    }
  } finally {
    await file.close();
  }
}
