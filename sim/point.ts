import type { Environment } from "../src/ports/environment.ts";
import type { Observation } from "../src/domain/experience.ts";
import type { Rng } from "../src/domain/rng.ts";
import { pointMove, pointReward, pointSparseSpec, pointSpec, pointSuccess } from "../src/tasks/point.ts";
import type { PointTask } from "../src/tasks/point.ts";

/** The 2-D point robot as an Environment; nothing in it is random. */
export function pointEnvironment(kind: "dense" | "sparse"): Environment<PointTask> {
  let task: PointTask = { id: -1, goal: [NaN, NaN] };
  let position: [number, number] = [0, 0];
  // Judged only when the outcome is asked for: practice must not even compute it.
  let visited: [number, number][] = [];
  const observe = (): Observation => Float32Array.from(position);
  return {
    spec: kind === "dense" ? pointSpec : pointSparseSpec,
    reset: async (next) => {
      [task, position, visited] = [next, [0, 0], []];
      return observe();
    },
    step: async (action) => {
      position = pointMove(position, action);
      visited.push(position);
      return { observation: observe(), terminated: false };
    },
    reward: () => pointReward(kind, task, position),
    outcome: () => ({ success: pointSuccess(task, position), successAny: visited.some((at) => pointSuccess(task, at)) }),
    close: async () => {},
  };
}

/**
 * The behaviour policy of the offline data: a noisy expert that walks to its task's goal, in one episode of ten to a wrong one.
 * Its data betray the task, which is what provokes z-shift (docs/learning.md 3).
 * @returns a controller for one episode: observation -> action in [-1, 1]^2.
 */
export function pointBehaviour(task: PointTask, rng: Rng): (observation: Observation) => Float32Array {
  const angle = Math.PI * rng.uniform();
  const goal = rng.uniform() < 0.1 ? ([Math.cos(angle), Math.sin(angle)] as const) : task.goal;
  return (observation) =>
    Float32Array.from([0, 1], (i) => Math.max(-1, Math.min(1, (goal[i]! - observation[i]!) / 0.1 + 0.3 * rng.normal())));
}
