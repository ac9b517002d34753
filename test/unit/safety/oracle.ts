import { sawyer } from "../../../robot/description/sawyer.ts";
import type { ArmState, JointCommand, Limits } from "../../../src/domain/arm.ts";
import { seconds } from "../../../src/domain/units.ts";
import { loadLimits } from "../../../src/config/limits.ts";
import { chain, forward, jacobian } from "../../../src/kinematics/chain.ts";
import { dampedLeastSquares, orientationError } from "../../../src/kinematics/inverse.ts";
import { meeting } from "./meeting.ts";

/** The limits said once more, from the figures alone: what the governor is held against. Nothing of src/safety is used here. */
export const limits: Limits = loadLimits(new URL("../../../robot/description/limits.yaml", import.meta.url).pathname);
const arm = chain(sawyer);
export const tipOf = (q: readonly number[]) => forward(arm, q).p;

export const stateAt = (position: readonly number[], more: Partial<Record<keyof ArmState, unknown>> = {}) =>
  ({ at: 10, position, velocity: position.map(() => 0), effort: position.map(() => 0), ...more }) as unknown as ArmState;
export const now = seconds(10.001);
export const velocity = (value: readonly number[], period = 0.01) => ({ kind: "velocity", value, period }) as JointCommand;
export const setPoint = (value: readonly number[], period = 0.01) => ({ kind: "position", value, period }) as JointCommand;
export const seven = (x: number) => new Array<number>(7).fill(x);
export const only = (joint: number, x: number) => seven(0).map((_, k) => (k === joint ? x : 0));

/** Joints that hold the tip at a point, m in base, pointing down as in neutral: found by our own kinematics. */
export function reaching(goal: readonly number[]): readonly number[] {
  const q = [...sawyer.poses.neutral!] as number[];
  const down = forward(arm, q).R;
  for (let k = 0; k < 60; k++) {
    const { tip, J } = jacobian(arm, q);
    const twist = [...goal.map((g, i) => g - tip.p[i]!), ...orientationError(tip.R, down)];
    dampedLeastSquares(J, 7, twist, { damping: 0.02 }).forEach((v, i) => (q[i]! += v));
  }
  const missed = Math.hypot(...tipOf(q).map((x, i) => x - goal[i]!));
  if (!(missed < 1e-6)) throw new Error(`the arm does not reach ${goal.join(", ")} (${missed} m off)`);
  return q;
}
/** Joint velocity for a tip velocity (m/s) and a turning (rad/s). */
export const moving = (q: readonly number[], linear: readonly number[], turning: readonly number[] = [0, 0, 0]) => [
  ...dampedLeastSquares(jacobian(arm, q).J, 7, [...linear, ...turning], { damping: 1e-3 }),
];

export const asVelocity = (command: JointCommand, q: readonly number[]) =>
  command.kind === "velocity" ? command.value : command.value.map((x, k) => (x - q[k]!) / command.period);

/** Where acceleration is counted from, for a velocity command after a velocity command. */
export const tooFast = (w: readonly number[], from: readonly number[], period: number, within = 1e-7, given = limits) =>
  w.some((x, k) => Math.abs(x - from[k]!) > given.joints[k]!.acceleration * period + within);

/** How long all joints together take to ramp down to rest at full acceleration, s. */
export const stopping = (w: readonly number[], given = limits) =>
  Math.max(...w.map((x, k) => Math.abs(x) / given.joints[k]!.acceleration));

/** Every hard limit that a demanded velocity breaks by more than `within`. */
export function broken(w: readonly number[], q: readonly number[], period: number, within = 1e-7, given = limits): string[] {
  const found: string[] = [];
  const { margin, tipSpeed, clearance, keepOut } = given;
  w.forEach((x, k) => {
    const { lower, upper, speed, acceleration } = given.joints[k]!;
    if (!Number.isFinite(x)) found.push(`joint ${k} is not finite`);
    if (Math.abs(x) > speed + within) found.push(`joint ${k} speed`);
    const room = x > 0 ? upper - margin - q[k]! : q[k]! - (lower + margin);
    if (room <= 0 ? Math.abs(x) > within : Math.abs(x) * period > room + within) found.push(`joint ${k} leaves its envelope`);
    if (room > 0 && Math.abs(x) > Math.sqrt(2 * acceleration * room) + within) found.push(`joint ${k} cannot brake in time`);
  });
  const along = (time: number) => q.map((x, k) => x + w[k]! * time);
  const here = tipOf(q);
  const there = tipOf(along(period));
  const step = there.map((x, i) => x - here[i]!);
  if (Math.hypot(...step) / period > tipSpeed + within + 1e-11 / period) found.push("tip speed");
  // A central difference: its error is below 1e-6 m/s, where a one-sided one would hide 0.2 % of the limit.
  const instant = 1e-4 * Math.min(1, 1 / Math.max(1e-9, ...w.map(Math.abs)));
  const [ahead, behind] = [1, -1].map((side) => tipOf(along(side * instant)));
  const start = ahead!.map((x, i) => (x - behind![i]!) / (2 * instant));
  if (Math.hypot(...start) > tipSpeed + within + 1e-6) found.push("tip speed at the start");
  const { min, max } = given.workspace;
  there.forEach((x, i) => {
    if (x > Math.max(max[i]!, here[i]!) + within) found.push(`tip leaves by the upper wall ${i}`);
    if (x < Math.min(min[i]!, here[i]!) - within) found.push(`tip leaves by the lower wall ${i}`);
  });
  const ramp = stopping(w, given);
  const rest = along(period + ramp / 2);
  // What a velocity is not known by grows with the time it takes to lose it: minutes, where joints may hardly accelerate.
  const unknown = [within, within * Math.max(1, ramp)];
  for (const { pair, before, after } of meeting(q, [along(period), rest], keepOut, clearance + 0.01))
    after.forEach((distance, k) => {
      if (distance < Math.min(before, clearance) - unknown[k]! - 1e-9)
        found.push(`${pair} too near ${k === 0 ? "after the period" : "at rest"}`);
    });
  return found;
}

/**
 * Whether a demand that is kept up over the period and ramped down to rest would, to first order, meet a wall or bring a pair too near: what a
 * judge that does not know the whole way may fear. Says so a little too early rather than too late.
 */
export function feared(w: readonly number[], q: readonly number[], period: number, given = limits): boolean {
  const instant = 1e-4 / Math.max(1e-9, ...w.map(Math.abs));
  const soon = q.map((x, k) => x + w[k]! * instant);
  const [here, there, then] = [q, q.map((x, k) => x + w[k]! * period), soon].map(tipOf);
  const coast = stopping(w, given) / 2;
  const walls = here!.some((x, i) => {
    const run = (then![i]! - x) / instant;
    const { min, max } = given.workspace;
    const up = Math.max(there![i]! - x, 0) + Math.max(run, 0) * coast;
    const down = Math.max(x - there![i]!, 0) + Math.max(-run, 0) * coast;
    return up > Math.max(max[i]! - x, 0) - 2e-5 || down > Math.max(x - min[i]!, 0) - 2e-5;
  });
  return (
    walls ||
    meeting(q, [soon], given.keepOut, 9).some(
      ({ before, after }) => ((before - after[0]!) / instant) * (period + coast) > Math.max(before - given.clearance, 0) - 2e-5,
    )
  );
}
