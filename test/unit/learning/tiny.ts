// A domain, nets and data small enough that a thousand updates take a moment.
import type { DomainSpec, Episode, Rollout } from "../../../src/domain/experience.ts";
import { rng } from "../../../src/domain/rng.ts";
import { presetConfig } from "../../../src/learning/config.ts";
import { parseConfig } from "../../../src/learning/smacSchema.ts";
import type { PracticeConfig, SmacConfig } from "../../../src/learning/config.ts";
import { Learner } from "../../../src/learning/learner.ts";
import { smac } from "../../../src/learning/smac.ts";

const field = (name: string) => ({ name, unit: "m", offset: 0, scale: 1 });

export const tinySpec = (over: Partial<DomainSpec> = {}): DomainSpec => ({
  name: "tiny",
  observation: [field("x"), field("y"), field("gap")],
  action: [field("dx"), field("dy")],
  horizon: 5,
  period: 0.1,
  reward: { kind: "dense" },
  hasSuccess: false,
  ...over,
});

export const tinyNets = { latent: 2, encoder: [5, 4], decoder: [4], policy: [4], critic: [4, 3] } as const;

type Over = Partial<Omit<SmacConfig, "practice">> & { readonly practice?: Partial<PracticeConfig> };

/** The preset `default` of a dense domain with tiny nets and batches, and `over` laid over it. */
export const tinyConfig = (over: Over = {}): SmacConfig => {
  const small = parseConfig(
    presetConfig("default", tinySpec()),
    {
      nets: tinyNets,
      metaBatch: 2,
      batch: 4,
      context: { count: 3, least: 1, episodes: "any" },
      practice: { batch: 4, labelContext: 4, rampUpdates: 10, tasksPerRound: 2 },
    },
    "tiny",
  );
  return parseConfig(small, over as Record<string, unknown>, "tiny");
};

/** An episode of random numbers; the same labels give the same episode. */
export function episode(
  task: number,
  index: number,
  over: { readonly steps?: number; readonly terminated?: boolean } = {},
): Episode {
  const { steps = 5, terminated = false } = over;
  const r = rng("tiny episode", task, index);
  const draw = (n: number, of: () => number) => Float32Array.from({ length: n }, of);
  return {
    task,
    steps,
    observation: draw((steps + 1) * 3, () => r.normal()),
    action: draw(steps * 2, () => r.between(-0.9, 0.9)),
    reward: draw(steps, () => r.normal() + task),
    rewardSource: "environment",
    terminated,
    human: false,
  };
}

/** The same without its reward: what practice hands over. */
export function rollout(task: number, index: number, steps = 5): Rollout {
  const { reward: _reward, rewardSource: _source, ...made } = episode(task, index, { steps });
  return made;
}

/** A learner with three tasks of two offline episodes each. */
export function tinyLearner(over: Over = {}, seed = 7, spec = tinySpec()): Learner {
  const learner = new Learner(smac(spec, tinyConfig(over)), seed);
  for (const task of [0, 1, 2]) learner.addOffline(task, [episode(task, 0), episode(task, 1, { terminated: task === 1 })]);
  return learner;
}

/** The code of the error that `act` ends with, or "nothing thrown". */
export async function codeOf(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return "nothing thrown";
}

/** The message of the error that `act` ends with. */
export async function messageOf(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing thrown";
}
