import { mkdir, open, readFile, rename } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { OnarmError } from "../src/domain/errors.ts";
import { readBundle } from "../src/policy/bundle.ts";
import type { Bundle } from "../src/policy/bundle.ts";
import { appendGateEntry, readGateLog } from "./gateLog.ts";
import type { GateEntry } from "./gateLog.ts";

/** A bundle that may drive, or did. `bundle`: its folder, relative to the pointer's own so that both can be moved together. */
const promotedSchema = z.strictObject({ bundle: z.string(), hash: z.string(), since: z.string() });
const pointerSchema = z.strictObject({
  schema: z.literal(1),
  current: promotedSchema,
  /** What drove before, oldest first: where a rollback goes. */
  previous: z.array(promotedSchema),
});
export type Promoted = z.infer<typeof promotedSchema>;
export type Pointer = z.infer<typeof pointerSchema>;

/**
 * A verdict that also tells where both lie, relative to the log's folder: what a first promotion can be rolled back to, and what is waiting to
 * be promoted.
 */
export interface LocatedEntry extends GateEntry {
  readonly incumbentAt?: string;
  readonly candidateAt?: string;
}

export const logFile = (folder: string) => path.join(folder, "gate.jsonl");
export const pointerFile = (folder: string) => path.join(folder, "promoted.json");

/** The pointer to the weights that may drive; undefined where nothing was promoted yet. Rejects with "file.damaged". */
export async function readPointer(folder: string): Promise<Pointer | undefined> {
  const file = pointerFile(folder);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // judged below, as any other content that is no pointer
  }
  const parsed = pointerSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new OnarmError("file.damaged", `${file}: this is no pointer to promoted weights; move it away and promote again`);
}

/** Replaces the pointer; a crash leaves the last one or the new one, never half of one. */
async function writePointer(folder: string, pointer: Pointer): Promise<void> {
  await mkdir(folder, { recursive: true });
  const part = `${pointerFile(folder)}.writing-${process.pid}`;
  const file = await open(part, "w");
  try {
    await file.writeFile(JSON.stringify(pointer, null, 2) + "\n");
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, pointerFile(folder));
}

const short = (hash: string) => hash.slice(0, 12);
const now = () => new Date().toISOString();

/** What became of a request to move the pointer: where it points now, or why it was left alone. */
export type Move = { readonly pointer: Pointer } | { readonly refused: string };

/** The incumbent of a verdict, if it still lies where it was judged. */
async function stillThere(folder: string, { incumbent, incumbentAt }: LocatedEntry): Promise<Bundle | undefined> {
  const found =
    incumbentAt === undefined ? undefined : await readBundle(path.resolve(folder, incumbentAt)).catch(() => undefined);
  return found?.hash === incumbent ? found : undefined;
}

/** Lets a candidate drive whose last verdict was "promote", given against the very weights that drive now. */
export async function promote(folder: string, candidate: Bundle): Promise<Move> {
  const who = `${candidate.directory} (${short(candidate.hash)})`;
  const judge = (incumbent: string) => `onarm gate --incumbent ${incumbent} --candidate ${candidate.directory}`;
  const { entries } = await readGateLog(logFile(folder));
  const word: LocatedEntry | undefined = entries.findLast((entry) => entry.candidate === candidate.hash);
  if (!word) return { refused: `${who} has no verdict in ${logFile(folder)}; judge it first: ${judge("DIR")}` };
  if (word.verdict !== "promote") {
    const was = word.verdict === "rollback" ? "was rolled back" : "was refused";
    return { refused: `${who} ${was} at ${word.time}: ${word.reasons.join("; ")}` };
  }
  const pointer = await readPointer(folder);
  const drives = pointer?.current;
  if (drives?.hash === candidate.hash) return { refused: `${who} drives already, since ${drives.since}; nothing was changed` };
  if (drives && drives.hash !== word.incumbent)
    return {
      refused:
        `${who} was judged against ${short(word.incumbent)}, but ${short(drives.hash)} drives now; ` +
        `judge it against that: ${judge(path.resolve(folder, drives.bundle))}`,
    };
  const place = ({ directory, hash }: Bundle, since: string): Promoted => ({
    bundle: path.relative(folder, directory),
    hash,
    since,
  });
  const before = pointer ? undefined : await stillThere(folder, word);
  const next: Pointer = {
    schema: 1,
    current: place(candidate, now()),
    previous: pointer ? [...pointer.previous, pointer.current] : before ? [place(before, word.time)] : [],
  };
  await writePointer(folder, next);
  return { pointer: next };
}

/**
 * Lets the weights drive again that did before the last promotion, if they are still whole. It is logged as the candidate's last word,
 * so that what was rolled back needs a new verdict.
 */
export async function rollback(folder: string, reason = "rolled back by hand"): Promise<Move> {
  const pointer = await readPointer(folder);
  if (!pointer) return { refused: `nothing was promoted in ${folder}; there is nothing to roll back` };
  const back = pointer.previous.at(-1);
  if (!back)
    return { refused: `${short(pointer.current.hash)} is the first that was promoted; there is nothing to roll back to` };
  const found = await readBundle(path.resolve(folder, back.bundle));
  if (found.hash !== back.hash)
    throw new OnarmError(
      "file.damaged",
      `${found.directory}: this is no longer the bundle that drove (${short(back.hash)}); restore that one from its source`,
    );
  await appendGateEntry(logFile(folder), {
    time: now(),
    verdict: "rollback",
    incumbent: back.hash,
    candidate: pointer.current.hash,
    reasons: [reason],
  });
  const next: Pointer = { schema: 1, current: { ...back, since: now() }, previous: pointer.previous.slice(0, -1) };
  await writePointer(folder, next);
  return { pointer: next };
}
