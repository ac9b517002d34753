import type { ArmState, JointCommand, Limits, SentCommand, StopReason } from "../domain/arm.ts";
import type { Seconds } from "../domain/units.ts";
import { allApart } from "./clearance.ts";
import type { Arm, Surroundings } from "./clearance.ts";
import { slack } from "./rules.ts";

/** A judgement as it is asked for: nothing in it can be trusted before the rules below have seen it. */
export interface Case {
  readonly arm: Arm;
  readonly limits: Limits;
  readonly now: Seconds;
  readonly state: ArmState;
  readonly command: JointCommand;
  readonly previous?: SentCommand | undefined;
  /** What is near the measured posture, once shape, limits and numbers are known to be good. */
  readonly around: () => Surroundings;
}

/**
 * How far the measured tip may stand outside the workspace, and a link inside its clearance, and still be led back, m: about the braking
 * distance of a tip at 0.25 m/s.
 */
const OUTSIDE = 0.02;
/** Stamps that are sums of periods differ by rounding; a microsecond is below any clock's meaning here. */
const GRAIN = 1e-6;

const isObject = (x: unknown): x is Record<string, unknown> => typeof x === "object" && x !== null;
const isVector = (x: unknown, n: number) => Array.isArray(x) && x.length === n;
const isCommand = (x: unknown, n: number) =>
  isObject(x) && (x.kind === "position" || x.kind === "velocity") && isVector(x.value, n);
/** What an arm may leave out, but not say wrongly. */
const absentOr = (x: unknown, isGood: (x: unknown) => boolean) => x === undefined || isGood(x);
const isFinite = (xs: readonly unknown[]) => {
  for (let k = 0; k < xs.length; k++) if (!Number.isFinite(xs[k])) return false;
  return true;
};
/** Says what is good, so that NaN and what is no number are not. */
const above = (x: unknown, low: number) => Number.isFinite(x) && (x as number) > low;
const notBelow = (x: unknown, low: number) => Number.isFinite(x) && (x as number) >= low;

const wellFormed = ({ arm, state, command, previous }: Case) => {
  const n = arm.chain.joints;
  return (
    isObject(state) &&
    isVector(state.position, n) &&
    isVector(state.velocity, n) &&
    isVector(state.effort, n) &&
    absentOr(state.wrench, (x) => isVector(x, 6)) &&
    absentOr(state.tip, (x) => isVector(x, 3)) &&
    absentOr(state.collision, (x) => typeof x === "boolean") &&
    isCommand(command, n) &&
    absentOr(previous, (x) => isCommand(x, n)) &&
    absentOr(previous?.acceleration, (x) => isVector(x, n))
  );
};

const saneJoint = (joint: unknown, name: string, margin: number) =>
  isObject(joint) &&
  joint.name === name &&
  Number.isFinite(joint.lower) &&
  Number.isFinite(joint.upper) &&
  (joint.lower as number) + margin < (joint.upper as number) - margin &&
  above(joint.speed, 0) &&
  above(joint.acceleration, 0) &&
  above(joint.jerk, 0) &&
  above(joint.effort, 0);

const saneBox = (box: unknown) => {
  if (!isObject(box) || !isVector(box.min, 3) || !isVector(box.max, 3) || !isFinite(box.min as unknown[])) return false;
  const [low, high] = [box.min as number[], box.max as unknown[]];
  return above(high[0], low[0]!) && above(high[1], low[1]!) && above(high[2], low[2]!);
};

/** Asked at every judgement, not once: limits are data, and a limit that turned NaN must not let anything through. */
const saneLimits = ({ arm: { chain }, limits }: Case) =>
  isObject(limits) &&
  isVector(limits.joints, chain.joints) &&
  notBelow(limits.margin, 0) &&
  limits.joints.every((joint, k) => saneJoint(joint, chain.names[k]!, limits.margin)) &&
  above(limits.tipSpeed, 0) &&
  saneBox(limits.workspace) &&
  above(limits.trackingError, 0) &&
  isObject(limits.wrench) &&
  above(limits.wrench.force, 0) &&
  above(limits.wrench.torque, 0) &&
  notBelow(limits.clearance, 0) &&
  Array.isArray(limits.keepOut) &&
  limits.keepOut.every(saneBox) &&
  above(limits.maxStateAge, 0) &&
  above(limits.maxPeriod, 0);

const NONE: readonly number[] = [];

const finite = ({ now, state, command, previous }: Case) =>
  Number.isFinite(now) &&
  Number.isFinite(state.at) &&
  isFinite(state.position) &&
  isFinite(state.velocity) &&
  isFinite(state.effort) &&
  isFinite(state.wrench ?? NONE) &&
  isFinite(state.tip ?? NONE) &&
  Number.isFinite(state.heard ?? 0) &&
  isFinite(command.value) &&
  Number.isFinite(command.period) &&
  Number.isFinite(previous?.period ?? 0) &&
  isFinite(previous?.value ?? NONE) &&
  isFinite(previous?.acceleration ?? NONE);

/** Measured against a limit that measuring may reach: an actuator at its end says so in its last digit. */
const upTo = (limit: number, x: number) => x <= limit + slack(limit);

const effortsKept = ({ state, limits }: Case) => limits.joints.every(({ effort }, k) => upTo(effort, Math.abs(state.effort[k]!)));

const wrenchKept = ({ state: { wrench }, limits: { wrench: most } }: Case) =>
  !wrench ||
  (upTo(most.force, Math.hypot(wrench[0], wrench[1], wrench[2])) &&
    upTo(most.torque, Math.hypot(wrench[3], wrench[4], wrench[5])));

/** Only a set-point says where a joint should be by now; how far a stream of velocities is behind takes a memory (`tracking.ts`). */
const arriving = ({ state, limits, previous }: Case) =>
  previous?.kind !== "position" || previous.value.every((x, k) => upTo(limits.trackingError, Math.abs(x - state.position[k]!)));

const inEnvelope = ({ state, limits }: Case) =>
  limits.joints.every(({ lower, upper }, k) => state.position[k]! >= lower && state.position[k]! <= upper);

/** The tip as we compute it, and as the arm does where it says so: they differ by its calibration. */
const inWorkspace = ({ around, limits: { workspace }, state }: Case) =>
  [around().here.tip, state.tip ?? []].every((tip) =>
    tip.every((x, i) => x >= workspace.min[i]! - OUTSIDE && x <= workspace.max[i]! + OUTSIDE),
  );

const clearOfAll = ({ around, limits }: Case) => allApart(around(), limits.clearance - OUTSIDE);

type Stop = readonly [reason: StopReason, isGood: (it: Case) => boolean];

/** In this order: each rule may rely on those before it. The first that is not good stops the arm for its reason. */
const measured: readonly Stop[] = [
  ["shape", wellFormed],
  ["limits", saneLimits],
  ["not-finite", finite],
  ["period", ({ command, limits }) => command.period > 0 && command.period <= limits.maxPeriod],
  ["state.future", ({ now, state }) => now - state.at >= -GRAIN],
  ["state.stale", ({ now, state, limits }) => now - state.at <= limits.maxStateAge + GRAIN],
  ["collision", ({ state }) => !state.collision],
  ["effort", effortsKept],
  ["wrench", wrenchKept],
  ["tracking", arriving],
];
const outside: readonly Stop[] = [
  ["joint.envelope", inEnvelope],
  ["workspace", inWorkspace],
  ["clearance", clearOfAll],
];

export const stops: readonly Stop[] = [...measured, ...outside];
/** For leading an arm back inside: being outside is then no reason to stop it. */
export const recoveryStops = measured;
