import { readFile } from "node:fs/promises";
import { z } from "zod";
import { OnarmError, isOnarmError } from "../src/domain/errors.ts";
import { explain, isStopCause, type Explanation } from "../src/domain/stops.ts";
import { blackBox, type StopEntry } from "../src/recording/blackBox.ts";
import { readRecording } from "../src/recording/read.ts";
import { stopLogOf } from "../src/recording/stopLog.ts";

/** A stop of the arm as it is listed. `at`: s on the recording's clock. `reason` and `cause` are the same word. `before`: how many are kept. */
export interface StopListed extends Explanation {
  readonly at: number;
  readonly episode: number | null;
  readonly reason: string;
  readonly cause: string;
  readonly before: {
    readonly seconds: number;
    readonly states: number;
    readonly commands: number;
    readonly verdicts: number;
    readonly modes: number;
    readonly events: number;
  };
  /** "log": kept by the black box as it happened; "recording": put together from the recording afterwards. */
  readonly from: "log" | "recording";
}

/** s. The same stop in the recording and in the log of stops: stamps went through different roundings. */
const SAME = 1e-3;

const things = z.array(z.looseObject({ at: z.number() }));
const logged = z.object({
  at: z.number(),
  episode: z.number().nullable(),
  cause: z.string(),
  what: z.string(),
  why: z.string(),
  remedy: z.string(),
  before: z.object({ seconds: z.number(), states: things, commands: things, verdicts: things, modes: things, events: things }),
});

/** The stops that the black box kept beside a recording, and how many lines of it are torn. A recording of which none were kept has none. */
async function logOf(recording: string): Promise<{ entries: StopEntry[]; tornLines: number }> {
  const path = stopLogOf(recording);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { entries: [], tornLines: 0 };
    throw new OnarmError(
      "file.damaged",
      `${path} cannot be read: ${(error as Error).message}; check its rights`,
      { path },
      error,
    );
  }
  const entries: StopEntry[] = [];
  let tornLines = 0;
  for (const line of text.split("\n").filter((one) => one !== "")) {
    try {
      entries.push(logged.parse(JSON.parse(line)) as unknown as StopEntry);
    } catch {
      tornLines++;
    }
  }
  return { entries, tornLines };
}

/** Calls back for every stop of a recording, once, in the order of time, with its window: from the black box's log, else from the recording. */
async function eachStop(file: string, damaged: boolean, each: (entry: StopEntry, from: StopListed["from"]) => void) {
  const { entries, tornLines } = await logOf(file);
  const box = blackBox();
  let dropped = 0;
  let next = 0; // of the log, whose stops come in the same order
  try {
    for await (const record of readRecording(file)) {
      if (record.channel === "/onarm/event" && record.code === "recording.dropped")
        dropped += Number(record.detail?.dropped ?? 0);
      const found = box.take(record);
      if (found === undefined) continue;
      const same = entries.findIndex((one, i) => i >= next && one.cause === found.cause && Math.abs(one.at - found.at) <= SAME);
      if (same < 0) each(found, "recording");
      else {
        for (; next <= same; next++) each(entries[next]!, "log");
      }
    }
  } catch (error) {
    if (!(damaged && isOnarmError(error))) throw error;
  }
  // What the recording has lost, the log may have kept.
  for (; next < entries.length; next++) each(entries[next]!, "log");
  return { dropped, tornLines };
}

const listed = (entry: StopEntry, from: StopListed["from"]): StopListed => {
  const { at, episode, cause, what, why, remedy, before } = entry;
  const { seconds, states, commands, verdicts, modes, events } = before;
  return {
    at,
    episode,
    reason: cause,
    cause,
    // Today's words, where they know the cause; else those of the day.
    ...(isStopCause(cause) ? explain(cause) : { what, why, remedy }),
    before: {
      seconds,
      states: states.length,
      commands: commands.length,
      verdicts: verdicts.length,
      modes: modes.length,
      events: events.length,
    },
    from,
  };
};

/** Every stop of a recording, and the records that the recorder had to drop. A damaged recording tells what is before the damage. */
export async function stopsOf(
  file: string,
  damaged: boolean,
): Promise<{ list: StopListed[]; dropped: number; tornLines: number }> {
  const list: StopListed[] = [];
  const rest = await eachStop(file, damaged, (entry, from) => list.push(listed(entry, from)));
  return { list, ...rest };
}

/** The n-th stop of that list, from 1, with all that is kept of what came before it. Throws "usage.invalid" when there is none. */
export async function windowOf(file: string, n: number): Promise<StopEntry> {
  let seen = 0;
  let found: StopEntry | undefined;
  await eachStop(file, true, (entry) => {
    if (++seen === n) found = entry;
  });
  if (found) return found;
  const there = seen === 0 ? "tells of no stop" : `has ${seen} ${seen === 1 ? "stop" : "stops"} and none with the number ${n}`;
  throw new OnarmError("usage.invalid", `inspect: ${file} ${there}; \`--stops\` lists them`, { file, n });
}

/** A stop in lines for a person. */
export function toldOf({ at, episode, cause, what, why, remedy, before }: StopListed, n: number): string[] {
  const { seconds, states, commands, verdicts, modes } = before;
  return [
    `${n}. ${at.toFixed(3)} s  episode ${episode ?? "-"}: ${cause}`,
    `   what happened: ${what}`,
    `   why:           ${why}`,
    `   what to do:    ${remedy}`,
    `   kept:          ${states} states, ${commands} commands, ${verdicts} verdicts, ${modes} modes over ${seconds.toFixed(2)} s before it`,
  ];
}
