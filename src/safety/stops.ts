import type { ArmState, JointCommand, Limits, StopReason } from "../domain/arm.ts";
import type { Seconds } from "../domain/units.ts";
import { forward } from "../kinematics/chain.ts";
import type { Chain } from "../kinematics/chain.ts";

/** A judgement as it is asked for: nothing in it can be trusted before the rules below have seen it. */
export interface Case {
  readonly chain: Chain;
  readonly limits: Limits;
  readonly now: Seconds;
  readonly state: ArmState;
  readonly command: JointCommand;
  readonly previous?: JointCommand | undefined;
}

/** How far the measured tip may stand outside the workspace and still be led back, m: about the braking distance of a tip at 0.25 m/s. */
const OUTSIDE = 0.02;
/** Stamps that are sums of periods differ by rounding; a microsecond is below any clock's meaning here. */
const GRAIN = 1e-6;

const isObject = (x: unknown): x is Record<string, unknown> => typeof x === "object" && x !== null;
const isVector = (x: unknown, n: number) => Array.isArray(x) && x.length === n;
const isCommand = (x: unknown, n: number) =>
  isObject(x) && (x.kind === "position" || x.kind === "velocity") && isVector(x.value, n);
const isFinite = (xs: readonly unknown[]) => {
  for (let k = 0; k < xs.length; k++) if (!Number.isFinite(xs[k])) return false;
  return true;
};
/** Says what is good, so that NaN and what is no number are not. */
const above = (x: unknown, low: number) => Number.isFinite(x) && (x as number) > low;

const wellFormed = ({ chain: { joints: n }, state, command, previous }: Case) =>
  isObject(state) &&
  isVector(state.position, n) &&
  isVector(state.velocity, n) &&
  isVector(state.effort, n) &&
  isCommand(command, n) &&
  (previous === undefined || isCommand(previous, n));

const saneJoint = (joint: unknown, name: string, margin: number) =>
  isObject(joint) &&
  joint.name === name &&
  isFinite([joint.lower, joint.upper]) &&
  (joint.lower as number) + margin < (joint.upper as number) - margin &&
  above(joint.speed, 0) &&
  above(joint.acceleration, 0) &&
  above(joint.effort, 0);

const saneBox = (box: unknown) =>
  isObject(box) &&
  isVector(box.min, 3) &&
  isVector(box.max, 3) &&
  isFinite(box.min as unknown[]) &&
  [0, 1, 2].every((i) => above((box.max as unknown[])[i], (box.min as number[])[i]!));

/** Asked at every judgement, not once: limits are data, and a limit that turned NaN must not let anything through. */
const saneLimits = ({ chain, limits }: Case) =>
  isObject(limits) &&
  isVector(limits.joints, chain.joints) &&
  Number.isFinite(limits.margin) &&
  limits.margin >= 0 &&
  limits.joints.every((joint, k) => saneJoint(joint, chain.names[k]!, limits.margin)) &&
  above(limits.tipSpeed, 0) &&
  saneBox(limits.workspace) &&
  above(limits.maxStateAge, 0) &&
  above(limits.maxPeriod, 0);

const finite = ({ now, state, command, previous }: Case) =>
  Number.isFinite(now) &&
  Number.isFinite(state.at) &&
  isFinite(state.position) &&
  isFinite(state.velocity) &&
  isFinite(state.effort) &&
  isFinite(command.value) &&
  Number.isFinite(command.period) &&
  (previous === undefined || (isFinite(previous.value) && Number.isFinite(previous.period)));

const inEnvelope = ({ state, limits }: Case) =>
  limits.joints.every(({ lower, upper }, k) => state.position[k]! >= lower && state.position[k]! <= upper);

const inWorkspace = ({ chain, limits: { workspace }, state }: Case) =>
  forward(chain, state.position).p.every((x, i) => x >= workspace.min[i]! - OUTSIDE && x <= workspace.max[i]! + OUTSIDE);

/** In this order: each rule may rely on those before it. The first that is not good stops the arm for its reason. */
export const stops: readonly (readonly [reason: StopReason, isGood: (it: Case) => boolean])[] = [
  ["shape", wellFormed],
  ["limits", saneLimits],
  ["not-finite", finite],
  ["period", ({ command, limits }) => command.period > 0 && command.period <= limits.maxPeriod],
  ["state.future", ({ now, state }) => now - state.at >= -GRAIN],
  ["state.stale", ({ now, state, limits }) => now - state.at <= limits.maxStateAge + GRAIN],
  ["joint.envelope", inEnvelope],
  ["workspace", inWorkspace],
];
