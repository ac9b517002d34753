import { stopGradient, tf } from "../engine/engine.ts";
import type { Shape, TensorFunction, Tensors } from "../engine/engine.ts";
import type { BatchSize } from "./algorithm.ts";
import type { DomainSpec } from "../domain/experience.ts";
import { decoderOutputs, encode, klToPrior, mlp, policyHead, sampleAction, tanhGaussianLogProb } from "../policy/nets.ts";
import type { SmacConfig } from "./config.ts";
import { detach, held, mse, withGradients } from "./gradients.ts";
import { smacShapes, targetShapes } from "./parameters.ts";

export const LOSSES = ["critic1", "critic2", "actor", "decoder", "kl", "advantage", "q"] as const;

/** Shapes of what one update is fed besides weights. Rows are grouped by task. `noise`: standard normal. `lambda`: weight of the -Q term. `ahead...`: n-step targets. */
export function batchShapes(spec: DomainSpec, config: SmacConfig, { T, N, K }: BatchSize): Record<string, Shape> {
  const [O, A, Z, B] = [spec.observation.length, spec.action.length, config.nets.latent, T * N];
  return {
    observation: [B, O],
    action: [B, A],
    reward: [B, 1],
    nextObservation: [B, O],
    terminated: [B, 1],
    context: [T, K, O + A + 1],
    mask: [T, K, 1],
    latentNoise: [T, Z],
    actionNoise: [B, A],
    nextActionNoise: [B, A],
    lambda: [],
    ...(config.sharedShare ? { own: [B, 1] } : {}),
    ...(config.returnSteps > 1 ? { aheadReward: [B, 1], aheadObservation: [B, O], aheadDiscount: [B, 1] } : {}),
  };
}

/** An advantage so far below any other that its weight is 0. */
const NEVER = 1e9;

/**
 * AWAC weights (SMAC 1.3): softmax of A / temperature over the batch or within each task, scaled so that the mean weight is 1; (B, 1). `own`, (B, 1):
 * 0 for an action that nobody took for this task's sake, which is not imitated.
 */
export function advantageWeights(advantage: tf.Tensor, temperature: number, groups: number, own?: tf.Tensor): tf.Tensor {
  const B = advantage.shape[0]!;
  const told = own ? tf.sub(advantage, tf.mul(NEVER, tf.sub(1, own))) : advantage;
  const a = tf.div(tf.reshape(told, [groups, B / groups]), temperature);
  const e = tf.exp(tf.sub(a, tf.max(a, 1, true)));
  return tf.reshape(tf.mul(B / groups, tf.div(e, tf.sum(e, 1, true))), [B, 1]);
}

/** The lesser of twin critics' values; (B, in) -> (B, 1). */
export const minQ = (p: Tensors, a: string, b: string, x: tf.Tensor): tf.Tensor => tf.minimum(mlp(p, a, x), mlp(p, b, x));

/** One z per task (T, Z), repeated over its N rows; (T x N, Z). */
export const perRow = (z: tf.Tensor, N: number): tf.Tensor => {
  const [T, Z] = z.shape as [number, number];
  return tf.reshape(tf.mul(tf.expandDims(z, 1), tf.ones([T, N, 1])), [T * N, Z]);
};

/** Loss of the reward decoder on unscaled rewards: mean over its members and over rows. The Gaussian head's log-variance is kept in [-6, 4]. */
export function decoderLoss(p: Tensors, config: SmacConfig, low: number, x: tf.Tensor, reward: tf.Tensor): tf.Tensor {
  const each = decoderOutputs(p, x).map((out) => memberLoss(config, low, out, reward));
  return each.length === 1 ? each[0]! : tf.div(tf.addN(each), each.length);
}

function memberLoss(config: SmacConfig, low: number, out: tf.Tensor, reward: tf.Tensor): tf.Tensor {
  switch (config.head) {
    case "deterministic":
      return mse(out, reward);
    case "gaussian": {
      const [mean, raw] = tf.split(out, 2, 1) as [tf.Tensor, tf.Tensor];
      const logVariance = tf.clipByValue(raw, -6, 4);
      return tf.mean(tf.mul(0.5, tf.add(logVariance, tf.mul(tf.square(tf.sub(mean, reward)), tf.exp(tf.neg(logVariance))))));
    }
    case "bernoulli": {
      const hit = tf.sub(reward, low);
      return tf.mean(tf.sub(tf.softplus(out), tf.mul(hit, out)));
    }
  }
}

/**
 * One SMAC update as a function of weights and batch: every loss and the gradient of their sum, routed as docs/learning.md 1.3 says:
 * encoder and decoder learn from reconstruction and KL alone, critics from the Bellman error, the policy from AWAC plus, when
 * `pearl`, lambda times -min Q. All gradients are taken at the same weights; stepping comes after (pitfall P4).
 * @returns `losses` in the order of LOSSES, and `g.<parameter>` for each trained parameter.
 */
export function smacUpdate(spec: DomainSpec, config: SmacConfig, { T, N }: BatchSize, pearl: boolean): TensorFunction {
  const trained = Object.keys(smacShapes(spec, config));
  const targets = Object.keys(targetShapes(spec, config));
  const low = spec.reward.kind === "sparse" ? spec.reward.low : 0;

  const losses = (p: Tensors, b: Tensors): tf.Tensor[] => {
    const { mean, variance } = encode(p, b.context!, b.mask!);
    const zTask = tf.add(mean, tf.mul(tf.sqrt(variance), b.latentNoise!));
    const z = perRow(zTask, N);
    const zFixed = detach(z);
    const frozenCritic = held(p, /^q\d\./);

    const x = tf.concat([b.observation!, b.action!, zFixed], 1);
    const [q1, q2] = [mlp(p, "q1", x), mlp(p, "q2", x)];
    const target = stopGradient(() => {
      const later = b.aheadObservation ?? b.nextObservation!;
      const nextAction = sampleAction(policyHead(p, later, z), b.nextActionNoise!);
      const next = minQ(p, "t1", "t2", tf.concat([later, nextAction, z], 1));
      const discount = b.aheadDiscount ?? tf.mul(config.discount, tf.sub(1, b.terminated!));
      return tf.add(tf.mul(config.rewardScale, b.aheadReward ?? b.reward!), tf.mul(discount, next));
    });

    const head = policyHead(p, b.observation!, zFixed);
    const qOfPolicy = minQ(frozenCritic, "q1", "q2", tf.concat([b.observation!, sampleAction(head, b.actionNoise!), zFixed], 1));
    const advantage = stopGradient(() => tf.sub(tf.minimum(q1, q2), qOfPolicy));
    const w = stopGradient(() => advantageWeights(advantage, config.temperature, config.weighting === "task" ? T : 1, b.own));
    const awac = tf.neg(tf.mean(tf.mul(w, tanhGaussianLogProb(head, b.action!, config.actionBound))));
    const cautious = pearl ? tf.sub(awac, tf.mul(b.lambda!, tf.mean(qOfPolicy))) : awac;
    const actor = config.actor === "awac" ? cautious : tf.neg(tf.mean(qOfPolicy));

    const shown = config.nets.decoderSees === "next-state" ? [b.nextObservation!] : [b.observation!, b.action!];
    const decoder = decoderLoss(p, config, low, tf.concat([...shown, z], 1), b.reward!);
    const kl = tf.mean(klToPrior(mean, variance));
    return [mse(q1, target), mse(q2, target), actor, decoder, kl, tf.mean(advantage), tf.mean(q1)];
  };

  return withGradients(trained, targets, losses, ([c1, c2, actor, decoder, kl]) =>
    tf.addN([c1!, c2!, actor!, decoder!, tf.mul(config.klWeight, kl!)]),
  );
}
