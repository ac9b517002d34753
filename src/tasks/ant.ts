import type { DomainSpec, Split } from "../domain/experience.ts";
import { rng } from "../domain/rng.ts";

/** The ant is to run in a given direction: Ant-Dir of Rothfuss et al. (2019) with directions all around, as SMAC uses it. */
export interface AntTask {
  readonly id: number;
  /** Wanted direction of travel in the plane, rad from x towards y, in [0, 2 pi). */
  readonly direction: number;
}

/** Task `id` of a split: a pure function of (split, seed, id). */
export function antTask(split: Split, seed: number, id: number): AntTask {
  return { id, direction: 2 * Math.PI * rng("ant-dir", split, seed, id).uniform() };
}

/** What each step on its feet is worth: an ant that stands for all 200 has 200 of it, whatever the task. */
export const ANT_ALIVE = 1;

/**
 * v . direction - 0.5 |a|^2 - 5e-4 |clip(contact, +-1)|^2 + 1. `velocity`: mean of the torso over the step, m/s; `action`: (8) in
 * [-1, 1]; `contact`: forces and torques on every body, N and N m.
 */
export function antReward(
  task: AntTask,
  velocity: readonly [number, number],
  action: ArrayLike<number>,
  contact: ArrayLike<number>,
): number {
  let [control, touch] = [0, 0];
  for (let i = 0; i < action.length; i++) control += action[i]! ** 2;
  for (let i = 0; i < contact.length; i++) touch += Math.max(-1, Math.min(1, contact[i]!)) ** 2;
  const along = velocity[0] * Math.cos(task.direction) + velocity[1] * Math.sin(task.direction);
  return along - 0.5 * control - 5e-4 * touch + ANT_ALIVE;
}

/** Whether the torso at this height, m, ends the task for good: it lies, it flies, or the number is none. */
export const antFallen = (height: number): boolean => !(height >= 0.2 && height <= 1);

const LEGS = ["front-left", "back-left", "back-right", "front-right"] as const;
/** In the order of the model: hip and ankle of each leg, counter-clockwise from +x +y. */
export const ANT_JOINTS = LEGS.flatMap((leg) => [`${leg} hip`, `${leg} ankle`]);

/** 27 numbers: qpos without x and y, qvel. The period is 5 steps of 10 ms. */
export const antSpec: DomainSpec = {
  name: "ant-dir",
  observation: [
    { name: "height", unit: "m", offset: 0.6, scale: 0.2 },
    ...["w", "x", "y", "z"].map((axis) => ({ name: `attitude ${axis}`, unit: "1", offset: 0, scale: 1 })),
    ...ANT_JOINTS.map((name) => ({ name, unit: "rad", offset: 0, scale: 1 })),
    ...["x", "y", "z"].map((axis) => ({ name: `velocity ${axis}`, unit: "m/s", offset: 0, scale: 1 })),
    ...["x", "y", "z"].map((axis) => ({ name: `turning ${axis}`, unit: "rad/s", offset: 0, scale: 2 })),
    ...ANT_JOINTS.map((name) => ({ name: `${name} velocity`, unit: "rad/s", offset: 0, scale: 5 })),
  ],
  action: ANT_JOINTS.map((name) => ({ name, unit: "1", offset: 0, scale: 1 })),
  horizon: 200,
  period: 0.05,
  reward: { kind: "dense" },
  hasSuccess: false,
};
