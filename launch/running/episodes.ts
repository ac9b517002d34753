import { appendFile } from "node:fs/promises";
import type { EpisodeView, OperatorCommand } from "../../src/operator/protocol.ts";

/** Episodes that are listed; older ones are in the recording and in the file. */
const LISTED = 100;

export type Mark = Omit<Extract<OperatorCommand, { readonly kind: "mark" }>, "kind" | "by">;
/** What is known of an episode when it is over. `cause`: why it was cut short. */
export type Ended = Pick<EpisodeView, "steps" | "clamps" | "stops"> & {
  readonly success?: boolean;
  readonly reward?: { readonly values: Float32Array; readonly source: "environment" | "person" };
  readonly cause?: string;
};

/** Where a recording's episodes are told of, one line each time something is said of one; the last line of an episode counts. */
export const episodesOf = (recording: string): string => recording.replace(/\.mcap$/, "") + ".episodes.jsonl";

const mean = (xs: ArrayLike<number>) => (xs.length > 0 ? Array.from(xs).reduce((a, b) => a + b, 0) / xs.length : undefined);

/**
 * The run's book of episodes: what became of each, and what a person said of it. The list is another object whenever something in it
 * changed. `file` is only ever added to; a line that cannot be written is told to `failed` and the book goes on. `now`: s, monotonic.
 */
export function episodeBook(file: string, now: () => number, failed: (why: Error) => void) {
  let list: readonly EpisodeView[] = [];
  let began = 0;
  let decoded: number[] = [];
  let writing = Promise.resolve();

  const write = (entry: EpisodeView) => {
    const line = JSON.stringify({ wall: new Date().toISOString(), ...entry }) + "\n";
    writing = writing.then(() => appendFile(file, line)).catch(failed);
  };
  const change = (number: number, next: (entry: EpisodeView) => EpisodeView): EpisodeView | undefined => {
    const at = list.findIndex((entry) => entry.number === number);
    if (at < 0) return undefined;
    const entry = next(list[at]!);
    list = list.with(at, entry);
    return entry;
  };

  return {
    /** Oldest first. */
    list: () => list,
    begins(number: number, what: Pick<EpisodeView, "task" | "aim" | "policy">): void {
      began = now();
      decoded = [];
      const fresh = { state: "running", steps: 0, seconds: 0, clamps: 0, stops: 0, keep: true, flag: false, note: "" } as const;
      list = [...list, { number, ...what, ...fresh }].slice(-LISTED);
    },
    /** One step of the running episode was decoded. */
    stepped: (reward: number) => void decoded.push(reward),
    ends(number: number, { steps, clamps, stops, success, reward, cause }: Ended): void {
      const [own, given] = [mean(decoded), reward && mean(reward.values)];
      const entry = change(number, (running) => ({
        ...running,
        state: cause === undefined ? "done" : "cut",
        ...{ steps, clamps, stops, seconds: now() - began },
        ...(own === undefined ? {} : { decoded: own }),
        ...(given === undefined ? {} : { reward: given, rewardSource: reward!.source }),
        ...(success === undefined ? {} : { success }),
        ...(cause === undefined ? {} : { cause }),
      }));
      if (entry) write(entry);
    },
    /** What a person says of an episode; false for one that is not listed. */
    mark({ episode, keep, flag, note }: Mark): boolean {
      const entry = change(episode, (known) => ({
        ...known,
        ...(keep === undefined ? {} : { keep }),
        ...(flag === undefined ? {} : { flag }),
        ...(note === undefined ? {} : { note }),
      }));
      if (entry) write(entry);
      return entry !== undefined;
    },
    /** Resolves when all of it is with the disk. */
    close: () => writing,
  };
}
export type EpisodeBook = ReturnType<typeof episodeBook>;
