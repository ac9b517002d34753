import { z } from "zod";
import type { DomainSpec } from "../domain/experience.ts";
import { stopGradient, tf } from "../engine/engine.ts";
import type { TensorFunction, Tensors } from "../engine/engine.ts";
import { criticShapes, deployedShapes, encode, klToPrior, layers, mlp, policyHead, sampleAction } from "../policy/nets.ts";
import type { NetShapes } from "../policy/nets.ts";
import type { Algorithm, Shapes } from "./algorithm.ts";
import { paper, presetConfig } from "./config.ts";
import type { ContextRule, LearnerConfig, OnlineConfig, Preset } from "./config.ts";
import { detach, held, mse, withGradients } from "./gradients.ts";
import { minQ, perRow } from "./losses.ts";
import { initialise } from "./parameters.ts";
import { acts, ACTS_NOT, common, contextSchema, netsSchema, online, values } from "./schema.ts";
import { squashedLogProb } from "./sac.ts";

/** Hyper-parameters of PEARL (Rakelly et al., ICML 2019, arXiv 1903.08254). */
export interface PearlConfig extends LearnerConfig {
  readonly discount: number;
  readonly rewardScale: number;
  readonly polyak: number;
  /** alpha of soft actor-critic, in units of the scaled reward. */
  readonly entropy: number;
  /** Weight of mean^2 and log-std^2 in the policy's loss. */
  readonly regularisation: number;
  readonly klWeight: number;
  readonly context: ContextRule;
  readonly practice: OnlineConfig;
}

export const pearlSchema: z.ZodType<PearlConfig> = z.strictObject({
  nets: netsSchema,
  head: z.literal("none"),
  ...common,
  ...values,
  entropy: z.number().min(0),
  regularisation: z.number().min(0),
  klWeight: z.number().min(0),
  context: contextSchema,
  practice: z.strictObject(online).refine(acts, ACTS_NOT),
});

/** What SMAC has in that preset, less the decoder and AWAC, and what soft actor-critic needs besides. */
export function pearlPreset(preset: Preset, spec: DomainSpec): PearlConfig {
  const of = preset === "paper" ? paper : presetConfig(preset, spec);
  const { learningRate, averaging, metaBatch, batch, init, discount, rewardScale, polyak, klWeight, context } = of;
  const { encoder: _encoder, lambdaPearl: _lambda, rampUpdates: _ramp, labelContext: _label, ...practice } = of.practice;
  return {
    nets: { ...of.nets, decoder: [] },
    head: "none",
    learningRate,
    averaging,
    metaBatch,
    batch,
    init,
    discount,
    rewardScale,
    polyak,
    entropy: preset === "paper" ? 1 : 0.02,
    regularisation: 1e-3,
    klWeight,
    context,
    practice: { ...practice, sampleActions: true },
  };
}

const valueShapes = (spec: DomainSpec, nets: NetShapes, net: string): Shapes =>
  layers(net, [spec.observation.length + nets.latent, ...nets.critic, 1]);
const trainedShapes = (spec: DomainSpec, { nets, head }: PearlConfig): Shapes => ({
  ...deployedShapes(spec, nets, head),
  ...criticShapes(spec, nets, "q1"),
  ...criticShapes(spec, nets, "q2"),
  ...valueShapes(spec, nets, "v"),
});

export const PEARL_LOSSES = ["critic1", "critic2", "value", "actor", "kl", "logProb", "q"] as const;

/**
 * One update (the paper's algorithm 1 over soft actor-critic with a separate V, Haarnoja et al. 2018): critics towards
 * c r + (1 - terminated) gamma Vbar(s',z); V towards min Q(s,a~,z) - alpha log pi(a~|s,z); policy down alpha log pi - min Q. The encoder
 * learns from the critics and the KL alone; z is a constant to V and policy, critics are constants to the policy.
 */
export function pearlUpdate(spec: DomainSpec, config: PearlConfig, N: number): TensorFunction {
  const losses = (p: Tensors, b: Tensors): tf.Tensor[] => {
    const { mean, variance } = encode(p, b.context!, b.mask!);
    const z = perRow(tf.add(mean, tf.mul(tf.sqrt(variance), b.latentNoise!)), N);
    const zFixed = detach(z);
    const x = tf.concat([b.observation!, b.action!, z], 1);
    const [q1, q2] = [mlp(p, "q1", x), mlp(p, "q2", x)];
    const target = stopGradient(() => {
      const next = mlp(p, "t", tf.concat([b.nextObservation!, zFixed], 1));
      return tf.add(tf.mul(config.rewardScale, b.reward!), tf.mul(tf.mul(config.discount, tf.sub(1, b.terminated!)), next));
    });
    const head = policyHead(p, b.observation!, zFixed);
    const soft = tf.mul(config.entropy, squashedLogProb(head, b.actionNoise!));
    const critics = held(p, /^q\d\./);
    const qOfPolicy = minQ(critics, "q1", "q2", tf.concat([b.observation!, sampleAction(head, b.actionNoise!), zFixed], 1));
    const value = mse(mlp(p, "v", tf.concat([b.observation!, zFixed], 1)), detach(tf.sub(qOfPolicy, soft)));
    const small = tf.add(tf.mean(tf.square(head.mean)), tf.mean(tf.square(head.logStd)));
    const actor = tf.add(tf.mean(tf.sub(soft, qOfPolicy)), tf.mul(config.regularisation, small));
    return [
      mse(q1, target),
      mse(q2, target),
      value,
      actor,
      tf.mean(klToPrior(mean, variance)),
      tf.mean(squashedLogProb(head, b.actionNoise!)),
      tf.mean(q1),
    ];
  };
  return withGradients(
    Object.keys(trainedShapes(spec, config)),
    Object.keys(valueShapes(spec, config.nets, "t")),
    losses,
    ([c1, c2, value, actor, kl]) => tf.addN([c1!, c2!, value!, actor!, tf.mul(config.klWeight, kl!)]),
  );
}

/**
 * PEARL: offline on the data alone, where its greedy actor is expected to fail (actions that nobody took look good to a critic that never
 * saw them), and online with true rewards, where it is the oracle that SMAC is held against.
 */
export const pearl = (spec: DomainSpec, config: PearlConfig): Algorithm => ({
  name: "pearl",
  spec,
  config,
  losses: PEARL_LOSSES,
  bounded: false,
  trained: trainedShapes(spec, config),
  targets: valueShapes(spec, config.nets, "t"),
  sourceOf: (target) => target.replace(/^t\./, "v."),
  deployed: deployedShapes(spec, config.nets, config.head),
  batch: ({ T, N, K }) => {
    const [O, A, B] = [spec.observation.length, spec.action.length, T * N];
    return {
      observation: [B, O],
      action: [B, A],
      reward: [B, 1],
      nextObservation: [B, O],
      terminated: [B, 1],
      context: [T, K, O + A + 1],
      mask: [T, K, 1],
      latentNoise: [T, config.nets.latent],
      actionNoise: [B, A],
    };
  },
  update: ({ N }) => pearlUpdate(spec, config, N),
  initialise: (weights, rng) => initialise(weights, config.init, rng),
  rate: () => config.learningRate,
});
