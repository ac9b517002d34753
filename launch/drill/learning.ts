import { join } from "node:path";
import { rewardedRollout } from "../../src/control/rollout.ts";
import type { Episode } from "../../src/domain/experience.ts";
import { rng } from "../../src/domain/rng.ts";
import { presetConfig } from "../../src/learning/config.ts";
import { parseConfig } from "../../src/learning/smacSchema.ts";
import type { SmacConfig } from "../../src/learning/config.ts";
import { writeDataset } from "../../src/learning/dataset.ts";
import { pointSpec } from "../../src/tasks/point.ts";
import { openDomain } from "../domains.ts";
import { Remote } from "../rpc.ts";
import type { TrainerHandlers } from "../trainer.ts";

const TASKS = 4;
const EPISODES = 3;
const SEED = 1;

/** Offline data of the point robot, enough to learn from and no more. @returns its folder, made inside `folder`. */
export async function pointData(folder: string): Promise<string> {
  const domain = await openDomain("point");
  const { environment } = await domain.open();
  const episodes: Episode[] = [];
  for (let id = 0; id < TASKS; id++)
    for (let k = 0; k < EPISODES; k++) {
      const task = domain.task("train", SEED, id);
      const act = domain.behaviour(task, rng("drill", id, k));
      episodes.push((await rewardedRollout(environment, task, act, { task: id })).episode);
    }
  const directory = join(folder, "dataset");
  await writeDataset(directory, domain.spec, episodes, {
    tasks: { split: "train", seed: SEED, count: TASKS },
    episodesPerTask: EPISODES,
    behaviour: "scripted",
    success: null,
    provenance: { command: "onarm drill", commit: "none", seed: SEED },
  });
  return directory;
}

const preset = presetConfig("default", pointSpec);

/** Nets so small that hundreds of updates take a moment. */
export const smallConfig = (over: Readonly<Record<string, unknown>> = {}): SmacConfig => {
  const small = { nets: { latent: 2, encoder: [16], decoder: [16], policy: [16], critic: [16] } };
  return parseConfig(parseConfig(preset, small, "drill"), over, "drill");
};
/** What the product trains the point robot with. */
export const wholeConfig = preset;

export type Trainer = Remote<TrainerHandlers>;

/** The product's own trainer process, at its own priority, with fresh weights on that data. */
export async function openTrainer(dataset: string, config: SmacConfig): Promise<Trainer> {
  const trainer = new Remote<TrainerHandlers>("trainer", new URL("../trainer.ts", import.meta.url));
  try {
    await trainer.call("open", { spec: pointSpec, config, seed: SEED, dataset });
  } catch (error) {
    trainer.close();
    throw error;
  }
  return trainer;
}
