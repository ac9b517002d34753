import { mkdir, open, readFile, rename, unlink, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { OnarmError } from "../domain/errors.ts";
import { backlog, keyOf, type Backlog, type Bounds, type Kept } from "./backlog.ts";

/** A line of the file. Later lines add to earlier ones; the file is written anew when it has grown to several times what it holds. */
const line = z.union([
  z.strictObject({
    put: z.strictObject({
      topic: z.string(),
      session: z.string(),
      channel: z.enum(["episode", "fault"]),
      seq: z.int().min(0),
      text: z.string(),
    }),
  }),
  z.strictObject({ sent: z.string() }),
  z.strictObject({ newest: z.tuple([z.string(), z.int().min(0)]) }),
  z.strictObject({ dropped: z.int().min(0) }),
]);
type Line = z.infer<typeof line>;

export const defaultBounds: Bounds = { count: 10_000, bytes: 16 * 2 ** 20 };

/** A backlog that outlives its process. */
export interface Journal extends Pick<Backlog, "next" | "again" | "counts" | "newest"> {
  /** Resolves when the message is on the disk, or known not to get there: then it is kept in memory alone, and `told` has said so. Never rejects. */
  put(kept: Kept): Promise<void>;
  sent(key: string): void;
  close(): Promise<void>;
}

const why = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Lines of a file that may be torn anywhere; what cannot be read is passed over. */
function* linesOf(text: string): Generator<Line> {
  for (const each of text.split("\n")) {
    if (each === "") continue;
    try {
      const { data } = line.safeParse(JSON.parse(each));
      if (data) yield data;
    } catch {
      // The end of a process that was killed as it wrote.
    }
  }
}

/** What a file holds, torn or not; a message that was with the broker already may still be asked for again. */
export function restored(text: string, bounds = defaultBounds): Backlog {
  let held = backlog(bounds);
  for (const each of linesOf(text))
    if ("put" in each) held.hold(each.put);
    else if ("sent" in each) held.sent(each.sent);
    else if ("newest" in each) held.mark(...each.newest);
    else if (held.newest().size === 0) held = backlog(bounds, each.dropped); // a file begins with this line
  return held;
}

function* written(held: Backlog): Generator<Line> {
  yield { dropped: held.counts().dropped };
  const { waiting, sent } = held.all();
  for (const put of sent) {
    yield { put };
    yield { sent: keyOf(put) };
  }
  for (const put of waiting) yield { put };
  // After the messages: numbers that were put before count as met.
  for (const newest of held.newest()) yield { newest };
}

const textOf = (lines: Iterable<Line>) => [...lines].map((each) => `${JSON.stringify(each)}\n`).join("");

async function writeAnew(file: string, text: string): Promise<FileHandle> {
  const fresh = `${file}.new`;
  const handle = await open(fresh, "w");
  try {
    await handle.writeFile(text);
    await handle.datasync();
    await rename(fresh, file);
    return handle;
  } catch (error) {
    await handle.close();
    await unlink(fresh).catch(() => {});
    throw error;
  }
}

/**
 * Opens the file of a backlog, or begins it; what an earlier process left in it is there again. One process at a time.
 * @throws "storage.failed" for a file that can be neither read nor written
 */
export async function openJournal(file: string, told: (line: string) => void, bounds = defaultBounds): Promise<Journal> {
  const begin = async () => {
    await mkdir(dirname(file), { recursive: true });
    const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    const held = restored(text, bounds);
    const start = textOf(written(held));
    return { held, handle: await writeAnew(file, start), length: start.length };
  };
  const begun = await begin().catch((error: unknown) => {
    throw new OnarmError(
      "storage.failed",
      `telemetry: the store ${file} cannot be opened: ${why(error)}; mend the disk or name another place`,
      { file },
      error,
    );
  });
  const { held } = begun;
  let { handle, length } = begun;
  let [broken, closed] = [false, false];
  let lines: Line[] = [];
  let writing: Promise<void> | undefined;

  const write = async () => {
    const grown = length > 2 * bounds.bytes + 2 ** 20;
    if (broken || grown) {
      lines = []; // they are in what is held
      const text = textOf(written(held));
      const next = await writeAnew(file, text);
      await handle.close().catch(() => {});
      [handle, length] = [next, text.length];
    } else {
      const text = textOf(lines);
      const puts = lines.some((each) => "put" in each);
      lines = [];
      await handle.appendFile(text);
      // That a message was sent may be forgotten: it is sent again then, and its reader drops it.
      if (puts) await handle.datasync();
      length += text.length;
    }
    if (broken) told("telemetry: the store is being written again");
    broken = false;
  };
  const writeAll = async () => {
    while (lines.length > 0)
      await write().catch((error: unknown) => {
        if (!broken)
          told(`telemetry: the store ${file} cannot be written (${why(error)}); summaries are kept in memory meanwhile`);
        broken = true;
      });
    writing = undefined;
  };
  const add = (each: Line) => {
    if (closed) return Promise.resolve();
    lines.push(each);
    return (writing ??= Promise.resolve().then(writeAll));
  };

  return {
    next: held.next,
    again: held.again,
    counts: held.counts,
    newest: held.newest,
    put: (put) => (held.put(put) ? add({ put }) : Promise.resolve()),
    sent: (key) => {
      held.sent(key);
      void add({ sent: key });
    },
    close: async () => {
      closed = true;
      await writing;
      await handle.close().catch(() => {});
    },
  };
}
