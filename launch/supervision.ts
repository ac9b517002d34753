import { setTimeout as pause } from "node:timers/promises";

/**
 * How often in one run a process that ended by itself is started again. Nothing here ever resets, enables or starts the arm: what a process
 * was to the arm, it is again only by the deed of a person.
 */
export const RESTARTS = {
  /** It shows and asks; a person who looks at it wants it back. */
  page: 3,
  /** What it had not said yet lies in its store. */
  telemetry: 3,
  /** Its file is whole up to the last second, and a second file would hide that something is missing. */
  recorder: 0,
  /** Practice begins again from its last checkpoint, by the same command with --resume. */
  trainer: 0,
  /** An arm that nobody watches is stopped; who watches it next is for a person to see to. */
  watchdog: 0,
  /** It plays the arm, and no arm is brought back by a program. */
  twin: 0,
} as const satisfies Readonly<Record<string, number>>;

/** A process while it lives. `ended` settles, and never rejects, when it no longer does. */
export interface Living {
  readonly ended: Promise<void>;
}

export interface Supervised<P> {
  /** The process that lives now; undefined between an end and the next beginning, and for ever after the last end. */
  current(): P | undefined;
  /** From now on its end is wanted. */
  release(): void;
}

/** s before the first restart; each further one waits as much longer. */
const WAIT = 0.2;

/**
 * Starts a process and starts it again as RESTARTS allows. `told` gets a line at every end. Rejects when the first start does; a later one that
 * fails counts as an end.
 */
export async function supervised<P extends Living>(
  name: keyof typeof RESTARTS,
  begin: () => Promise<P>,
  told: (line: string) => void,
  wait: (s: number) => Promise<unknown> = (s) => pause(1000 * s, undefined, { ref: false }),
): Promise<Supervised<P>> {
  let current: P | undefined = await begin();
  let released = false;
  const attend = async () => {
    for (let restarts = 0; ; restarts++) {
      await current?.ended;
      current = undefined;
      if (released) return;
      if (restarts >= RESTARTS[name]) return told(`the ${name}'s process ended; the run goes on without it`);
      told(`the ${name}'s process ended; it is started again (${restarts + 1} of ${RESTARTS[name]})`);
      await wait(WAIT * (restarts + 1));
      if (!released) current = await begin().catch(() => undefined);
    }
  };
  void attend();
  return { current: () => current, release: () => void (released = true) };
}
