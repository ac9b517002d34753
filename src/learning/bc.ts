import { z } from "zod";
import type { DomainSpec } from "../domain/experience.ts";
import { tf } from "../engine/engine.ts";
import { deployedShapes, policyHead, tanhGaussianLogProb } from "../policy/nets.ts";
import type { Algorithm } from "./algorithm.ts";
import { paper, presetConfig } from "./config.ts";
import type { LearnerConfig, Preset } from "./config.ts";
import { withGradients } from "./gradients.ts";
import { initialise } from "./parameters.ts";
import { actionBound, blindNets, common } from "./schema.ts";

/** Hyper-parameters of behaviour cloning. */
export interface BcConfig extends LearnerConfig {
  /** Stored actions are read as within +-this in the policy's likelihood. */
  readonly actionBound: number;
}

export const bcSchema: z.ZodType<BcConfig> = z.strictObject({
  nets: z.strictObject({ ...blindNets, critic: z.array(z.number()).max(0) }),
  head: z.literal("none"),
  ...common,
  actionBound,
});

/** The policy net, batch and rate that SMAC has in that preset. */
export function bcPreset(preset: Preset, spec: DomainSpec): BcConfig {
  const { nets, learningRate, averaging, metaBatch, batch, init, actionBound } =
    preset === "paper" ? paper : presetConfig(preset, spec);
  return {
    nets: { latent: 0, encoder: [], decoder: [], policy: nets.policy, critic: [] },
    head: "none",
    learningRate,
    averaging,
    metaBatch,
    batch,
    init,
    actionBound,
  };
}

/**
 * Multi-task behaviour cloning (Pomerleau 1991): minimise mean -log pi(a|s) over every task's data alike. It sees no context, so on a task it can only
 * do what the average behaviour does: the floor that whoever infers the task has to pass.
 */
export function bc(spec: DomainSpec, config: BcConfig): Algorithm {
  const shapes = deployedShapes(spec, config.nets, config.head);
  const loss = withGradients(
    Object.keys(shapes),
    [],
    (p, b) => [tf.neg(tf.mean(tanhGaussianLogProb(policyHead(p, b.observation!), b.action!, config.actionBound)))],
    ([actor]) => actor!,
  );
  return {
    name: "bc",
    spec,
    config,
    losses: ["actor"],
    bounded: true,
    trained: shapes,
    targets: {},
    sourceOf: (target) => target,
    deployed: shapes,
    batch: ({ T, N }) => ({ observation: [T * N, spec.observation.length], action: [T * N, spec.action.length] }),
    update: () => loss,
    initialise: (weights, rng) => initialise(weights, config.init, rng),
    rate: () => config.learningRate,
  };
}
