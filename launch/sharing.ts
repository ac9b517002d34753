import type { Episode } from "../src/domain/experience.ts";
import type { SharedLabels } from "../src/learning/sharedLabels.ts";
import type { Domain } from "./domains.ts";

/**
 * What each episode is worth for the other tasks of its scene. Data made for one aim show what does not count for another: a decoder that never
 * saw an empty hand where a block is wanted takes it for the block. `tasks`: by number, as the domain knows them.
 */
export function sharedLabels({ elsewhere }: Domain, tasks: readonly unknown[], episodes: readonly Episode[]): SharedLabels[] {
  if (!elsewhere) return [];
  const byScene = new Map<string, number[]>();
  const scenes = tasks.map((task) => elsewhere.scene(task));
  scenes.forEach((scene, id) => byScene.set(scene, [...(byScene.get(scene) ?? []), id]));
  return episodes.flatMap((episode, index) =>
    byScene
      .get(scenes[episode.task]!)!
      .filter((task) => task !== episode.task)
      .map((task) => ({ episode: index, task, reward: elsewhere.worth(tasks[task], episode) })),
  );
}
