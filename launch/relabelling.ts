import type { Rollout } from "../src/domain/experience.ts";
import type { Rng } from "../src/domain/rng.ts";
import type { Domain } from "./domains.ts";

/** What a rollout that was made for one training task can tell of others. */
export interface Relabelling {
  /** The other training tasks whose aim asks for something where rollouts of `task` are made, in order. */
  others(task: number): readonly number[];
  /** What each step of a rollout would truly have been worth for `task`: for the oracle, never for practice. */
  worth(task: number, rollout: Rollout): Float32Array;
}

/**
 * `tasks`: the training tasks by number, as the domain knows them; `setting`: what is set out where a rollout of one is made.
 * undefined where a domain's tasks cannot be had in each other's scenes.
 */
export function relabelling(
  domain: Domain,
  tasks: readonly unknown[],
  setting: (task: number) => unknown,
  among: readonly number[] = tasks.map((_, id) => id),
): Relabelling | undefined {
  const { elsewhere } = domain;
  if (!elsewhere) return undefined;
  const known = new Map<number, readonly number[]>();
  return {
    others(task) {
      const before = known.get(task);
      if (before) return before;
      const there = setting(task);
      const found = among.filter((id) => id !== task && elsewhere.allows(there, tasks[id]));
      known.set(task, found);
      return found;
    },
    worth: (task, rollout) => elsewhere.worth(tasks[task], rollout),
  };
}

/** Every rollout again for up to `count` other tasks, drawn without repetition: the same steps, another task's number. */
export const again = <R extends Rollout>(rollouts: readonly R[], { others }: Relabelling, count: number, rng: Rng): R[] =>
  rollouts.flatMap((rollout) => {
    const left = [...others(rollout.task)];
    return Array.from({ length: Math.min(count, left.length) }, () => ({
      ...rollout,
      task: left.splice(rng.integer(left.length), 1)[0]!,
    }));
  });
