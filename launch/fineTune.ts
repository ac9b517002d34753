import { OnarmError } from "../src/domain/errors.ts";
import type { Episode, Split } from "../src/domain/experience.ts";
import { algorithmConfig } from "../src/learning/algorithms.ts";
import type { AwacConfig } from "../src/learning/awac.ts";
import type { Preset } from "../src/learning/config.ts";
import type { Bundle } from "../src/policy/bundle.ts";
import type { Remote } from "./rpc.ts";
import { weightsOf } from "./rollouts.ts";
import type { Rollouts } from "./rollouts.ts";
import type { TaskScore } from "./rolloutWorker.ts";
import { OFFLINE_EPISODES, scoreIds } from "./score.ts";
import type { TrainerHandlers } from "./trainer.ts";

export interface FineTuneParts {
  readonly rollouts: Rollouts;
  readonly trainer: Remote<TrainerHandlers>;
  readonly bundle: Bundle;
  readonly split: Split;
  readonly taskSeed: number;
  readonly ids: readonly number[];
  readonly seed: number;
  /** Rounds of own episodes with rewards and the updates after them. */
  readonly rounds: number;
  /** Begin with the task's own offline behaviour episodes, and as many updates as a round has. */
  readonly offline: boolean;
  readonly signal: AbortSignal;
  readonly done: (tasks: number) => void;
}

const configOf = ({ directory, spec, manifest }: Bundle): AwacConfig => {
  if (manifest.algorithm !== "awac")
    throw new OnarmError(
      "usage.invalid",
      `${directory}: ${manifest.algorithm} is not fine-tuned task by task; use a bundle of awac`,
    );
  return algorithmConfig("awac", manifest.preset as Preset, spec, manifest.config, `${directory}/manifest.json`) as AwacConfig;
};

/** Steps in the environment with rewards, and updates, that a task takes at most. */
export function fineTuneCost(bundle: Bundle, rounds: number, offline: boolean): { steps: number; updates: number } {
  const { episodes, updates } = configOf(bundle).fineTune;
  return { steps: rounds * episodes * bundle.spec.horizon, updates: (rounds + (offline ? 1 : 0)) * updates };
}

/**
 * AWAC task by task (docs/learning.md 4): the meta-policy goes on alone on one task at a time, first on the task's offline episodes, then on its own
 * episodes *with rewards*, and is scored by its mean action. Each task begins from the bundle again. Ends early, with the tasks so far, when `signal` is aborted.
 */
export async function fineTune(parts: FineTuneParts): Promise<TaskScore[]> {
  const { rollouts, trainer, bundle, split, taskSeed, seed } = parts;
  const config = configOf(bundle);
  const { episodes, updates } = config.fineTune;
  const scores: TaskScore[] = [];
  for (const id of parts.ids) {
    const job = { split, taskSeed, ids: [id], seed };
    const known: Episode[] = parts.offline
      ? (await rollouts.behave({ ...job, episodes: OFFLINE_EPISODES }, () => {})).episodes.map((episode) => ({
          ...episode,
          task: 0,
        }))
      : [];
    await trainer.call("openTask", {
      algo: "awac",
      spec: bundle.spec,
      config,
      seed,
      episodes: known,
      tensors: { ...bundle.tensors },
    });
    if (parts.offline) await trainer.call("update", { count: updates });
    for (let round = 0; round < parts.rounds && !parts.signal.aborted; round++) {
      await rollouts.load({ ...weightsOf(bundle), tensors: await trainer.call("weights", undefined) });
      const collected = await rollouts.collect(
        {
          split,
          taskSeed,
          seed,
          latentPeriod: "episode",
          sampleActions: true,
          rollouts: Array.from({ length: episodes }, (_, e) => ({ task: id, label: `fine-tune/${id}/${round}/${e}` })),
        },
        () => {},
      );
      const own = collected.map(({ rollout }) => ({ ...rollout, task: 0 }));
      await trainer.call("addRewarded", { episodes: own, exploration: own.map(() => true) });
      await trainer.call("update", { count: updates });
    }
    if (parts.signal.aborted) break;
    await rollouts.load({ ...weightsOf(bundle), tensors: await trainer.call("weights", undefined) });
    scores.push(...(await scoreIds(rollouts, bundle, { ...job, context: "none" }, () => {}, parts.signal)));
    parts.done(1);
  }
  return scores;
}
