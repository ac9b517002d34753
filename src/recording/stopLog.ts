import { ReplaySubject, type Observable } from "rxjs";
import { OnarmError } from "../domain/errors.ts";
import { plain } from "./codec.ts";
import type { StopEntry } from "./blackBox.ts";
import { stopDisk, type StopDisk } from "./disk.ts";

export interface StopLogOptions {
  /** Space held from the beginning and given up to a stop that finds the disk full, bytes: room for about ten stops at 100 Hz. */
  readonly ballastBytes?: number;
  readonly disk?: StopDisk;
}

export interface StopLogCounts {
  readonly kept: number;
  /** Stops that could not be written, or found too many others waiting. */
  readonly lost: number;
}

/** The stops of one recording, a line of JSON each, on the disk itself before the next is begun. */
export interface StopLog {
  /** Takes the stop without waiting and never throws. */
  keep(entry: StopEntry): void;
  readonly counts: StopLogCounts;
  /** "storage.low" when no space can be held for it, "storage.failed" for a stop that could not be kept; replays; completes on close. */
  readonly fault$: Observable<OnarmError>;
  /** Writes what waits and gives the held space back. Never rejects; a second call gives the same answer. */
  close(): Promise<StopLogCounts>;
}

/** Stops that may wait for a slow disk. */
const WAITING = 16;

/** Where the stops of a recording are kept, next to it. */
export const stopLogOf = (recording: string) => `${recording}.stops.jsonl`;

export const stopLine = (entry: StopEntry): string => `${JSON.stringify(entry, plain)}\n`;

/** Begins the log of stops of a recording; no file is made before the first stop. Rejects with "file.exists" for one of an earlier recording. */
export async function openStopLog(
  recording: string,
  { ballastBytes = 4 * 2 ** 20, disk = stopDisk }: StopLogOptions = {},
): Promise<StopLog> {
  const path = stopLogOf(recording);
  if (await disk.exists(path))
    throw new OnarmError("file.exists", `${path} exists already and tells of stops; give another name or move it away`, { path });
  const fault$ = new ReplaySubject<OnarmError>();
  let [kept, lost, waiting] = [0, 0, 0];
  let ballast = await disk.reserve(`${recording}.stops.reserve`, ballastBytes).catch((error: unknown) => {
    const text = `the disk of ${path} has no room to hold for stops: ${messageOf(error)}; free some space`;
    fault$.next(new OnarmError("storage.low", text, { path }, error));
    return undefined;
  });

  const release = async () => {
    const held = ballast;
    ballast = undefined;
    await held?.();
    return held !== undefined;
  };
  const write = async (entry: StopEntry) => {
    const line = new TextEncoder().encode(stopLine(entry));
    try {
      await disk.append(path, line).catch(async (error: unknown) => {
        if (!(await release())) throw error;
        await disk.append(path, line);
      });
      kept++;
    } catch (error) {
      lost++;
      const text = `the stop at ${entry.at.toFixed(3)} s (${entry.cause}) could not be kept in ${path}: ${messageOf(error)}; mend the disk`;
      fault$.next(new OnarmError("storage.failed", text, { path, cause: entry.cause }, error));
    }
    waiting--;
  };

  let tail: Promise<unknown> = Promise.resolve();
  let closing: Promise<StopLogCounts> | undefined;
  const counts = () => ({ kept, lost });
  return {
    keep(entry) {
      if (closing !== undefined || waiting >= WAITING) {
        lost++;
        return;
      }
      waiting++;
      tail = tail.then(() => write(entry));
    },
    get counts() {
      return counts();
    },
    fault$,
    close: () =>
      (closing ??= tail
        .then(release)
        .catch(() => undefined)
        .then(() => {
          fault$.complete();
          return counts();
        })),
  };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
