import type { Episode } from "../src/domain/experience.ts";
import { labelQuality, r2 } from "../src/learning/quality.ts";
import type { LabelQuality } from "../src/learning/quality.ts";
import type { LearnerConfig, OnlineConfig } from "../src/learning/config.ts";
import type { Domain } from "./domains.ts";
import type { Remote } from "./rpc.ts";
import type { Rollouts } from "./rollouts.ts";
import { CONTEXT_ROWS } from "../src/policy/agent.ts";
import type { TrainerHandlers } from "./trainer.ts";

/** How well labels can be trusted, on validation tasks: what is asked of two-valued rewards, aim by aim, else R2. */
export type DecoderQuality =
  | {
      /** Mean over the aims, and of each. */
      readonly auc: number;
      readonly perAim: Record<string, number>;
      /** The same and more where the policy itself goes, which is what practice has labelled. */
      readonly practised: LabelQuality & { readonly perAim: Record<string, LabelQuality> };
    }
  | { readonly r2: number };

/** An episode whose rewards are known, to be decoded under the z of its task. */
type Asked = { readonly z: Float32Array; readonly episode: Episode };

interface Options {
  readonly config: LearnerConfig;
  readonly taskSeed: number;
  readonly seed: number;
  readonly tasks: number;
  readonly history: number;
  readonly asked: number;
  readonly signal: AbortSignal;
}

/**
 * Judges the decoder as practice uses it: z from a task's own labelled behaviour history, asked about *other* behaviour in the same
 * task (R2 of a dense reward across tasks: the other behaviour pursued another task's aim, see docs/learning.md 3; of a two-valued reward some
 * of it pursued another's). A decoder knows nothing of what no data show, so a two-valued one is asked of the policy's own rollouts too, one under
 * the prior and one under the task's z. Undefined when aborted.
 */
export async function decoderQuality(
  domain: Domain,
  rollouts: Rollouts,
  trainer: Remote<TrainerHandlers>,
  options: Options,
): Promise<DecoderQuality | undefined> {
  const { tasks, taskSeed, seed, signal } = options;
  const ids = Array.from({ length: tasks }, (_, i) => i);
  const episodes = options.history + options.asked;
  const sparse = domain.spec.reward;
  // Another aim's behaviour seldom succeeds: a two-valued reward is asked of the task's own, too, or there is no success to find.
  const foreign = sparse.kind === "sparse" ? Math.floor(options.asked / 2) : options.asked;
  const job = { split: "validation" as const, taskSeed, ids, seed, episodes, foreign };
  const made = await rollouts.behave(job, () => {}, signal);
  if (signal.aborted) return undefined;
  const behaved = ids.map((id) => made.episodes.filter((e) => e.task === id));
  const of = ids.map((task) => ({ task, history: behaved[task]!.slice(0, options.history) }));
  const latents = await trainer.call("latents", { of, seed: `quality/${seed}` });
  const given = ids.flatMap((id) => behaved[id]!.slice(options.history).map((episode) => ({ z: latents[id]!, episode })));
  const decode = (asked: Asked[]) => trainer.call("decode", { asked });
  if (sparse.kind === "dense") {
    const all = (xs: readonly Float32Array[]) => xs.flatMap((x) => [...x]);
    return { r2: r2(all(await decode(given)), all(given.map(({ episode }) => episode.reward))) };
  }
  const aimOf = (id: number) => domain.aim(domain.task("validation", taskSeed, id));
  const judge = async (asked: Asked[]) => perAim(asked, await decode(asked), sparse.low, aimOf);
  const onData = await judge(given);
  const practised = await practise(rollouts, trainer, latents, options);
  if (signal.aborted) return undefined;
  const onPractised = await judge(practised);
  return {
    auc: mean(onData, "auc"),
    perAim: Object.fromEntries(Object.entries(onData).map(([aim, { auc }]) => [aim, auc])),
    practised: {
      auc: mean(onPractised, "auc"),
      falseHits: mean(onPractised, "falseHits"),
      missed: mean(onPractised, "missed"),
      calibrationError: mean(onPractised, "calibrationError"),
      perAim: onPractised,
    },
  };
}

/** What the policy does in the validation tasks, as practice would have it. */
async function practise(
  rollouts: Rollouts,
  trainer: Remote<TrainerHandlers>,
  latents: readonly Float32Array[],
  { config, taskSeed, seed, signal }: Pick<Options, "config" | "taskSeed" | "seed" | "signal">,
): Promise<Asked[]> {
  const { latentPeriod, sampleActions } = config.practice as OnlineConfig;
  const { nets, head } = config;
  await rollouts.load({
    nets,
    head,
    contextRows: config.context?.count ?? CONTEXT_ROWS,
    tensors: await trainer.call("weights", undefined),
  });
  const plan = latents.flatMap((z, task) => [
    { task, label: `quality/${task}/prior` },
    { task, label: `quality/${task}/posterior`, belief: { mean: z, variance: new Float32Array(z.length) } },
  ]);
  const made = await rollouts.collect(
    { split: "validation", taskSeed, seed, latentPeriod, sampleActions, rollouts: plan },
    () => {},
    signal,
  );
  return made.map(({ rollout }) => ({ z: latents[rollout.task]!, episode: rollout }));
}

/** `decoded` reward of each step of what was asked, against the true one, pooled by aim. */
function perAim(
  asked: readonly Asked[],
  decoded: readonly Float32Array[],
  low: number,
  aimOf: (task: number) => string,
): Record<string, LabelQuality> {
  const pools = new Map<string, { chance: number[]; hit: boolean[] }>();
  asked.forEach(({ episode }, i) => {
    const aim = aimOf(episode.task);
    const pool = pools.get(aim) ?? pools.set(aim, { chance: [], hit: [] }).get(aim)!;
    pool.chance.push(...Array.from(decoded[i]!, (reward) => reward - low));
    pool.hit.push(...Array.from(episode.reward, (reward) => reward > low + 0.5));
  });
  return Object.fromEntries([...pools].sort().map(([aim, { chance, hit }]) => [aim, labelQuality(chance, hit)]));
}

/** Over the aims of which it can be said. */
function mean(perAim: Readonly<Record<string, LabelQuality>>, what: keyof LabelQuality): number {
  const known = Object.values(perAim)
    .map((quality) => quality[what])
    .filter(Number.isFinite);
  return known.reduce((a, b) => a + b, 0) / known.length;
}
