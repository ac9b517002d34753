import type { ArmStatus } from "../domain/arm.ts";
import type { Tick } from "../domain/control.ts";
import type { SceneState } from "../domain/scene.ts";
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

/** m, m/s and s: a thing the arm pushes moves no faster; what has moved further since it was last believed was misseen, or someone moved it. */
const JUMP = 0.03;
const PUSHED = 0.5;
const MEMORY = 0.2;

/** Holds the supervisor begins, and ends when their cause is gone. */
export const ownHolds: ReadonlySet<string> = new Set([
  "state.late",
  "state.disorder",
  "beat.late",
  "scene.stale",
  "scene.implausible",
  "policy.nonfinite",
  "policy.late",
]);

/** Whether every thing that both scenes know can have got from one place to the other by being pushed. */
function plausible(before: SceneState, scene: SceneState): boolean {
  const reach = JUMP + PUSHED * Math.min(MEMORY, scene.at - before.at);
  return Object.entries(scene.facts).every(([name, { position: p, valid }]) => {
    const q = before.facts[name];
    return !valid || !q?.valid || Math.hypot(p[0] - q.position[0], p[1] - q.position[1], p[2] - q.position[2]) <= reach;
  });
}

/** Whether `since` is at most `age` s before `at`. Stamps that are sums of periods differ by rounding; NaN is not within anything. */
export const within = (at: number, since: number, age: number) => at - since <= age + 1e-6;

/** Whether the motors answer: enabled alone does not say it after a boot with the stop button pressed (not homed, not ready). */
export const answers = (status: ArmStatus) => status.enabled && status.ready && status.homed && !status.stopped;

/**
 * Watches, beat by beat, what a governor cannot: that states, scenes, beats and sends keep coming, and that what is wanted can be obeyed.
 * Holds that it began end by themselves when their cause is gone; a hold begun by anybody else does not.
 */
export function supervisor(parts: SupervisorParts): Supervisor {
  const { authority, senses, period } = parts;
  let believed: SceneState | undefined;
  let beat: Seconds | undefined;
  let late = 0;

  const reasonToHold = ({ at, state, scene }: Parameters<Supervisor>[0]): string | undefined => {
    if (!within(at, state!.at, parts.maxStateAge)) return "state.late";
    if (senses.disorderly(at)) return "state.disorder";
    if (late > LATE_BEATS) return "beat.late";
    if (parts.sees && !(scene && within(at, scene.at, SCENE_LATE))) return "scene.stale";
    if (scene && believed && !plausible(believed, scene)) return "scene.implausible";
    believed = scene;
    return authority.refusal(at);
  };

  const link = ({ at, state }: Parameters<Supervisor>[0]) => {
    const mode = authority.mode();
    const status = parts.status();
    const alive = state !== undefined && within(at, state.at, GONE);
    if (mode.is === "offline") {
      if (alive && status) authority.fire({ on: "connected", enabled: answers(status) });
    } else if (mode.is !== "stopped" && !alive && late !== 1) {
      // A single late beat means that we were deaf, and states may be waiting to be heard: nothing leaves, and the next beat decides.
      authority.fire(mode.is === "disabled" ? { on: "lost" } : { on: "stop", cause: "state.stale" });
    }
    const since = parts.inFlightSince();
    if (since !== undefined && !within(at, since, OVERDUE)) authority.fire({ on: "stop", cause: "link.timeout" });
  };

  return (tick) => {
    late = beat !== undefined && !(tick.at - beat <= LATE_BEAT * period) ? late + 1 : 0;
    beat = tick.at;
    link(tick);
    const mode = authority.mode();
    // Between runs a person or the simulator sets the scene out: what is seen next is believed.
    if (mode.is !== "running" && !(mode.is === "holding" && mode.from === "running")) believed = undefined;
    if (mode.is !== "running" && mode.is !== "resetting" && mode.is !== "holding") return;
    const cause = reasonToHold(tick);
    if (cause === undefined) {
      if (mode.is === "holding" && ownHolds.has(mode.cause)) authority.fire({ on: "resume" });
    } else if (mode.is !== "holding") {
      authority.fire({ on: "hold", cause });
    }
  };
}
