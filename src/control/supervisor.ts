import type { ArmStatus } from "../domain/arm.ts";
import type { Tick } from "../domain/control.ts";
import type { Seconds } from "../domain/units.ts";
import type { Authority } from "./authority.ts";
import type { Senses } from "./senses.ts";

/** s. A state older than the limits' age: hold; older than GONE: stop. A scene older than SCENE_LATE: hold. A send longer under way than OVERDUE: stop. */
export const GONE = 0.15 as Seconds;
export const SCENE_LATE = 0.2;
const OVERDUE = 0.1;
/** A beat this many periods after the one before is late; so many late ones in a row: hold. */
const LATE_BEAT = 1.5;
const LATE_BEATS = 3;

export type Supervisor = (tick: Omit<Tick, "counters">) => void;

interface SupervisorParts {
  readonly authority: Authority;
  readonly senses: Senses;
  readonly period: Seconds;
  /** Driving needs a state no older than this, s. */
  readonly maxStateAge: Seconds;
  /** A scene is part of what drives. */
  readonly sees: boolean;
  readonly status: () => ArmStatus | undefined;
  readonly inFlightSince: () => Seconds | undefined;
}

/** Whether the motors answer: enabled alone does not say it after a boot with the stop button pressed (not homed, not ready). */
export const answers = (status: ArmStatus) => status.enabled && status.ready && status.homed && !status.stopped;

/**
 * Watches, beat by beat, what a governor cannot: that states, scenes, beats and sends keep coming, and that what is wanted can be obeyed.
 * Holds that it began end by themselves when their cause is gone; a hold begun by anybody else does not.
 */
export function supervisor(parts: SupervisorParts): Supervisor {
  const { authority, senses, period } = parts;
  const own = new Set<string>();
  let beat: Seconds | undefined;
  let late = 0;

  const reasonToHold = ({ at, state, scene }: Parameters<Supervisor>[0]): string | undefined => {
    if (!(at - state!.at <= parts.maxStateAge)) return "state.late";
    if (senses.disorderly(at)) return "state.disorder";
    if (late > LATE_BEATS) return "beat.late";
    if (parts.sees && !(scene && at - scene.at <= SCENE_LATE)) return "scene.stale";
    return authority.refusal();
  };

  const link = ({ at, state }: Parameters<Supervisor>[0]) => {
    const mode = authority.mode();
    const status = parts.status();
    const alive = state !== undefined && at - state.at <= GONE;
    if (mode.is === "offline") {
      if (alive && status) authority.fire({ on: "connected", enabled: answers(status) });
    } else if (mode.is !== "stopped" && !alive) {
      authority.fire(mode.is === "disabled" ? { on: "lost" } : { on: "stop", cause: "state.stale" });
    }
    const since = parts.inFlightSince();
    if (since !== undefined && !(at - since <= OVERDUE)) authority.fire({ on: "stop", cause: "link.timeout" });
  };

  return (tick) => {
    late = beat !== undefined && !(tick.at - beat <= LATE_BEAT * period) ? late + 1 : 0;
    beat = tick.at;
    link(tick);
    const mode = authority.mode();
    if (mode.is !== "running" && mode.is !== "resetting" && mode.is !== "holding") return;
    const cause = reasonToHold(tick);
    if (cause === undefined) {
      if (mode.is === "holding" && own.has(mode.cause)) authority.fire({ on: "resume" });
    } else if (mode.is !== "holding") {
      own.add(cause);
      authority.fire({ on: "hold", cause });
    }
  };
}
