import type { DomainSpec, Split } from "../domain/experience.ts";
import { rng } from "../domain/rng.ts";

/** A point robot in the plane: start at the origin, goal on the unit upper half circle, 20 steps of at most 0.1 per axis. */
export interface PointTask {
  readonly id: number;
  readonly goal: readonly [number, number];
}

export const POINT_STEP = 0.1;
export const POINT_RADIUS = 0.2;

/** Task `id` of a split: a pure function of (split, seed, id). */
export function pointTask(split: Split, seed: number, id: number): PointTask {
  const angle = Math.PI * rng("point", split, seed, id).uniform();
  return { id, goal: [Math.cos(angle), Math.sin(angle)] };
}

/** Where the point is after an action in [-1, 1]^2; numbers outside are clipped as the environment's box does. */
export const pointMove = (position: readonly [number, number], action: ArrayLike<number>): [number, number] => [
  position[0] + POINT_STEP * Math.max(-1, Math.min(1, action[0]!)),
  position[1] + POINT_STEP * Math.max(-1, Math.min(1, action[1]!)),
];

const distance = (position: readonly [number, number], goal: readonly [number, number]) =>
  Math.hypot(position[0] - goal[0], position[1] - goal[1]);

/** Dense: minus the distance after the step. Sparse: 1 - distance inside the radius, else 0. */
export const pointReward = (kind: "dense" | "sparse", task: PointTask, position: readonly [number, number]): number => {
  const d = distance(position, task.goal);
  return kind === "dense" ? -d : d <= POINT_RADIUS ? 1 - d : 0;
};
export const pointSuccess = (task: PointTask, position: readonly [number, number]): boolean =>
  distance(position, task.goal) <= POINT_RADIUS;

const spec = (name: string): DomainSpec => ({
  name,
  observation: ["x", "y"].map((axis) => ({ name: axis, unit: "m", offset: 0, scale: 1 })),
  action: ["dx", "dy"].map((axis) => ({ name: axis, unit: "m", offset: 0, scale: POINT_STEP })),
  horizon: 20,
  period: 0.1,
  reward: { kind: "dense" },
  hasSuccess: false,
});
export const pointSpec = spec("point");
export const pointSparseSpec = spec("point-sparse");
