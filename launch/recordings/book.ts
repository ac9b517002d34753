import { readFile } from "node:fs/promises";
import { z } from "zod";
import { OnarmError } from "../../src/domain/errors.ts";
import { episodesOf } from "../running/episodes.ts";

const line = z.looseObject({ number: z.int().min(0), keep: z.boolean(), aim: z.string().optional() });
export type Said = z.infer<typeof line>;

/**
 * What was said of a recording's episodes in the list beside it, the last line of each. No list: nothing was said. A last line that is cut off
 * is as if it had not been written. @throws "file.damaged" for any other line that is none
 */
export async function bookOf(recording: string): Promise<ReadonlyMap<number, Said>> {
  const file = episodesOf(recording);
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const said = new Map<number, Said>();
  for (const [i, row] of text.split("\n").slice(0, -1).entries()) {
    const parsed = line.safeParse(parseLine(row));
    if (!parsed.success)
      throw new OnarmError("file.damaged", `${file}: line ${i + 1} tells of no episode; correct it, or take it out`);
    said.set(parsed.data.number, parsed.data);
  }
  return said;
}

/** undefined for what is no JSON. */
export function parseLine(row: string): unknown {
  try {
    return JSON.parse(row) as unknown;
  } catch {
    return undefined;
  }
}
