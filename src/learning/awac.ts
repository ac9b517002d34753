import { z } from "zod";
import type { DomainSpec } from "../domain/experience.ts";
import { stopGradient, tf } from "../engine/engine.ts";
import type { TensorFunction, Tensors } from "../engine/engine.ts";
import { criticShapes, deployedShapes, mlp, policyHead, sampleAction, tanhGaussianLogProb } from "../policy/nets.ts";
import type { Algorithm, Shapes } from "./algorithm.ts";
import { paper, presetConfig } from "./config.ts";
import type { LearnerConfig, Preset } from "./config.ts";
import { mse, withGradients } from "./gradients.ts";
import { advantageWeights, minQ } from "./losses.ts";
import { initialise } from "./parameters.ts";
import { awac as awacSchemas, blindNets, common, values } from "./schema.ts";

/** Hyper-parameters of AWAC (Nair et al. 2020, arXiv 2006.09359) over many tasks. */
export interface AwacConfig extends LearnerConfig {
  readonly discount: number;
  readonly rewardScale: number;
  readonly polyak: number;
  readonly temperature: number;
  readonly weighting: "batch" | "task";
  readonly actionBound: number;
  /** Going on alone on one task, with its rewards: own episodes and updates of each round. */
  readonly fineTune: { readonly episodes: number; readonly updates: number };
}

export const awacSchema: z.ZodType<AwacConfig> = z.strictObject({
  nets: z.strictObject(blindNets),
  head: z.literal("none"),
  ...common,
  ...values,
  ...awacSchemas,
  fineTune: z.strictObject({ episodes: z.number().int().positive(), updates: z.number().int().positive() }),
});

/** What SMAC has in that preset, less everything that knows of z; "paper" with the reference release's nets, batch and temperature. */
export function awacPreset(preset: Preset, spec: DomainSpec): AwacConfig {
  const of = preset === "paper" ? paper : presetConfig(preset, spec);
  const { learningRate, averaging, metaBatch, init, discount, polyak, weighting, actionBound } = of;
  const released = preset === "paper";
  return {
    nets: {
      latent: 0,
      encoder: [],
      decoder: [],
      policy: released ? [256, 256, 256, 256] : of.nets.policy,
      critic: released ? [256, 256] : of.nets.critic,
    },
    head: "none",
    learningRate,
    averaging,
    metaBatch,
    batch: released ? 256 : of.batch,
    init,
    discount,
    rewardScale: released ? 1 : of.rewardScale,
    polyak,
    temperature: released ? 2 : of.temperature,
    weighting,
    actionBound,
    fineTune: { episodes: 2, updates: 200 },
  };
}

const trainedShapes = (spec: DomainSpec, { nets, head }: AwacConfig): Shapes => ({
  ...deployedShapes(spec, nets, head),
  ...criticShapes(spec, nets, "q1"),
  ...criticShapes(spec, nets, "q2"),
});
const targetShapes = (spec: DomainSpec, { nets }: AwacConfig): Shapes => ({
  ...criticShapes(spec, nets, "t1"),
  ...criticShapes(spec, nets, "t2"),
});

export const AWAC_LOSSES = ["critic1", "critic2", "actor", "advantage", "q"] as const;

/**
 * One update: critics towards y = c r + (1 - terminated) gamma min Qbar(s', a') (the paper's equation 2), and the policy by weighted likelihood of stored
 * actions, weights softmax((min Q(s,a) - min Q(s,a~)) / temperature) (equation 13). `groups`: the softmax is over each of so many parts of the batch.
 */
export function awacUpdate(spec: DomainSpec, config: AwacConfig, groups: number): TensorFunction {
  const losses = (p: Tensors, b: Tensors): tf.Tensor[] => {
    const x = tf.concat([b.observation!, b.action!], 1);
    const [q1, q2] = [mlp(p, "q1", x), mlp(p, "q2", x)];
    const target = stopGradient(() => {
      const nextAction = sampleAction(policyHead(p, b.nextObservation!), b.nextActionNoise!);
      const next = minQ(p, "t1", "t2", tf.concat([b.nextObservation!, nextAction], 1));
      return tf.add(tf.mul(config.rewardScale, b.reward!), tf.mul(tf.mul(config.discount, tf.sub(1, b.terminated!)), next));
    });
    const head = policyHead(p, b.observation!);
    const advantage = stopGradient(() =>
      tf.sub(tf.minimum(q1, q2), minQ(p, "q1", "q2", tf.concat([b.observation!, sampleAction(head, b.actionNoise!)], 1))),
    );
    const w = stopGradient(() => advantageWeights(advantage, config.temperature, groups));
    const actor = tf.neg(tf.mean(tf.mul(w, tanhGaussianLogProb(head, b.action!, config.actionBound))));
    return [mse(q1, target), mse(q2, target), actor, tf.mean(advantage), tf.mean(q1)];
  };
  return withGradients(Object.keys(trainedShapes(spec, config)), Object.keys(targetShapes(spec, config)), losses, (parts) =>
    tf.addN(parts.slice(0, 3)),
  );
}

/** Multi-task AWAC without a context: one policy pi(a|s) for every task; afterwards `fineTune` goes on with one task alone. */
export const awac = (spec: DomainSpec, config: AwacConfig): Algorithm => ({
  name: "awac",
  spec,
  config,
  losses: AWAC_LOSSES,
  bounded: true,
  trained: trainedShapes(spec, config),
  targets: targetShapes(spec, config),
  sourceOf: (target) => target.replace(/^t/, "q"),
  deployed: deployedShapes(spec, config.nets, config.head),
  batch: ({ T, N }) => {
    const [O, A, B] = [spec.observation.length, spec.action.length, T * N];
    return {
      observation: [B, O],
      action: [B, A],
      reward: [B, 1],
      nextObservation: [B, O],
      terminated: [B, 1],
      actionNoise: [B, A],
      nextActionNoise: [B, A],
    };
  },
  update: ({ T }) => awacUpdate(spec, config, config.weighting === "task" ? T : 1),
  initialise: (weights, rng) => initialise(weights, config.init, rng),
  rate: () => config.learningRate,
});
