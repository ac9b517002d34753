import type { Episode } from "../domain/experience.ts";
import type { OnarmError } from "../domain/errors.ts";

/** What an episode, by its place in the dataset, is worth for a task that it was not made for; (steps). */
export interface SharedLabels {
  readonly episode: number;
  readonly task: number;
  readonly reward: Float32Array;
}

/** An episode as a task sees it that it was not made for; `made`: its rewards for the task that it was made for, (steps). */
export interface SharedEpisode {
  readonly episode: Episode;
  readonly made: Float32Array;
}

/** Episodes once more, each as another task of its scene is rewarded for it; all arrays but `reward` are those of the episode that it repeats. */
export const sharedEpisodes = (dataset: { readonly episodes: readonly Episode[]; readonly shared: readonly SharedLabels[] }) =>
  dataset.shared.map(({ episode, task, reward }): SharedEpisode => ({
    episode: { ...dataset.episodes[episode]!, task, reward },
    made: dataset.episodes[episode]!.reward,
  }));

/** As a dataset's file has them: which episodes, for which tasks, and the rewards of all their steps one after another. */
export function sharedColumns(shared: readonly SharedLabels[]) {
  const rewards = new Float32Array(shared.reduce((n, { reward }) => n + reward.length, 0));
  let at = 0;
  for (const { reward } of shared) {
    rewards.set(reward, at);
    at += reward.length;
  }
  return {
    shared_episode: Int32Array.from(shared, ({ episode }) => episode),
    shared_task: Int32Array.from(shared, ({ task }) => task),
    shared_reward: rewards,
  };
}

/** Hands over a column of a file, found to be of that kind and size. */
export type Column = <T extends Float32Array | Int32Array | Uint8Array>(
  name: string,
  kind: new (n: number) => T,
  count: number,
) => T;

/** The `count` labels of a file whose episodes have `length` steps each and are of `tasks` tasks. @throws what `damaged` makes of the first column that is wrong. */
export function readSharedLabels(
  count: number,
  length: Int32Array,
  tasks: number,
  column: Column,
  damaged: (what: string) => OnarmError,
): SharedLabels[] {
  if (count === 0) return [];
  const of = column("shared_episode", Int32Array, count);
  const taskOf = column("shared_task", Int32Array, count);
  if (!of.every((episode) => episode >= 0 && episode < length.length))
    throw damaged("column shared_episode names an episode it does not hold");
  if (!taskOf.every((task) => task >= 0 && task < tasks)) throw damaged("column shared_task names a task it does not hold");
  const steps = of.reduce((sum, episode) => sum + length[episode]!, 0);
  const rewards = column("shared_reward", Float32Array, steps);
  if (!rewards.every(Number.isFinite)) throw damaged("column shared_reward holds a number that is not finite");
  let from = 0;
  return Array.from(of, (episode, i) => ({
    episode,
    task: taskOf[i]!,
    reward: rewards.slice(from, (from += length[episode]!)),
  }));
}
