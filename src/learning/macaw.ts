import { z } from "zod";
import type { DomainSpec } from "../domain/experience.ts";
import type { Rng } from "../domain/rng.ts";
import { tf } from "../engine/engine.ts";
import type { TensorFunction, Tensors } from "../engine/engine.ts";
import { advantageOf, generate, innerStep, macawShapes, policyLosses, sizesOf, valueLoss } from "../policy/macaw.ts";
import type { Adaptation, Rows } from "../policy/macaw.ts";
import type { Algorithm } from "./algorithm.ts";
import { paper, presetConfig } from "./config.ts";
import type { ContextRule, LearnerConfig, Preset } from "./config.ts";
import { detach, withGradients } from "./gradients.ts";
import { initialise } from "./parameters.ts";
import type { Weights } from "./parameters.ts";
import { blindNets, common, contextSchema, values, width } from "./schema.ts";

/** Hyper-parameters of MACAW (Mitchell et al., ICML 2021, arXiv 2008.06043). */
export interface MacawConfig extends LearnerConfig, Adaptation {
  readonly discount: number;
  readonly rewardScale: number;
  /** Every learned step size of the inner step to begin with. */
  readonly innerRate: number;
  /** Weight of the advantage loss in the inner step to begin with; it is learned as well. */
  readonly advantageWeight: number;
  /** Outer learning rates of V and of the inner step's own rates; the policy's is `learningRate`. */
  readonly valueRate: number;
  readonly rateRate: number;
  /** Rows of one task that the inner step is taken on, in training and at a meta-test. */
  readonly context: ContextRule;
}

const positive = z.number().positive();
export const macawSchema: z.ZodType<MacawConfig> = z.strictObject({
  nets: z.strictObject({ ...blindNets, transform: width, advantage: z.array(width) }),
  head: z.literal("none"),
  ...common,
  discount: values.discount,
  rewardScale: values.rewardScale,
  temperature: positive,
  sigma: positive,
  innerRate: positive,
  advantageWeight: positive,
  valueRate: positive,
  rateRate: positive,
  context: contextSchema,
});

/** "paper": the release's nets and rates. "default": SMAC's nets of the domain, and rates for 20,000 updates where the paper takes a million. */
export function macawPreset(preset: Preset, spec: DomainSpec): MacawConfig {
  const released = preset === "paper";
  const of = released ? paper : presetConfig(preset, spec);
  const hidden = [100, 100, 100];
  return {
    nets: {
      latent: 0,
      encoder: [],
      decoder: [],
      policy: released ? hidden : of.nets.policy,
      critic: released ? hidden : of.nets.critic,
      transform: released ? 100 : 16,
      advantage: [32],
    },
    head: "none",
    learningRate: released ? 1e-4 : 1e-3,
    averaging: of.averaging,
    metaBatch: released ? 5 : 4,
    batch: released ? 256 : 64,
    init: "fan-in",
    discount: of.discount,
    // Returns of about one: the inner step of V is plain gradient descent, which knows no scale.
    rewardScale: released ? 1 : 1 - of.discount,
    temperature: 1,
    sigma: 0.2,
    innerRate: released ? 1e-3 : 0.03,
    advantageWeight: 0.01,
    valueRate: released ? 1e-5 : 1e-3,
    rateRate: 1e-3,
    context: released ? { count: 256, least: 256, episodes: 2 } : { count: 64, least: 16, episodes: 4 },
  };
}

/** "Before": the same losses of the meta-learned nets, on the same advantages; `rate`: the inner step's of the first layer. */
export const MACAW_LOSSES = ["value", "actor", "valueBefore", "actorBefore", "rate"] as const;

/**
 * One update (the paper's algorithm 1): for each task one inner step on a support set, then on other rows of the task L_V of the stepped V and L_AWR
 * of the stepped policy, without the advantage loss; both differentiated through the step, with respect to what was stepped and to
 * the step's learned rates. V learns from L_V alone: to the policy its advantages are constants.
 */
export function macawUpdate(
  spec: DomainSpec,
  config: MacawConfig,
  { T, N, K }: { T: number; N: number; K: number },
): TensorFunction {
  const { nets } = config;
  const [O, A] = [spec.observation.length, spec.action.length];
  const losses = (p: Tensors, b: Tensors): tf.Tensor[] => {
    const support: Rows = {
      observation: tf.slice(b.context!, [0, 0, 0], [T, K, O]),
      action: tf.slice(b.context!, [0, 0, O], [T, K, A]),
      return: b.contextReturn!,
      mask: b.mask!,
    };
    const query: Rows = {
      observation: tf.reshape(b.observation!, [T, N, O]),
      action: tf.reshape(b.action!, [T, N, A]),
      return: tf.reshape(b.return!, [T, N, 1]),
      mask: tf.ones([T, N, 1]),
    };
    const stepped = innerStep(p, spec, nets, support, config);
    const advantage = advantageOf(stepped, query);
    const measured = (generated: Tensors) =>
      [tf.div(valueLoss(generated, query), T), tf.div(policyLosses(generated, p, query, advantage, config).awr, T)] as const;
    const [value, actor] = measured(stepped);
    const [before, actorBefore] = measured(generate(p, spec, nets, T));
    return [value, actor, detach(before), detach(actorBefore), tf.mean(tf.softplus(p["rate.pi.c0"]!))];
  };
  return withGradients(Object.keys(macawShapes(spec, nets)), [], losses, ([value, actor]) => tf.add(value!, actor!));
}

/** The number whose softplus is `x`. */
const inverseSoftplus = (x: number): number => Math.log(Math.expm1(x));

/** Generated layers begin as ordinary ones: c by input width, z small, T so that z T hardly counts; a last layer's T and c nearly nothing. */
function begin(target: Weights, config: MacawConfig, spec: DomainSpec, rng: Rng): void {
  const D = config.nets.transform ?? 1;
  const ordinary = Object.fromEntries(Object.entries(target.shapes).filter(([name]) => name.startsWith("adv.")));
  initialise({ ...target, shapes: ordinary }, config.init, rng);
  for (const net of ["pi", "v"] as const) {
    const sizes = sizesOf(net, spec, config.nets);
    sizes.slice(1).forEach((out, i) => {
      const [into, last] = [sizes[i]!, i === sizes.length - 2];
      const bound = last ? 3e-3 : Math.sqrt(6 / into);
      const [z, t, c] = [target.views[`${net}.z${i}`]!, target.views[`${net}.t${i}`]!, target.views[`${net}.c${i}`]!];
      for (let k = 0; k < z.length; k++) z[k] = rng.normal() / Math.sqrt(D);
      for (let k = 0; k < t.length; k++) t[k] = rng.between(-0.1, 0.1) * bound;
      // The last row is the bias.
      for (let k = 0; k < into * out; k++) c[k] = rng.between(-bound, bound);
    });
  }
  for (const [name, view] of Object.entries(target.views))
    if (name.startsWith("rate."))
      view.fill(inverseSoftplus(name === "rate.advantage" ? config.advantageWeight : config.innerRate));
}

/** MACAW: what crosses to a new task is not a belief but a policy that one gradient step on the task's own history makes better. */
export const macaw = (spec: DomainSpec, config: MacawConfig): Algorithm => ({
  name: "macaw",
  spec,
  config,
  losses: MACAW_LOSSES,
  bounded: true,
  trained: macawShapes(spec, config.nets),
  targets: {},
  sourceOf: (target) => target,
  deployed: macawShapes(spec, config.nets),
  batch: ({ T, N, K }) => {
    const [O, A, B] = [spec.observation.length, spec.action.length, T * N];
    return {
      observation: [B, O],
      action: [B, A],
      return: [B, 1],
      context: [T, K, O + A + 1],
      mask: [T, K, 1],
      contextReturn: [T, K, 1],
    };
  },
  update: (size) => macawUpdate(spec, config, size),
  initialise: (weights, rng) => begin(weights, config, spec, rng),
  rate: (parameter) =>
    parameter.startsWith("rate.") ? config.rateRate : parameter.startsWith("v.") ? config.valueRate : config.learningRate,
});
