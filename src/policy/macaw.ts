import type { DomainSpec } from "../domain/experience.ts";
import { stopGradient, tf } from "../engine/engine.ts";
import type { Shape, Tensors } from "../engine/engine.ts";
import { layers, mlp } from "./nets.ts";
import type { NetShapes } from "./nets.ts";

/**
 * MACAW's nets and its inner step (Mitchell et al., Offline Meta-Reinforcement Learning with Advantage Weighting, ICML 2021): the same
 * functions meta-train it and adapt it to a task. T tasks at once, N rows each; O observation, A action, D generating vector.
 * Value V(s) is `v`, the policy `pi`, its advantage head `adv.*`. Layer i of V and policy is *generated* (the paper's weight transform):
 * [W; b] = z_i T_i + c_i, so that one gradient step on z_i changes W by more than rank one. Parameters `<net>.z<i>` (1, D), `<net>.t<i>`
 * (D, (in + 1) out), `<net>.c<i>` (1, (in + 1) out), and the learned step size of each, `rate.<parameter>` (1), through softplus.
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
const NETS = ["pi", "v"] as const;
type Net = (typeof NETS)[number];

/** Widths of a net's layers, its input first. */
export const sizesOf = (net: Net, spec: DomainSpec, nets: NetShapes): number[] =>
  net === "pi" ? [spec.observation.length, ...nets.policy, spec.action.length] : [spec.observation.length, ...nets.critic, 1];

/** Shapes of all of MACAW's parameters: what adapts, the rate of each, the advantage head and the weight of its loss. */
export function macawShapes(spec: DomainSpec, nets: NetShapes): Record<string, Shape> {
  const D = nets.transform ?? 1;
  const adapted = NETS.flatMap((net) => {
    const sizes = sizesOf(net, spec, nets);
    return sizes.slice(1).flatMap((out, i): [string, Shape][] => {
      const count = (sizes[i]! + 1) * out;
      return [
        [`${net}.z${i}`, [1, D]],
        [`${net}.t${i}`, [D, count]],
        [`${net}.c${i}`, [1, count]],
      ];
    });
  });
  return {
    ...Object.fromEntries(adapted),
    ...layers("adv", [(nets.policy.at(-1) ?? spec.observation.length) + spec.action.length, ...(nets.advantage ?? []), 1]),
    ...Object.fromEntries([...adapted.map(([name]) => name), ADVANTAGE].map((name) => [`rate.${name}`, [1]])),
  };
}
const ADVANTAGE = "advantage";

/** Shapes of a net's generated layers, (in + 1, out) each with the bias in the last row: of the policy, all that acts. */
export const generatedShapes = (net: Net, spec: DomainSpec, nets: NetShapes): Record<string, Shape> => {
  const sizes = sizesOf(net, spec, nets);
  return Object.fromEntries(sizes.slice(1).map((out, i) => [`${net}.g${i}`, [sizes[i]! + 1, out]]));
};

/** The layers of both nets as meta-learned, once for each of T tasks: (T, in + 1, out). */
export function generate(p: Tensors, spec: DomainSpec, nets: NetShapes, T: number): Tensors {
  const layer = (name: string) =>
    tf.add(
      tf.matMul(p[name.replace("g", "z")] as tf.Tensor2D, p[name.replace("g", "t")] as tf.Tensor2D),
      p[name.replace("g", "c")]!,
    );
  return Object.fromEntries(
    NETS.flatMap((net) =>
      Object.entries(generatedShapes(net, spec, nets)).map(([name, shape]) => [
        name,
        tf.mul(tf.reshape(layer(name), [1, ...shape]), tf.ones([T, 1, 1])),
      ]),
    ),
  );
}

/** A net of generated layers with ReLU; (T, N, in) -> its last hidden layer and its output. */
function forward(generated: Tensors, net: Net, x: tf.Tensor): { hidden: tf.Tensor; out: tf.Tensor } {
  const one = tf.ones([x.shape[0]!, x.shape[1]!, 1]);
  for (let i = 0, hidden = x; ; i++) {
    const out: tf.Tensor = tf.matMul(tf.concat([hidden, one], 2), generated[`${net}.g${i}`]!);
    if (!generated[`${net}.g${i + 1}`]) return { hidden, out };
    hidden = tf.relu(out);
  }
}
/** Mean action in (-1, 1) of a policy with layers (in + 1, out); (N, O) -> (N, A). */
export function meanAction(generated: Tensors, observation: tf.Tensor): tf.Tensor {
  const one = Object.fromEntries(Object.entries(generated).map(([name, g]) => [name, tf.expandDims(g, 0)]));
  return tf.squeeze(tf.tanh(forward(one, "pi", tf.expandDims(observation, 0)).out), [0]);
}

/** Rows of T tasks: observation (T, N, O), action (T, N, A), Monte-Carlo return (T, N, 1), mask (T, N, 1): 1 where a row counts. */
export interface Rows {
  readonly observation: tf.Tensor;
  readonly action: tf.Tensor;
  readonly return: tf.Tensor;
  readonly mask: tf.Tensor;
}
/** Mean over a task's rows; (T, N, 1) -> (T, 1, 1). */
const mean = (x: tf.Tensor, mask: tf.Tensor): tf.Tensor => tf.div(tf.sum(tf.mul(x, mask), 1, true), tf.sum(mask, 1, true));

/** L_V: mean (V(s) - R)^2, summed over tasks. */
export const valueLoss = (generated: Tensors, rows: Rows): tf.Scalar =>
  tf.sum(mean(tf.square(tf.sub(forward(generated, "v", rows.observation).out, rows.return)), rows.mask));

/** R - V(s) as a constant; (T, N, 1). */
export const advantageOf = (generated: Tensors, rows: Rows): tf.Tensor =>
  stopGradient(() => tf.sub(rows.return, forward(generated, "v", rows.observation).out));

/** exp of the advantage in its own standard deviations within the task, over T, at most 20; (T, N, 1), a constant. */
export const awrWeights = (advantage: tf.Tensor, mask: tf.Tensor, temperature: number): tf.Tensor =>
  stopGradient(() => {
    const centred = tf.sub(advantage, mean(advantage, mask));
    const deviation = tf.sqrt(tf.add(mean(tf.square(centred), mask), 1e-8));
    return tf.exp(tf.minimum(tf.div(centred, tf.mul(temperature, deviation)), Math.log(LARGEST_WEIGHT)));
  });

/** L_AWR: mean -w log pi(a|s), and L_ADV: mean (A(s,a) - advantage)^2 of the head on the policy's last hidden layer and the action; summed over tasks. */
export function policyLosses(
  generated: Tensors,
  p: Tensors,
  rows: Rows,
  advantage: tf.Tensor,
  { sigma, temperature }: Adaptation,
) {
  const { hidden, out } = forward(generated, "pi", rows.observation);
  const e = tf.div(tf.sub(rows.action, tf.tanh(out)), sigma);
  const logProb = tf.sum(tf.sub(tf.mul(-0.5, tf.square(e)), Math.log(sigma) + 0.5 * Math.log(2 * Math.PI)), 2, true);
  const weighed = tf.mul(awrWeights(advantage, rows.mask, temperature), logProb);
  const x = tf.concat([hidden, rows.action], 2);
  const [T, N, width] = x.shape as [number, number, number];
  const told = tf.reshape(mlp(p, "adv", tf.reshape(x, [T * N, width])), [T, N, 1]);
  return {
    awr: tf.neg(tf.sum(mean(weighed, rows.mask))) as tf.Scalar,
    adv: tf.sum(mean(tf.square(tf.sub(told, advantage)), rows.mask)) as tf.Scalar,
  };
}

/**
 * A generated layer after a gradient step on what generates it. With G = dL/d[W; b] (T, in + 1, out) and u = G T': z moves by u, T by z'G and c by
 * G, each times its rate; so [W; b] loses (rate_c + rate_t |z|^2 - rate_z rate_t u z') G + rate_z u T, which is what is computed.
 */
function stepped(p: Tensors, name: string, layer: tf.Tensor, G: tf.Tensor): tf.Tensor {
  const [z, t, c] = ["z", "t", "c"].map((of) => name.replace("g", of)) as [string, string, string];
  const rate = (of: string) => tf.softplus(p[`rate.${of}`]!);
  const flat = tf.reshape(G, [G.shape[0]!, -1]);
  const u = tf.matMul(flat as tf.Tensor2D, p[t] as tf.Tensor2D, false, true);
  const along = tf.sub(
    tf.add(rate(c), tf.mul(rate(t), tf.sum(tf.square(p[z]!)))),
    tf.mul(tf.mul(rate(z), rate(t)), tf.sum(tf.mul(u, p[z]!), 1, true)),
  );
  const change = tf.add(tf.mul(along, flat), tf.mul(rate(z), tf.matMul(u, p[t] as tf.Tensor2D)));
  return tf.sub(layer, tf.reshape(change, layer.shape));
}

/**
 * The inner step (the paper's equations 1 to 4) on each task's own rows: V by its gradient of L_V, then the policy by its own of
 * L_AWR + lambda L_ADV with the advantages of the adapted V. The advantage head stays: nobody asks it after the one step.
 * Differentiable twice. @returns the layers of both nets for each task.
 */
export function innerStep(p: Tensors, spec: DomainSpec, nets: NetShapes, support: Rows, how: Adaptation): Tensors {
  const meta = generate(p, spec, nets, support.observation.shape[0]!);
  const step = (net: Net, loss: (generated: Tensors) => tf.Scalar): Tensors => {
    const names = Object.keys(generatedShapes(net, spec, nets));
    const of = (xs: tf.Tensor[]): Tensors => Object.fromEntries(names.map((name, i) => [name, xs[i]!]));
    const gradients = tf.grads((...xs: tf.Tensor[]) => loss(of(xs)))(names.map((name) => meta[name]!));
    return Object.fromEntries(names.map((name, i) => [name, stepped(p, name, meta[name]!, gradients[i]!)]));
  };
  const v = step("v", (generated) => valueLoss(generated, support));
  const advantage = advantageOf(v, support);
  const pi = step("pi", (generated) => {
    const { awr, adv } = policyLosses(generated, p, support, advantage, how);
    return tf.add(awr, tf.mul(tf.softplus(tf.reshape(p[`rate.${ADVANTAGE}`]!, [])), adv));
  });
  return { ...v, ...pi };
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
