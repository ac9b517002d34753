import type { ArmStatus } from "../domain/arm.ts";
import type { Notice, Tick } from "../domain/control.ts";
import type { SceneState } from "../domain/scene.ts";
import type { Seconds } from "../domain/units.ts";
import type { Authority } from "./authority.ts";
import type { Senses } from "./senses.ts";

/**
 * s. A state older than the limits' age: hold; older than GONE: stop. A scene older than SCENE_LATE: hold. A send longer under way than OVERDUE: stop.
 * Each is looked at once a beat, so that it lies a beat or two inside the bound that docs/safety.md promises.
 */
export const GONE = 0.13 as Seconds;
export const SCENE_LATE = 0.18;
const OVERDUE = 0.1;
/** A beat this many periods after the one before is late; so many late ones in a row: hold. */
const LATE_BEAT = 1.5;
const LATE_BEATS = 3;
/** s: a state older than this many periods is worth a word; a wall clock that jumped this far, s, too. One word of a kind a second. */
const LATE_STATE = 2.5;
const JUMPED = 0.5;
const QUIET = 1;

/** Looks at a tick before anything is commanded; says what is worth telling. */
export type Supervisor = (tick: Omit<Tick, "counters">) => readonly Notice[];

type Seen = Parameters<Supervisor>[0];

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
  /** Unix time, s; watched for jumps, never used. */
  readonly wall: () => number;
  /** Which exploration budget is spent, if one is. Asked once a beat, after all else. */
  readonly spent: (tick: Seen) => string | undefined;
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

  const reasonToHold = ({ at, state, scene }: Seen): string | undefined => {
    if (parts.status()?.cuff) return "arm.cuff";
    if (!within(at, state?.at ?? -Infinity, parts.maxStateAge)) return "state.late";
    if (senses.disorderly(at)) return "state.disorder";
    if (late > LATE_BEATS) return "beat.late";
    if (parts.sees && !(scene && within(at, scene.at, SCENE_LATE))) return "scene.stale";
    if (scene && believed && !plausible(believed, scene)) return "scene.implausible";
    believed = scene;
    return authority.refusal(at);
  };

  /** A person drives only while they keep saying so, and while what they drive is seen. */
  const reasonToLetGo = ({ at, state }: Seen): string | undefined => {
    if (parts.status()?.cuff) return "arm.cuff";
    if (!within(at, state?.at ?? -Infinity, parts.maxStateAge)) return "state.late";
    if (late > LATE_BEATS) return "beat.late";
    return authority.refusal(at) === undefined ? undefined : "operator.late";
  };

  const told = new Map<string, Seconds>();
  let offset: number | undefined;
  const notices = ({ at, state }: Seen): Notice[] => {
    const found: Notice[] = [];
    const tell = (level: Notice["level"], code: string, text: string) => {
      if (within(at, told.get(code) ?? -Infinity, QUIET)) return;
      told.set(code, at);
      found.push({ level, code, text });
    };
    if (state && !within(at, state.at, LATE_STATE * period))
      tell("warn", "state.late", `the newest arm state is ${Math.round(1000 * (at - state.at))} ms old`);
    if (late > 0) tell("warn", "beat.late", `this beat came ${late} in a row late: the machine is busy`);
    const now = parts.wall() - at;
    const jump = now - (offset ?? now);
    offset = now;
    if (!(Math.abs(jump) < JUMPED))
      tell("warn", "clock.jumped", `the wall clock jumped by ${jump.toFixed(1)} s; motion does not use it`);
    return found;
  };

  const link = ({ at, state }: Seen) => {
    const mode = authority.mode();
    const status = parts.status();
    // A person may be quicker than the first state after a reset: until it is late, too, the arm counts as heard. Nothing leaves without a state.
    const alive = within(at, state?.at ?? senses.awaitedSince() ?? -Infinity, GONE);
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
    const found = notices(tick);
    link(tick);
    hold(tick, found);
    const spent = parts.spent(tick);
    // Not a fault: what was set aside for practice is used up, and the arm comes to rest in order.
    if (spent !== undefined && authority.fire({ on: "finish" }))
      found.push({ level: "warn", code: spent, text: "the exploration budget is spent; the session closes in order" });
    return found;
  };

  function hold(tick: Seen, found: Notice[]) {
    const mode = authority.mode();
    if (mode.is === "manual") {
      const cause = reasonToLetGo(tick);
      if (cause === undefined) return;
      authority.fire({ on: "hold", cause });
      found.push({ level: "warn", code: cause, text: "driving by hand has ended; the arm comes to rest" });
      return;
    }
    // Between runs a person or the simulator sets the scene out: what is seen next is believed.
    if (mode.is !== "running" && !(mode.is === "holding" && mode.from === "running")) believed = undefined;
    if (mode.is !== "running" && mode.is !== "resetting" && mode.is !== "holding") return;
    const cause = reasonToHold(tick);
    if (cause === undefined) {
      if (mode.is === "holding" && ownHolds.has(mode.cause)) authority.fire({ on: "resume" });
    } else if (mode.is !== "holding") {
      authority.fire({ on: "hold", cause });
    }
  }
}
