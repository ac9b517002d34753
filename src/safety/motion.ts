import type { ArmState, JointCommand, Limits } from "../domain/arm.ts";
import type { Seconds, Vec3 } from "../domain/units.ts";
import { frames, jacobianAt } from "../kinematics/chain.ts";
import type { Chain } from "../kinematics/chain.ts";
import { approaches, moved } from "./approach.ts";
import type { Approach } from "./approach.ts";
import type { Surroundings } from "./clearance.ts";

/** What one judgement is about, once everything in it is known to be finite and of the right shape. */
export interface Motion {
  readonly chain: Chain;
  readonly limits: Limits;
  readonly position: readonly number[];
  readonly period: Seconds;
  /** Measured tip in base, m, and the Jacobian there (6 x n, row-major). */
  readonly tip: Vec3;
  readonly J: Float64Array;
  way(demand: Demand): Way;
  /** The pairs that a demand may bring too near when the joints take `coast` s at full speed to stop. */
  approaches(demand: Demand, coast: number): readonly Approach[];
}

/** What a demand does to the tip, in base: `step` m over the period, exact, through the forward kinematics; `velocity` m/s at its start. */
export interface Way {
  readonly step: Vec3;
  readonly velocity: Vec3;
}

/** Demanded joint velocity, rad/s. Every rule speaks of it, whatever kind the command is. */
export type Demand = Float64Array;

export function motion(limits: Limits, period: Seconds, around: Surroundings): Motion {
  const { here, arm, position } = around;
  const { chain, desk } = arm;
  const J = jacobianAt(chain, here.frames, here.tip);
  const told: { demand?: Demand; way?: Way } = {};
  const met: { demand?: Demand; list?: Approach[] } = {};
  return {
    chain,
    limits,
    position,
    period,
    tip: here.tip,
    J,
    // Several rules ask for the way of one demand after another: the last answer is kept. A demand is never written to once it is made.
    way(demand) {
      if (told.demand === demand) return told.way!;
      told.demand = demand;
      const { p } = frames(chain, moved(position, demand, period), desk.after.frames).tip;
      return (told.way = {
        step: [p[0] - here.tip[0], p[1] - here.tip[1], p[2] - here.tip[2]],
        velocity: tipVelocity(J, demand),
      });
    },
    approaches(demand, coast) {
      if (met.demand === demand) return met.list!;
      met.demand = demand;
      this.way(demand);
      return (met.list = approaches(around, { demand, framesAfter: desk.after.frames, period, coast }, limits.clearance));
    },
  };
}

/** The velocity a command asks for: a set-point asks for the way to it within the period. */
export const demanded = (command: JointCommand, position: readonly number[]): Demand =>
  command.kind === "velocity"
    ? Float64Array.from(command.value)
    : Float64Array.from(command.value, (x, k) => (x - position[k]!) / command.period);

/**
 * The velocity a demand starts from. After a velocity command it is that command. After a set-point it is what the arm does now, plus,
 * for a further set-point, the lag that the last one left: a stream of set-points at constant speed is then no acceleration.
 */
export function started(previous: JointCommand, command: JointCommand, state: ArmState): Demand {
  const lag = (k: number) => (command.kind === "position" ? (previous.value[k]! - state.position[k]!) / command.period : 0);
  return Float64Array.from(previous.value, (x, k) =>
    within(-1e9, previous.kind === "velocity" ? x : state.velocity[k]! + lag(k), 1e9),
  );
}

export const within = (low: number, x: number, high: number) => Math.min(Math.max(x, low), high);

function tipVelocity(J: Float64Array, demand: Demand): Vec3 {
  const n = demand.length;
  let [x, y, z] = [0, 0, 0];
  for (let k = 0; k < n; k++) {
    const w = demand[k]!;
    x += J[k]! * w;
    y += J[n + k]! * w;
    z += J[2 * n + k]! * w;
  }
  return [x, y, z];
}
