import type { ArmDescription, ArmState, JointCommand, Limits, SentCommand, Verdict } from "../domain/arm.ts";
import type { Seconds } from "../domain/units.ts";
import { armOf, surroundings } from "./clearance.ts";
import type { Arm, Surroundings } from "./clearance.ts";
import { demanded, motion, started } from "./motion.ts";
import type { Demand, Motion } from "./motion.ts";
import { accelerated } from "./ramp.ts";
import { slowed } from "./recovery.ts";
import { rules } from "./rules.ts";
import { recoveryStops, stops } from "./stops.ts";

export type Judge = (now: Seconds, state: ArmState, command: JointCommand, previous?: SentCommand) => Verdict;

export interface Leniency {
  /** For leading an arm back inside: being outside is no stop, only what goes no further out leaves, and that slowly. */
  readonly recovery?: boolean;
}

/**
 * A judge for one arm under one set of limits. Throws "config.invalid" when the description has no chain to its tip; the judge it returns
 * never throws. `previous` is the command last sent; without it acceleration is not judged, so a loop that starts gives it a zero; without
 * its `acceleration` jerk is not judged.
 */
export function governor(description: ArmDescription, limits: Limits, leniency: Leniency = {}): Judge {
  const arm = armOf(description);
  return (now, state, command, previous) => govern(arm, limits, now, state, command, previous, leniency);
}

/** The judgement itself: pure and total, no clock, no memory. Order and priorities of the rules: docs/decisions/0003-governor.md. */
export function govern(
  arm: Arm,
  limits: Limits,
  now: Seconds,
  state: ArmState,
  command: JointCommand,
  previous?: SentCommand,
  { recovery = false }: Leniency = {},
): Verdict {
  let seen: Surroundings | undefined;
  const around = () => (seen ??= surroundings(arm, limits.keepOut, state.position));
  const it = { arm, limits, now, state, command, previous, around };
  for (const [reason, isGood] of recovery ? recoveryStops : stops) if (!isGood(it)) return { kind: "stop", reason };
  const demand = demanded(command, state.position);
  if (demand.every((w) => w === 0)) return { kind: "pass", command };
  const m = motion(recovery ? slowed(limits) : limits, command.period, around());
  const reasons = new Set<string>();
  const hard = fitted(m, demand, reasons);
  const sent = previous
    ? accelerated(m, started(previous, command, state), previous.acceleration, hard, reasons, (w) => fitted(m, w, new Set()))
    : hard;
  const joints = [...sent.keys()].filter((k) => sent[k] !== demand[k]);
  if (joints.length === 0) return { kind: "pass", command };
  const value = command.value.map((x, k) =>
    sent[k] === demand[k] ? x : command.kind === "velocity" ? sent[k]! : state.position[k]! + sent[k]! * command.period,
  );
  return {
    kind: "clamp",
    command: { kind: command.kind, value, period: command.period },
    joints,
    reason: [...reasons].join(","),
  };
}

/** A demand near the given one that every hard rule allows. Each rule has its say once; where they disturbed each other, all is scaled. */
function fitted(m: Motion, demand: Demand, reasons: Set<string>): Demand {
  let w = demand;
  for (const rule of rules) {
    const share = rule.share(m, w);
    if (share === 1) continue;
    reasons.add(rule.name);
    w = rule.fit ? rule.fit(m, w) : scaled(w, share);
  }
  return shrunk(m, w);
}

const scaled = (demand: Demand, share: number): Demand => demand.map((w) => w * share);

/** The demand scaled down until every rule allows it; standing still when that does not succeed. */
function shrunk(m: Motion, demand: Demand): Demand {
  let w = demand;
  for (let round = 0; round < 6; round++) {
    const share = rules.reduce((least, rule) => Math.min(least, rule.share(m, w)), 1);
    if (share === 1) return w;
    w = scaled(w, share);
  }
  return new Float64Array(demand.length);
}
