import type { ArmDescription, ArmState, JointCommand, Limits, Verdict } from "../domain/arm.ts";
import type { Seconds } from "../domain/units.ts";
import { chain } from "../kinematics/chain.ts";
import type { Chain } from "../kinematics/chain.ts";
import { demanded, motion, started, within } from "./motion.ts";
import type { Demand, Motion } from "./motion.ts";
import { jointEnvelope, jointSpeed, rules, slack } from "./rules.ts";
import { stops } from "./stops.ts";

export type Judge = (now: Seconds, state: ArmState, command: JointCommand, previous?: JointCommand) => Verdict;

/**
 * A judge for one arm under one set of limits. Throws "config.invalid" when the description has no chain to its tip; the judge it returns
 * never throws. `previous` is the command last sent; without it acceleration is not judged, so a loop that starts gives it a zero.
 */
export function governor(description: ArmDescription, limits: Limits): Judge {
  const compiled = chain(description);
  return (now, state, command, previous) => govern(compiled, limits, now, state, command, previous);
}

/** The judgement itself: pure and total, no clock, no memory. Order and priorities of the rules: docs/decisions/0003-governor.md. */
export function govern(
  arm: Chain,
  limits: Limits,
  now: Seconds,
  state: ArmState,
  command: JointCommand,
  previous?: JointCommand,
): Verdict {
  const it = { chain: arm, limits, now, state, command, previous };
  for (const [reason, isGood] of stops) if (!isGood(it)) return { kind: "stop", reason };
  const demand = demanded(command, state.position);
  if (demand.every((w) => w === 0)) return { kind: "pass", command };
  const m = motion(arm, limits, state, command.period);
  const reasons = new Set<string>();
  const hard = fitted(m, demand, reasons);
  const sent = previous ? accelerated(m, started(previous, command, state), hard, reasons) : hard;
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

const allows = (m: Motion, demand: Demand) => rules.every((rule) => rule.share(m, demand) === 1);

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

/**
 * Toward `target` no faster than the joints may accelerate from `start`. Where the hard rules leave no room for that: toward rest;
 * where even that is not allowed: the present motion, less what the hard rules take from it. Hard rules win.
 */
function accelerated(m: Motion, start: Demand, target: Demand, reasons: Set<string>): Demand {
  const near = approached(m, start, target);
  if (near === target) return target;
  reasons.add("joint.acceleration");
  if (near) return near;
  const braked = fitted(m, start, new Set());
  return approached(m, start, new Float64Array(target.length)) ?? approached(m, start, braked) ?? braked;
}

/**
 * The target itself when the joints may reach it within the period. Else what they may reach on the way: all joints together, so that what
 * holds for start and target (a kept orientation) holds between; or each joint for itself. Nothing when a hard rule forbids both.
 */
function approached(m: Motion, start: Demand, target: Demand): Demand | undefined {
  const most = m.limits.joints.map(({ acceleration }) => acceleration * m.period);
  const change = target.map((w, k) => Math.abs(w - start[k]!));
  if (change.every((dw, k) => dw <= most[k]! + slack(most[k]!))) return target;
  const share = change.reduce((least, dw, k) => Math.min(least, most[k]! / dw), 1);
  const together = target.map((w, k) => start[k]! + share * (w - start[k]!));
  if (allows(m, together)) return together;
  const apart = bounded(
    m,
    target.map((w, k) => within(start[k]! - most[k]!, w, start[k]! + most[k]!)),
  );
  return allows(m, apart) ? apart : undefined;
}

/** Every joint inside its speed and envelope, each for itself. */
const bounded = (m: Motion, demand: Demand): Demand => jointEnvelope.fit(m, jointSpeed.fit(m, demand));
