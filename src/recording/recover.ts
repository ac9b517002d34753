import { access, rename, rm } from "node:fs/promises";
import { isOnarmError, OnarmError } from "../domain/errors.ts";
import { createFile, type RecordingFile } from "./disk.ts";
import { frames, type Damage } from "./frames.ts";
import { mcapBuilder, type McapBuilder } from "./mcapBuilder.ts";

export interface Recovery {
  readonly file: string;
  /** Messages saved. */
  readonly records: number;
  /** Data after the damage that could not be saved, bytes; 0 for a whole file. */
  readonly lostBytes: number;
  readonly damage?: Damage;
}

const chunkBytes = 128 * 1024;

/** Copies what is good in `path` to `file`; a header must have been read for anything to be good. */
async function copy(path: string, create: () => Promise<RecordingFile>): Promise<Omit<Recovery, "file">> {
  let builder: McapBuilder | undefined;
  let file: RecordingFile | undefined;
  const schemas = new Set<number>();
  const channels = new Set<number>();
  let records = 0;
  let data = true;
  const source = frames(path);
  try {
    let step = await source.next();
    for (; step.done !== true; step = await source.next()) {
      const record = step.value;
      if (record.type === "Header") builder = mcapBuilder({ profile: record.profile, library: record.library });
      else if (record.type === "DataEnd") data = false;
      else if (!data || builder === undefined) continue;
      else if (record.type === "Schema" && !schemas.has(record.id)) builder.schema((schemas.add(record.id), record));
      else if (record.type === "Channel" && !channels.has(record.id)) builder.channel((channels.add(record.id), record));
      else if (record.type === "Metadata") builder.metadata(record);
      else if (record.type === "Message") {
        builder.message(record);
        records++;
        if (builder.open < chunkBytes) continue;
        builder.closeChunk();
        file ??= await create();
        await file.write(builder.take());
      }
    }
    if (builder === undefined || channels.size === 0)
      throw new OnarmError("file.damaged", `${path} was torn before its first record; there is nothing in it to save`, { path });
    builder.end();
    file ??= await create();
    await file.write(builder.take());
    await file.sync();
    return { records, lostBytes: step.value?.lostBytes ?? 0, ...(step.value === undefined ? {} : { damage: step.value }) };
  } finally {
    await source.return(undefined);
    await file?.close();
  }
}

/**
 * Copies everything up to the damage of `path` into a new, indexed file `out`, which appears only when it is complete. Works on
 * any MCAP file without compression. Rejects with "file.missing", "file.damaged" (nothing to save), "file.exists", "storage.failed".
 */
export async function recover(path: string, out: string): Promise<Recovery> {
  const exists = await access(out).then(
    () => true,
    () => false,
  );
  if (exists) throw new OnarmError("file.exists", `${out} exists already; give another name or move it away`, { path: out });
  const part = `${out}.part`;
  try {
    const recovery = await copy(path, () => createFile(part));
    await rename(part, out);
    return { file: out, ...recovery };
  } catch (error) {
    if (isOnarmError(error) && error.code === "file.exists") throw error;
    await rm(part, { force: true });
    if (isOnarmError(error)) throw error;
    const text = `${out} could not be written: ${(error as Error).message}; check the disk and give another place`;
    throw new OnarmError("storage.failed", text, { path: out }, error);
  }
}
