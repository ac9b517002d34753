import type { DomainSpec } from "../domain/experience.ts";
import { tf } from "../engine/engine.ts";
import type { Shape, Tensors } from "../engine/engine.ts";

/**
 * The nets that leave the laboratory: context encoder q(z|h), policy pi(a|s,z), reward decoder r(s,a,z).
 * Shape letters used in every docstring: T tasks, N transitions of one task, B = T x N rows, O observation, A action, Z latent width.
 * Parameters are named `<net>.w<layer>` (in, out) and `<net>.b<layer>` (out).
 */
export interface NetShapes {
  /** Width of z; 0: the policy is context-blind, and there is no encoder. */
  readonly latent: number;
  readonly encoder: readonly number[];
  readonly decoder: readonly number[];
  readonly policy: readonly number[];
  readonly critic: readonly number[];
  /** What the decoder is shown beside z: [s, a] as released, where absent, or the state s' that followed, of which the arm's sparse rewards are a function. */
  readonly decoderSees?: "state-action" | "next-state" | undefined;
  /** Decoders that differ in where they began, whose mean is the reward and whose disagreement is doubt; one where absent. */
  readonly decoders?: number | undefined;
  /** z also scales the policy's hidden units, so that it chooses which things they look at; where absent it is only one more input. */
  readonly gated?: boolean | undefined;
  /** The same of the decoder's hidden units: which thing's place is worth something is the task's choice, too. */
  readonly gatedDecoder?: boolean | undefined;
  /** MACAW alone (src/policy/macaw.ts): width of each layer's generating vector, and the advantage head's hidden widths. */
  readonly transform?: number | undefined;
  readonly advantage?: readonly number[] | undefined;
}

/** How the decoder speaks of a reward: one number, a mean and log variance, or the logit of the better of two values. */
export type DecoderHead = "deterministic" | "gaussian" | "bernoulli";
/** "none": this learner has no reward decoder, so it cannot practise without rewards. */
export type NetHead = DecoderHead | "none";

export const layers = (net: string, sizes: readonly number[]): Record<string, Shape> =>
  Object.fromEntries(
    sizes.slice(1).flatMap((out, i) => [
      [`${net}.w${i}`, [sizes[i]!, out]],
      [`${net}.b${i}`, [out]],
    ]),
  );

/** Shapes of all deployed parameters: the order is the order in files and flat buffers. */
export function deployedShapes(spec: DomainSpec, nets: NetShapes, head: NetHead): Record<string, Shape> {
  const [O, A, Z] = [spec.observation.length, spec.action.length, nets.latent];
  return {
    ...(Z === 0 ? {} : layers("enc", [O + A + 1, ...nets.encoder, 2 * Z])),
    ...(head === "none"
      ? {}
      : Object.assign(
          {},
          ...Array.from({ length: nets.decoders ?? 1 }, (_, k) =>
            Object.assign(
              layers(member(k), [decoderWidth(spec, nets) + Z, ...nets.decoder, head === "gaussian" ? 2 : 1]),
              nets.gatedDecoder ? gates(member(k), Z, nets.decoder) : {},
            ),
          ),
        )),
    ...layers("pi", [O + Z, ...nets.policy, 2 * A]),
    ...(nets.gated ? gates("pi", Z, nets.policy) : {}),
  };
}
const gates = (net: string, Z: number, hidden: readonly number[]): Record<string, Shape> =>
  Object.fromEntries(hidden.map((width, i) => [`${net}.g${i}`, [Z, width]]));
/** Name of a decoder's k-th member: `dec`, `dec1`, `dec2`, ... */
const member = (k: number) => (k === 0 ? "dec" : `dec${k}`);
/** Whether a parameter belongs to a decoder. */
export const ofDecoder = (parameter: string): boolean => /^dec\d*\./.test(parameter);

/** What every member of the decoder puts out, (B, 1 or 2) each. `x`: what it is shown, and z last. */
export function decoderOutputs(p: Tensors, x: tf.Tensor): tf.Tensor[] {
  const outputs: tf.Tensor[] = [];
  for (let k = 0; p[`${member(k)}.w0`]; k++) {
    const gate = p[`${member(k)}.g0`];
    const z = gate && tf.split(x, [x.shape[1]! - gate.shape[0]!, gate.shape[0]!], 1)[1];
    outputs.push(mlp(p, member(k), x, z));
  }
  return outputs;
}

/** Numbers that the decoder is shown of one transition. */
export const decoderWidth = ({ observation, action }: DomainSpec, { decoderSees }: NetShapes): number =>
  observation.length + (decoderSees === "next-state" ? 0 : action.length);

/** Shapes of one critic Q(s,a,z) under the given name; of Q(s,a) where z has no width. */
export const criticShapes = (spec: DomainSpec, nets: NetShapes, net: string): Record<string, Shape> =>
  layers(net, [spec.observation.length + spec.action.length + nets.latent, ...nets.critic, 1]);

/**
 * Multi-layer perceptron with ReLU; (B, in) -> (B, out). Where it has gates `<net>.g<layer>` (Z, out), hidden units are first scaled by 1 + z g
 * (feature-wise modulation, Perez et al. 2018, without its shift, which the input z gives).
 */
export function mlp(p: Tensors, net: string, x: tf.Tensor, z?: tf.Tensor): tf.Tensor {
  for (let i = 0; ; i++) {
    x = tf.add(tf.matMul(x as tf.Tensor2D, p[`${net}.w${i}`] as tf.Tensor2D), p[`${net}.b${i}`]!);
    if (!p[`${net}.w${i + 1}`]) return x;
    const gate = p[`${net}.g${i}`];
    if (gate) x = tf.mul(x, tf.add(1, tf.matMul(z as tf.Tensor2D, gate as tf.Tensor2D)));
    x = tf.relu(x);
  }
}

/** Product of Gaussians over k (axis 1), SMAC 1.2: mu, variance (T, K, Z), mask (T, K, 1) -> mean, variance (T, Z). A masked factor counts for nothing. */
export function gaussianProduct(mu: tf.Tensor, variance: tf.Tensor, mask: tf.Tensor) {
  const precision = tf.div(mask, tf.maximum(variance, 1e-7));
  const product = tf.div(1, tf.maximum(tf.sum(precision, 1), 1e-7));
  return { mean: tf.mul(product, tf.sum(tf.mul(mu, precision), 1)), variance: product };
}

/** KL( N(mean, variance) || N(0, I) ), summed over the latent; (T, Z) -> (T). */
export const klToPrior = (mean: tf.Tensor, variance: tf.Tensor): tf.Tensor =>
  tf.mul(0.5, tf.sum(tf.sub(tf.sub(tf.add(variance, tf.square(mean)), 1), tf.log(variance)), 1));

/** q(z|h): context (T, K, O+A+1) of [s, a, r] rows and mask (T, K, 1) -> mean, variance (T, Z). */
export function encode(p: Tensors, context: tf.Tensor, mask: tf.Tensor) {
  const [T, K, width] = context.shape as [number, number, number];
  const out = mlp(p, "enc", tf.reshape(context, [T * K, width]));
  const [mu, raw] = tf.split(tf.reshape(out, [T, K, out.shape[1]!]), 2, 2) as [tf.Tensor, tf.Tensor];
  return gaussianProduct(mu, tf.softplus(raw), mask);
}

/** Policy head before squashing: mean and log-std (B, A), log-std clamped to [-20, 2] as released. Without `z`: a context-blind policy. */
export function policyHead(p: Tensors, observation: tf.Tensor, z?: tf.Tensor) {
  const [mean, logStd] = tf.split(mlp(p, "pi", z ? tf.concat([observation, z], 1) : observation, z), 2, 1) as [
    tf.Tensor,
    tf.Tensor,
  ];
  return { mean, logStd: tf.clipByValue(logStd, -20, 2) };
}

/**
 * Log-density of a stored action under the tanh-Gaussian; (B, A) -> (B, 1). Stored actions are read as within +-`bound`, off the open
 * ends (1.3): a script's saturated action is +-1, whose pre-image is so far out that it would rule the likelihood.
 */
export function tanhGaussianLogProb(
  head: { mean: tf.Tensor; logStd: tf.Tensor },
  action: tf.Tensor,
  bound = 0.999999,
): tf.Tensor {
  const a = tf.clipByValue(action, -bound, bound);
  const u = tf.mul(0.5, tf.log(tf.div(tf.add(1, a), tf.sub(1, a))));
  const e = tf.mul(tf.sub(u, head.mean), tf.exp(tf.neg(head.logStd)));
  const gaussian = tf.sub(tf.sub(tf.mul(-0.5, tf.square(e)), head.logStd), 0.5 * Math.log(2 * Math.PI));
  return tf.sum(tf.sub(gaussian, tf.log(tf.sub(1, tf.square(a)))), 1, true);
}

/** A reparameterised action tanh(mean + std * noise); (B, A). */
export const sampleAction = (head: { mean: tf.Tensor; logStd: tf.Tensor }, noise: tf.Tensor): tf.Tensor =>
  tf.tanh(tf.add(head.mean, tf.mul(tf.exp(head.logStd), noise)));

/** Expected reward as each member of the decoder has it, (B, members). `low`: the lower of the two values of a sparse reward. */
export function decodeEach(p: Tensors, head: DecoderHead, low: number, x: tf.Tensor): tf.Tensor {
  const each = decoderOutputs(p, x).map((out) => {
    if (head === "bernoulli") return tf.add(tf.sigmoid(out), low);
    return head === "gaussian" ? (tf.split(out, 2, 1)[0] as tf.Tensor) : out;
  });
  return each.length === 1 ? each[0]! : tf.concat(each, 1);
}

/** Expected reward (B, 1): the mean of the members. */
export const decodeReward = (p: Tensors, head: DecoderHead, low: number, x: tf.Tensor): tf.Tensor => {
  const each = decodeEach(p, head, low, x);
  return each.shape[1] === 1 ? each : tf.mean(each, 1, true);
};
