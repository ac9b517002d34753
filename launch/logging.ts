import { writeSync } from "node:fs";
import { open, rename, type FileHandle } from "node:fs/promises";

export const levels = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof levels)[number];

/** One thing that happened. `code`: what kind of thing, for programs; `text`: a sentence, for people. */
export interface LogRecord {
  readonly level: Level;
  readonly code: string;
  readonly text: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

export interface LogFile {
  record(record: LogRecord): void;
  /** Writes what is left at once: for a process that ends in a hurry. */
  flush(): void;
  close(): Promise<void>;
}

export interface LogOptions {
  /** Less grave records are left out. */
  readonly level: Level;
  /** Every string passes here before it is written. */
  readonly redact: (text: string) => string;
  /** Bytes of one file, and how many older ones are kept beside it as FILE.1, FILE.2, ... */
  readonly maxBytes?: number;
  readonly keep?: number;
  /** ms since 1970, and s on the monotonic clock. */
  readonly wall?: () => number;
  readonly now?: () => number;
  /** The file cannot be written any more; told once. */
  readonly failed?: (why: Error) => void;
}

/** Lines that may wait for the disk: beyond that they are counted and given up, for nothing that drives an arm waits for a disk. */
const WAITING = 10_000;

/**
 * A log as JSON lines, {time, at, level, code, text, fields}: wall time as ISO 8601, monotonic s. Appends to what is there; bounded by rotation.
 * Rejects as the file system does when `file` cannot be opened.
 */
export async function openLogFile(file: string, options: LogOptions): Promise<LogFile> {
  const { level, redact, maxBytes = 8 * 2 ** 20, keep = 2, wall = Date.now, failed = () => {} } = options;
  const now = options.now ?? (() => performance.now() / 1000);
  let handle: FileHandle = await open(file, "a");
  let size = (await handle.stat()).size;
  let waiting: string[] = [];
  let [dropped, broken, closed] = [0, false, false];
  let pump: Promise<void> | undefined;

  // NaN and the infinities are no JSON numbers.
  const plain = (_: string, x: unknown) =>
    typeof x === "string" ? redact(x) : typeof x === "number" && !Number.isFinite(x) ? String(x) : x;
  const lineOf = (record: LogRecord) => {
    const [time, at] = [new Date(wall()).toISOString(), Math.round(now() * 1e4) / 1e4];
    return `${JSON.stringify({ time, at, ...record }, plain)}\n`;
  };
  const rotate = async () => {
    await handle.close();
    for (let n = keep; n > 0; n--) await rename(n === 1 ? file : `${file}.${n - 1}`, `${file}.${n}`).catch(() => {});
    handle = await open(file, keep > 0 ? "a" : "w");
    size = 0;
  };
  const taken = () => {
    const lines =
      dropped > 0 ? [lineOf({ level: "warn", code: "log", text: `${dropped} lines were given up` }), ...waiting] : waiting;
    [waiting, dropped] = [[], 0];
    return lines;
  };
  const write = async () => {
    while (waiting.length > 0) {
      for (const lines = taken(); lines.length > 0;) {
        if (size > 0 && size + Buffer.byteLength(lines[0]!) > maxBytes) await rotate();
        let text = "";
        let bytes = 0;
        while (lines.length > 0 && (bytes === 0 || size + bytes + Buffer.byteLength(lines[0]!) <= maxBytes)) {
          text += lines[0]!;
          bytes += Buffer.byteLength(lines.shift()!);
        }
        await handle.appendFile(text);
        size += bytes;
      }
    }
  };
  const kick = () => {
    pump ??= write()
      .catch((error: Error) => {
        if (!broken) failed(error);
        broken = true;
      })
      .finally(() => (pump = undefined));
  };
  return {
    record(record) {
      if (closed || levels.indexOf(record.level) < levels.indexOf(level)) return;
      if (waiting.length >= WAITING) return void dropped++;
      waiting.push(lineOf(record));
      kick();
    },
    flush() {
      if (closed || broken || waiting.length === 0) return;
      try {
        writeSync(handle.fd, taken().join(""));
      } catch {
        // The process ends; there is nobody left to tell.
      }
    },
    async close() {
      while (pump) await pump;
      closed = true;
      await handle.close().catch(() => {});
    },
  };
}
