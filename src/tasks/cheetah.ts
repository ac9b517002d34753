import type { DomainSpec, Split } from "../domain/experience.ts";
import { rng } from "../domain/rng.ts";

/** The half-cheetah is to run at a given speed: Cheetah-Vel of Finn et al. (2017), as PEARL and SMAC use it. */
export interface CheetahTask {
  readonly id: number;
  /** Wanted forward speed of the torso, m/s, in [0, 3). */
  readonly velocity: number;
}

/** Fastest speed that is ever asked for, m/s. */
export const CHEETAH_FASTEST = 3;

/** Task `id` of a split: a pure function of (split, seed, id). */
export function cheetahTask(split: Split, seed: number, id: number): CheetahTask {
  return { id, velocity: CHEETAH_FASTEST * rng("cheetah-vel", split, seed, id).uniform() };
}

/** -|v - v*| - 0.05 |a|^2. `speed`: mean forward speed over the step, m/s; `action`: (6) in [-1, 1]. */
export const cheetahReward = (task: CheetahTask, speed: number, action: ArrayLike<number>): number =>
  -Math.abs(speed - task.velocity) - 0.05 * sumOfSquares(action);

const sumOfSquares = (xs: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < xs.length; i++) sum += xs[i]! * xs[i]!;
  return sum;
};

export const CHEETAH_JOINTS = ["back-thigh", "back-shin", "back-foot", "front-thigh", "front-shin", "front-foot"] as const;

/** 20 numbers, as in the released PEARL and SMAC: qpos without x, qvel, place of the torso. The period is 5 steps of 10 ms. */
export const cheetahSpec: DomainSpec = {
  name: "cheetah-vel",
  observation: [
    { name: "rise", unit: "m", offset: 0, scale: 0.2 },
    { name: "pitch", unit: "rad", offset: 0, scale: 0.5 },
    ...CHEETAH_JOINTS.map((name) => ({ name, unit: "rad", offset: 0, scale: 0.5 })),
    { name: "forward velocity", unit: "m/s", offset: 1.5, scale: 1.5 },
    { name: "upward velocity", unit: "m/s", offset: 0, scale: 1 },
    { name: "pitch velocity", unit: "rad/s", offset: 0, scale: 3 },
    ...CHEETAH_JOINTS.map((name) => ({ name: `${name} velocity`, unit: "rad/s", offset: 0, scale: 10 })),
    { name: "torso x", unit: "m", offset: 15, scale: 15 },
    { name: "torso y", unit: "m", offset: 0, scale: 1 },
    { name: "torso z", unit: "m", offset: 0.6, scale: 0.2 },
  ],
  action: CHEETAH_JOINTS.map((name) => ({ name, unit: "1", offset: 0, scale: 1 })),
  horizon: 200,
  period: 0.05,
  reward: { kind: "dense" },
  hasSuccess: false,
};
