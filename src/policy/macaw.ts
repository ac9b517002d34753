import type { DomainSpec } from "../domain/experience.ts";
import { stopGradient, tf } from "../engine/engine.ts";
import type { Shape, Tensors } from "../engine/engine.ts";
import { layers, mlp } from "./nets.ts";
import type { NetShapes } from "./nets.ts";

/**
 * MACAW's nets and its inner step (Mitchell et al., Offline Meta-Reinforcement Learning with Advantage Weighting, ICML 2021): the same
 * functions meta-train it and adapt it to a task. N rows of one task; O observation, A action, D generating vector.
 * Value V(s) is `v.*`, the policy `pi.*`, its advantage head `adv.*`. Layer i of V and policy is *generated* (the paper's weight transform):
 * [W; b] = z_i T_i + c_i, so that one gradient step on z_i changes W by more than rank one. Parameters `<net>.z<i>` (1, D), `<net>.t<i>`
 * (D, (in + 1) out), `<net>.c<i>` (1, (in + 1) out). Learned step sizes are `rate.<parameter>` (1), through softplus.
 */
export interface Adaptation {
  readonly discount: number;
  /** Of rewards before they are summed to returns. */
  readonly rewardScale: number;
  /** T of the advantage weights, in standard deviations of the advantage. */
  readonly temperature: number;
  /** Fixed standard deviation of the policy, in units of the action. */
  readonly sigma: number;
}

/** Largest weight that an advantage can have. */
const LARGEST_WEIGHT = 20;

const policySizes = (spec: DomainSpec, nets: NetShapes) => [spec.observation.length, ...nets.policy, spec.action.length];
const valueSizes = (spec: DomainSpec, nets: NetShapes) => [spec.observation.length, ...nets.critic, 1];

const generatedShapes = (net: string, sizes: readonly number[], D: number): Record<string, Shape> =>
  Object.fromEntries(
    sizes.slice(1).flatMap((out, i) => [
      [`${net}.z${i}`, [1, D]],
      [`${net}.t${i}`, [D, (sizes[i]! + 1) * out]],
      [`${net}.c${i}`, [1, (sizes[i]! + 1) * out]],
    ]),
  );

/** Shapes of all of MACAW's parameters: what adapts, the rate of each, and the weight of the advantage loss. */
export function macawShapes(spec: DomainSpec, nets: NetShapes): Record<string, Shape> {
  const D = nets.transform ?? 1;
  const adapted = {
    ...generatedShapes("pi", policySizes(spec, nets), D),
    ...generatedShapes("v", valueSizes(spec, nets), D),
  };
  return {
    ...adapted,
    ...layers("adv", [(nets.policy.at(-1) ?? spec.observation.length) + spec.action.length, ...(nets.advantage ?? []), 1]),
    ...Object.fromEntries([...Object.keys(adapted), ADVANTAGE].map((name) => [`rate.${name}`, [1]])),
  };
}
const ADVANTAGE = "advantage";

/** Shapes of the policy's generated layers, (in + 1, out) each with the bias in the last row: what acts. */
export const actingShapes = (spec: DomainSpec, nets: NetShapes): Record<string, Shape> => {
  const sizes = policySizes(spec, nets);
  return Object.fromEntries(sizes.slice(1).map((out, i) => [`pi.g${i}`, [sizes[i]! + 1, out]]));
};

/** The generated layers `<net>.g<i>` of a net with these sizes. */
function generate(p: Tensors, net: string, sizes: readonly number[]): Tensors {
  const layer = (i: number) =>
    tf.add(tf.matMul(p[`${net}.z${i}`] as tf.Tensor2D, p[`${net}.t${i}`] as tf.Tensor2D), p[`${net}.c${i}`]!);
  return Object.fromEntries(sizes.slice(1).map((out, i) => [`${net}.g${i}`, tf.reshape(layer(i), [sizes[i]! + 1, out])]));
}
export const generatePolicy = (p: Tensors, spec: DomainSpec, nets: NetShapes) => generate(p, "pi", policySizes(spec, nets));

/** A net of generated layers with ReLU; (N, in) -> its last hidden layer and its output. */
function forward(generated: Tensors, net: string, x: tf.Tensor): { hidden: tf.Tensor; out: tf.Tensor } {
  const one = tf.ones([x.shape[0]!, 1]);
  for (let i = 0, hidden = x; ; i++) {
    const out = tf.matMul(tf.concat([hidden, one], 1) as tf.Tensor2D, generated[`${net}.g${i}`] as tf.Tensor2D);
    if (!generated[`${net}.g${i + 1}`]) return { hidden, out };
    hidden = tf.relu(out);
  }
}
/** Mean action in (-1, 1); (N, O) -> (N, A). */
export const meanAction = (generated: Tensors, observation: tf.Tensor): tf.Tensor =>
  tf.tanh(forward(generated, "pi", observation).out);

/** Rows of one task: observation (N, O), action (N, A), Monte-Carlo return (N, 1), mask (N, 1): 1 where a row counts. */
export interface Rows {
  readonly observation: tf.Tensor;
  readonly action: tf.Tensor;
  readonly return: tf.Tensor;
  readonly mask: tf.Tensor;
}
const mean = (x: tf.Tensor, mask: tf.Tensor): tf.Scalar => tf.div(tf.sum(tf.mul(x, mask)), tf.sum(mask));
const detach = (x: tf.Tensor): tf.Tensor => stopGradient(() => tf.clone(x));

export const value = (p: Tensors, spec: DomainSpec, nets: NetShapes, observation: tf.Tensor): tf.Tensor =>
  forward(generate(p, "v", valueSizes(spec, nets)), "v", observation).out;

/** L_V: mean (V(s) - R)^2. */
export const valueLoss = (p: Tensors, spec: DomainSpec, nets: NetShapes, rows: Rows): tf.Scalar =>
  mean(tf.square(tf.sub(value(p, spec, nets, rows.observation), rows.return)), rows.mask);

/** exp of the advantage in its own standard deviations over T, at most 20; (N, 1), a constant. */
export const awrWeights = (advantage: tf.Tensor, mask: tf.Tensor, temperature: number): tf.Tensor =>
  stopGradient(() => {
    const centred = tf.sub(advantage, mean(advantage, mask));
    const deviation = tf.sqrt(tf.add(mean(tf.square(centred), mask), 1e-8));
    return tf.exp(tf.minimum(tf.div(centred, tf.mul(temperature, deviation)), Math.log(LARGEST_WEIGHT)));
  });

/** L_AWR: mean -w log pi(a|s), and L_ADV: mean (A(s,a) - advantage)^2 of the head on the policy's last hidden layer and the action. */
export function policyLosses(p: Tensors, spec: DomainSpec, nets: NetShapes, rows: Rows, advantage: tf.Tensor, how: Adaptation) {
  const { hidden, out } = forward(generatePolicy(p, spec, nets), "pi", rows.observation);
  const e = tf.div(tf.sub(rows.action, tf.tanh(out)), how.sigma);
  const logProb = tf.sum(tf.sub(tf.mul(-0.5, tf.square(e)), Math.log(how.sigma) + 0.5 * Math.log(2 * Math.PI)), 1, true);
  const told = mlp(p, "adv", tf.concat([hidden, rows.action], 1));
  return {
    awr: tf.neg(mean(tf.mul(awrWeights(advantage, rows.mask, how.temperature), logProb), rows.mask)) as tf.Scalar,
    adv: mean(tf.square(tf.sub(told, advantage)), rows.mask),
  };
}

/** R - V(s) as a constant. */
export const advantageOf = (p: Tensors, spec: DomainSpec, nets: NetShapes, rows: Rows): tf.Tensor =>
  detach(tf.sub(rows.return, value(p, spec, nets, rows.observation)));

/**
 * The inner step (the paper's equations 1 to 4): V by its gradient of L_V, then the policy by its own of L_AWR + lambda L_ADV with the advantages
 * of the adapted V. Every parameter of both moves, by its own learned rate; the advantage head stays, since nobody asks it again
 * after the one step. Differentiable twice.
 */
export function innerStep(p: Tensors, spec: DomainSpec, nets: NetShapes, support: Rows, how: Adaptation): Tensors {
  const stepped = (net: RegExp, loss: (q: Tensors) => tf.Scalar): Tensors => {
    const names = Object.keys(p).filter((name) => net.test(name));
    const gradients = tf.grads((...xs: tf.Tensor[]) =>
      loss({ ...p, ...Object.fromEntries(names.map((name, i) => [name, xs[i]!])) }),
    )(names.map((name) => p[name]!));
    return Object.fromEntries(
      names.map((name, i) => [name, tf.sub(p[name]!, tf.mul(tf.softplus(p[`rate.${name}`]!), gradients[i]!))]),
    );
  };
  const withValue = { ...p, ...stepped(/^v\./, (q) => valueLoss(q, spec, nets, support)) };
  const advantage = advantageOf(withValue, spec, nets, support);
  const policy = stepped(/^pi\./, (q) => {
    const { awr, adv } = policyLosses(q, spec, nets, support, advantage, how);
    return tf.add(awr, tf.mul(tf.softplus(tf.reshape(p[`rate.${ADVANTAGE}`]!, [])), adv));
  });
  return { ...withValue, ...policy };
}

/** Monte-Carlo returns of one episode's rewards: R_t = c r_t + discount R_t+1, nothing after its end; (n). */
export function returnsOf(
  reward: ArrayLike<number>,
  { discount, rewardScale }: Pick<Adaptation, "discount" | "rewardScale">,
): Float32Array {
  const returns = new Float32Array(reward.length);
  for (let t = reward.length - 1, after = 0; t >= 0; t--) returns[t] = after = rewardScale * reward[t]! + discount * after;
  return returns;
}
