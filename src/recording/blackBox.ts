import type { ArmState, JointCommand, Verdict } from "../domain/arm.ts";
import type { Mode } from "../domain/mode.ts";
import { explain } from "../domain/stops.ts";
import type { Explanation } from "../domain/stops.ts";
import type { Seconds } from "../domain/units.ts";
import type { EventRecord, ModeRecord, Recorded } from "./records.ts";

type Timed<T> = { readonly at: Seconds } & T;

/** What happened in the seconds before a stop, oldest first. `seconds`: how far back it reaches. The first mode may have begun before that. */
export interface Before {
  readonly seconds: number;
  readonly states: readonly Timed<Partial<ArmState>>[];
  readonly commands: readonly Timed<JointCommand>[];
  readonly verdicts: readonly Timed<Verdict>[];
  readonly modes: readonly Timed<Mode>[];
  readonly events: readonly Timed<Pick<EventRecord, "level" | "code" | "text">>[];
}

/** One stop of the arm, with what came before it. `at`: s on the recording's clock; `episode`: null between episodes. */
export interface StopEntry extends Explanation {
  readonly at: Seconds;
  readonly episode: number | null;
  readonly cause: string;
  readonly before: Before;
}

export interface BlackBox {
  /** Remembers the record; the stop it tells of, if it tells of one that was not told before. */
  take(record: Recorded): StopEntry | undefined;
  /** Whether the last mode was one in which the arm is driven. */
  driving(): boolean;
}

/** s. The governor's stop and the mode it leads to carry the same time. */
const SAME = 1e-6;
/** Cause of a stop that nobody was left to record: the process that drove the arm is gone. */
export const CONTROL_LOST = "control.lost";

const kept = (record: Recorded) =>
  record.channel === "/joint_states" ||
  record.channel === "/onarm/sensed" ||
  record.channel === "/onarm/verdict" ||
  record.channel === "/onarm/mode" ||
  record.channel === "/onarm/event";

/**
 * Keeps the newest `span` s of what was recorded, at most `most` records, and hands them out with every stop. The records are handed out as
 * they came, never copied, and may not change. Pure but for its memory: the same records in the same order give the same stops.
 */
export function blackBox({ span = 2, most = 4000 } = {}): BlackBox {
  let ring: Recorded[] = [];
  let oldest = 0; // index into the ring; what is before it is let go in bulk
  let latest = -Infinity;
  let standing: ModeRecord | undefined; // the newest mode that has left the ring: it holds until the next one
  let episode: number | null = null;
  // The governor's stop and the mode it leads to are two records of one stop, in either order.
  let judged: { readonly cause: string; readonly at: number } | undefined;
  let latched: { readonly cause: string; readonly at: number } | undefined;
  let driven = false;

  const remember = (record: Recorded) => {
    // Says what is good, so that a time of NaN is not kept.
    if (!kept(record) || !(record.at >= latest - span)) return;
    latest = Math.max(latest, record.at);
    ring.push(record);
    for (; oldest < ring.length && (ring[oldest]!.at < latest - span || ring.length - oldest > most); oldest++) {
      const gone = ring[oldest]!;
      if (gone.channel === "/onarm/mode") standing = gone;
    }
    if (oldest > 1024 && oldest > ring.length / 2) [ring, oldest] = [ring.slice(oldest), 0];
  };

  const causeIn = (record: Recorded): string | undefined => {
    if (record.channel === "/onarm/episode") episode = record.phase === "begin" ? record.episode : null;
    else if (record.channel === "/onarm/verdict" && record.verdict.kind === "stop") {
      const { reason: cause } = record.verdict;
      if (latched?.cause === cause && Math.abs(record.at - latched.at) <= SAME) return undefined;
      judged = { cause, at: record.at };
      return cause;
    } else if (record.channel === "/onarm/mode") {
      const { mode } = record;
      driven = mode.is === "running" || mode.is === "resetting" || mode.is === "manual" || mode.is === "holding";
      const told = mode.is === "stopped" && (judged?.cause === mode.cause || latched?.cause === mode.cause);
      judged = undefined;
      latched = mode.is === "stopped" ? { cause: mode.cause, at: record.at } : undefined;
      return told ? undefined : latched?.cause;
    } else if (record.channel === "/onarm/event" && record.code === CONTROL_LOST && record.level === "fault") {
      return latched === undefined ? CONTROL_LOST : undefined;
    }
    return undefined;
  };

  return {
    take(record) {
      remember(record);
      const cause = causeIn(record);
      if (cause === undefined) return undefined;
      const { at } = record;
      const window = ring.slice(oldest).filter((one) => one.at >= at - span && one.at <= at + SAME);
      return { at, episode, cause, ...explain(cause), before: beforeOf(at, window, standing) };
    },
    driving: () => driven,
  };
}

function beforeOf(at: Seconds, window: readonly Recorded[], standing: ModeRecord | undefined): Before {
  const states: Timed<Partial<ArmState>>[] = [];
  const [commands, verdicts, modes, events]: [
    Timed<JointCommand>[],
    Timed<Verdict>[],
    Timed<Mode>[],
    Before["events"][number][],
  ] = [[], [], [], []];
  if (standing) modes.push({ at: standing.at, ...standing.mode });
  for (const record of window)
    switch (record.channel) {
      case "/joint_states": {
        const { at, position, velocity, effort } = record;
        states.push({ at, position, velocity, effort } as Timed<Partial<ArmState>>);
        break;
      }
      case "/onarm/sensed": {
        const { channel: _, ...sensed } = record;
        if (states.at(-1)?.at === record.at) states.push({ ...states.pop()!, ...sensed });
        else states.push(sensed);
        break;
      }
      case "/onarm/verdict":
        commands.push({ at: record.at, ...record.asked });
        verdicts.push({ at: record.at, ...record.verdict });
        break;
      case "/onarm/mode":
        modes.push({ at: record.at, ...record.mode });
        break;
      case "/onarm/event":
        events.push({ at: record.at, level: record.level, code: record.code, text: record.text });
    }
  const first = window.reduce((least, { at: one }) => Math.min(least, one), at as number);
  return { seconds: at - first, states, commands, verdicts, modes, events };
}
