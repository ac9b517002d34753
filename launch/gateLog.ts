import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { OnarmError } from "../src/domain/errors.ts";

/** One line of the gate's log: what was decided about which weights, and why. Hashes are sha-256 of bundles. */
export interface GateEntry {
  /** Wall clock, ISO 8601. */
  readonly time: string;
  readonly verdict: "promote" | "refuse" | "rollback";
  readonly incumbent: string;
  readonly candidate: string;
  readonly reasons: readonly string[];
  /** The numbers behind the verdict; null where there were none (JSON has no NaN). */
  readonly difference?: number | null;
  readonly low?: number | null;
  readonly high?: number | null;
  readonly tasks?: number;
}

const verdicts = new Set<unknown>(["promote", "refuse", "rollback"]);

function parseEntry(line: string): GateEntry | undefined {
  try {
    const entry = JSON.parse(line) as GateEntry;
    const texts = [entry.time, entry.incumbent, entry.candidate];
    const good = verdicts.has(entry.verdict) && texts.every((text) => typeof text === "string") && Array.isArray(entry.reasons);
    return good ? entry : undefined;
  } catch {
    return undefined;
  }
}

const storageFailed = (path: string, error: unknown) => {
  const { message } = error as Error;
  return new OnarmError(
    "storage.failed",
    `the gate's log ${path} cannot be used: ${message}; check the disk and its rights`,
    { path },
    error,
  );
};

/** Adds one line and waits until it is on the disk. A line that was torn before stays alone on its line. Rejects with "storage.failed". */
export async function appendGateEntry(path: string, entry: GateEntry): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, "a+");
    try {
      const { size } = await file.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await file.read(last, 0, 1, size - 1);
      const torn = size > 0 && last.toString() !== "\n";
      await file.appendFile(`${torn ? "\n" : ""}${JSON.stringify(entry)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw storageFailed(path, error);
  }
}

export interface GateLog {
  readonly entries: readonly GateEntry[];
  /** Lines that are not entries: torn by a crash or a full disk. */
  readonly damaged: number;
}

/** All verdicts in the order they were given; an absent log is an empty one. Rejects with "storage.failed". */
export async function readGateLog(path: string): Promise<GateLog> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { entries: [], damaged: 0 };
    throw storageFailed(path, error);
  }
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const entries = lines.map(parseEntry).filter((entry) => entry !== undefined);
  return { entries, damaged: lines.length - entries.length };
}
