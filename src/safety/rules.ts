import type { JointLimits } from "../domain/arm.ts";
import type { Vec3 } from "../domain/units.ts";
import { dampedLeastSquares } from "../kinematics/inverse.ts";
import { within } from "./motion.ts";
import type { Demand, Motion } from "./motion.ts";

/** One limit on a demand. Standing still meets every rule, and so does a smaller share of a demand that meets it. */
export interface Rule {
  readonly name: string;
  /** 1 when the rule allows the demand; else about the largest share of it, in [0, 1), that it allows. */
  share(motion: Motion, demand: Demand): number;
  /** A demand near this one that the rule allows, where there is a gentler way than a share of the whole. */
  fit?(motion: Motion, demand: Demand): Demand;
}

/** What rounding may add to a limit: demands are fitted to the limit itself, so that one that was fitted is allowed when judged again. */
export const slack = (limit: number) => 1e-9 * Math.abs(limit) + 1e-12;

/** A rule that gives every joint an interval around zero. */
const interval = (name: string, low: Bound, high: Bound) => ({
  name,
  share(motion: Motion, demand: Demand) {
    let share = 1;
    for (let k = 0; k < demand.length; k++) {
      const w = demand[k]!;
      const bound = w > 0 ? high(motion, k) : low(motion, k);
      if (Math.abs(w) > Math.abs(bound) + slack(bound)) share = Math.min(share, bound / w);
    }
    return share;
  },
  fit: (motion: Motion, demand: Demand): Demand => demand.map((w, k) => within(low(motion, k), w, high(motion, k))),
});
type Bound = (motion: Motion, k: number) => number;

const speed: Bound = ({ limits }, k) => limits.joints[k]!.speed;
export const jointSpeed = interval("joint.speed", (motion, k) => -speed(motion, k), speed);

/** Fastest approach from which a joint still stops within `distance` after this period: w T + w^2 / 2a = distance. */
const braking = (distance: number, { acceleration }: JointLimits, period: number) =>
  distance > 0 ? (2 * distance) / (period + Math.sqrt(period * period + (2 * distance) / acceleration)) : 0;

export const jointEnvelope = interval(
  "joint.envelope",
  ({ limits, position, period }, k) => {
    const joint = limits.joints[k]!;
    return -braking(position[k]! - (joint.lower + limits.margin), joint, period);
  },
  ({ limits, position, period }, k) => {
    const joint = limits.joints[k]!;
    return braking(joint.upper - limits.margin - position[k]!, joint, period);
  },
);

const length = ([x, y, z]: Vec3) => Math.sqrt(x * x + y * y + z * z);

/** Speed of the tip now and its mean over the period, whichever is higher. Scaling keeps the direction. */
const tipSpeed: Rule = {
  name: "tip.speed",
  share({ limits: { tipSpeed: limit }, period, way }, demand) {
    const { step, velocity } = way(demand);
    const now = length(velocity);
    const mean = length(step) / period;
    // A displacement of 1e-12 m is rounding, whatever speed a vanishing period makes of it.
    return now <= limit + slack(limit) && mean <= limit + slack(limit) + 1e-12 / period ? 1 : limit / Math.max(now, mean);
  },
};

/** How long all joints together need to ramp a demand down to rest, s. */
function stopping({ limits: { joints } }: Motion, demand: Demand): number {
  let longest = 0;
  for (let k = 0; k < demand.length; k++) longest = Math.max(longest, Math.abs(demand[k]!) / joints[k]!.acceleration);
  return longest;
}

/** Calls back for each wall that the tip moves toward: which, how fast (m over the period; m/s at its start), how far it is (m; 0 beyond it). */
function walls(
  { limits: { workspace }, tip, way }: Motion,
  demand: Demand,
  each: (axis: number, sign: number, reach: number, run: number, room: number) => void,
): void {
  const { step, velocity } = way(demand);
  for (let axis = 0; axis < 3; axis++)
    for (let sign = -1; sign <= 1; sign += 2) {
      const reach = Math.max(sign * step[axis]!, 0);
      const run = Math.max(sign * velocity[axis]!, 0);
      if (reach > 0 || run > 0)
        each(
          axis,
          sign,
          reach,
          run,
          Math.max(sign > 0 ? workspace.max[axis]! - tip[axis]! : tip[axis]! - workspace.min[axis]!, 0),
        );
    }
}

/** Largest share of a demand with which reach and braking way fit into the room, the braking way shrinking with its square; m each. */
const roomy = (room: number, reach: number, brake: number) =>
  room > 0 ? (2 * room) / (reach + Math.sqrt(reach * reach + 4 * brake * room)) : 0;

/** The tip stays in the box over the period, and while all joints then ramp down to rest. A tip outside may not go further out. */
const workspace: Rule = {
  name: "workspace",
  share(motion, demand) {
    const coast = stopping(motion, demand) / 2;
    let share = 1;
    walls(motion, demand, (_axis, _sign, reach, run, room) => {
      if (reach + run * coast > room + 1e-9) share = Math.min(share, roomy(room, reach, run * coast));
    });
    return share;
  },
  /** Takes the outward part out of the tip's velocity and leaves the rest, so that a tip at a wall may slide along it. */
  fit(motion, demand) {
    const { period, J } = motion;
    let fitted = demand;
    for (let round = 0; round < 4 && this.share(motion, fitted) < 1; round++) {
      const coast = stopping(motion, fitted) / 2;
      const correction = new Float64Array(6);
      walls(motion, fitted, (axis, sign, reach, run, room) => {
        if (reach + run * coast <= room) return;
        const outward = Math.max(reach / period, run);
        // First as if the time to stop shrank with the outward part; where other motion sets that time, as long as it is.
        const allowed = round === 0 ? outward * roomy(room, reach, run * coast) : room / (period + coast);
        // Aimed a hair inside, for the inverse is damped and the way is curved.
        correction[axis] = sign * (allowed - outward - 1e-7 / period);
      });
      const change = dampedLeastSquares(J, fitted.length, correction, { damping: 0.01 });
      fitted = fitted.map((w, k) => w + change[k]!);
    }
    return fitted;
  },
};

/** No link comes nearer than the clearance to another, or to a box, over the period and while all joints then ramp down to rest. */
const clearance: Rule = {
  name: "clearance",
  share(motion, demand) {
    const { period } = motion;
    const coast = stopping(motion, demand) / 2;
    let share = 1;
    for (const { way, room } of motion.approaches(demand, coast)) {
      const reach = (way * period) / (period + coast);
      if (!(way <= room + 1e-9)) share = Math.min(share, roomy(room, reach, way - reach));
    }
    return share;
  },
  /** Takes out of the joints' velocities what brings a pair nearer, in the direction in which the least has to be taken. */
  fit(motion, demand) {
    const { period } = motion;
    let fitted = demand;
    for (let round = 0; round < 4 && this.share(motion, fitted) < 1; round++) {
      const coast = stopping(motion, fitted) / 2;
      const correction = new Float64Array(demand.length);
      for (const { way, room, growth } of motion.approaches(fitted, coast)) {
        if (way <= room) continue;
        const reach = (way * period) / (period + coast);
        const square = growth.reduce((sum, g) => sum + g * g, 0);
        const less = (reach * (1 - roomy(room, reach, way - reach)) + 1e-7) / (period * (square + 1e-6));
        for (let k = 0; k < correction.length; k++) correction[k]! += less * growth[k]!;
      }
      fitted = fitted.map((w, k) => w + correction[k]!);
    }
    return fitted;
  },
};

/** The hard limits, joints first: they make a demand finite in size before the way of anything is computed from it. */
export const rules: readonly Rule[] = [jointSpeed, jointEnvelope, tipSpeed, workspace, clearance];
