import type { Action, DomainSpec, Observation } from "../domain/experience.ts";
import type { Rng } from "../domain/rng.ts";
import { compile, stopGradient, tf } from "../engine/engine.ts";
import type { Shape, TensorFunction, Tensors } from "../engine/engine.ts";
import { criticShapes, deployedShapes, mlp, policyHead, sampleAction } from "../policy/nets.ts";
import type { NetShapes } from "../policy/nets.ts";

/** Hyper-parameters of soft actor-critic (Haarnoja et al. 2018, arXiv 1812.05905), with rewards as they are. */
export interface SacConfig {
  /** Hidden widths of the actor and of each critic. */
  readonly hidden: readonly number[];
  readonly discount: number;
  readonly learningRate: number;
  readonly polyak: number;
  /** Transitions an update. */
  readonly batch: number;
  /** Entropy bonus alpha to begin with. */
  readonly temperature: number;
  /** What alpha then keeps the actor's entropy at, nats an action dimension. */
  readonly entropy: number;
  readonly updatesPerStep: number;
}

export const sacDefault: SacConfig = {
  hidden: [128, 128],
  discount: 0.98,
  learningRate: 1e-3,
  polyak: 0.005,
  batch: 256,
  temperature: 0.1,
  entropy: -0.5,
  updatesPerStep: 0.5,
};

/** Told in place of a latent: the actor is pi(a|s,g), the critics Q(s,a,g). Only the width of `latent`, `policy` and `critic` matter here. */
const netsOf = (goal: number, { hidden }: Pick<SacConfig, "hidden">): NetShapes => ({
  latent: goal,
  encoder: [],
  decoder: [],
  policy: hidden,
  critic: hidden,
});

/** Shapes of the actor's weights, `pi.*`; its input is the observation and the goal, its output mean and log-std. */
export const actorShapes = (spec: DomainSpec, goal: number, config: Pick<SacConfig, "hidden">): Record<string, Shape> =>
  Object.fromEntries(
    Object.entries(deployedShapes(spec, netsOf(goal, config), "deterministic")).filter(([name]) => name.startsWith("pi.")),
  );

export const ENTROPY = "entropy.log";
export const trainedShapes = (spec: DomainSpec, goal: number, config: SacConfig): Record<string, Shape> => ({
  ...actorShapes(spec, goal, config),
  ...criticShapes(spec, netsOf(goal, config), "q1"),
  ...criticShapes(spec, netsOf(goal, config), "q2"),
  [ENTROPY]: [1],
});
export const targetShapes = (spec: DomainSpec, goal: number, config: SacConfig): Record<string, Shape> => ({
  ...criticShapes(spec, netsOf(goal, config), "t1"),
  ...criticShapes(spec, netsOf(goal, config), "t2"),
});
export const batchShapes = (spec: DomainSpec, goal: number, { batch: B }: SacConfig): Record<string, Shape> => ({
  observation: [B, spec.observation.length],
  action: [B, spec.action.length],
  goal: [B, goal],
  reward: [B, 1],
  nextObservation: [B, spec.observation.length],
  terminated: [B, 1],
  actionNoise: [B, spec.action.length],
  nextActionNoise: [B, spec.action.length],
});

/** log pi of a = tanh(u), u = mean + std * noise, from u itself so that nothing saturates; (B, A) -> (B, 1) (appendix C). */
export function squashedLogProb(head: { mean: tf.Tensor; logStd: tf.Tensor }, noise: tf.Tensor): tf.Tensor {
  const u = tf.add(head.mean, tf.mul(tf.exp(head.logStd), noise));
  const gaussian = tf.sub(tf.sub(tf.mul(-0.5, tf.square(noise)), head.logStd), 0.5 * Math.log(2 * Math.PI));
  const squash = tf.mul(2, tf.sub(Math.LN2, tf.add(u, tf.softplus(tf.mul(-2, u)))));
  return tf.sum(tf.sub(gaussian, squash), 1, true);
}

export const SAC_LOSSES = ["critic1", "critic2", "actor", "entropy", "logProb", "q"] as const;
export type SacMetrics = Readonly<Record<(typeof SAC_LOSSES)[number], number>>;

/**
 * One update (equations 5, 7 and 18): critics towards r + (1 - terminated) gamma (min Qbar - alpha log pi), actor down alpha log pi - min Q
 * with the critics held, alpha down -alpha (log pi + wanted entropy).
 * @returns `losses` in the order of SAC_LOSSES, and `g.<parameter>` for each trained parameter.
 */
export function sacUpdate(spec: DomainSpec, goal: number, config: SacConfig): TensorFunction {
  const trained = Object.keys(trainedShapes(spec, goal, config));
  const targets = Object.keys(targetShapes(spec, goal, config));
  const wanted = config.entropy * spec.action.length;
  const minQ = (p: Tensors, a: string, b: string, x: tf.Tensor) => tf.minimum(mlp(p, a, x), mlp(p, b, x));
  const detach = (x: tf.Tensor): tf.Tensor => stopGradient(() => tf.clone(x));

  const losses = (p: Tensors, b: Tensors): tf.Tensor[] => {
    const alpha = detach(tf.exp(p[ENTROPY]!));
    const target = stopGradient(() => {
      const head = policyHead(p, b.nextObservation!, b.goal!);
      const action = sampleAction(head, b.nextActionNoise!);
      const next = minQ(p, "t1", "t2", tf.concat([b.nextObservation!, action, b.goal!], 1));
      const soft = tf.sub(next, tf.mul(alpha, squashedLogProb(head, b.nextActionNoise!)));
      return tf.add(b.reward!, tf.mul(tf.mul(config.discount, tf.sub(1, b.terminated!)), soft));
    });
    const x = tf.concat([b.observation!, b.action!, b.goal!], 1);
    const [q1, q2] = [mlp(p, "q1", x), mlp(p, "q2", x)];
    const held = Object.fromEntries(
      Object.keys(p)
        .filter((name) => /^q\d\./.test(name))
        .map((name) => [name, detach(p[name]!)]),
    );
    const head = policyHead(p, b.observation!, b.goal!);
    const logProb = squashedLogProb(head, b.actionNoise!);
    const q = minQ(held, "q1", "q2", tf.concat([b.observation!, sampleAction(head, b.actionNoise!), b.goal!], 1));
    const actor = tf.mean(tf.sub(tf.mul(alpha, logProb), q));
    const entropy = tf.neg(tf.mean(tf.mul(p[ENTROPY]!, detach(tf.add(logProb, wanted)))));
    const squared = (value: tf.Tensor) => tf.mean(tf.square(tf.sub(value, target)));
    return [squared(q1), squared(q2), actor, entropy, tf.mean(logProb), tf.mean(q1)];
  };

  return (inputs) => {
    const fixed = Object.fromEntries(targets.map((name) => [name, inputs[name]!]));
    let parts: tf.Tensor[] = [];
    const { grads } = tf.valueAndGrads((...xs: tf.Tensor[]) => {
      parts = losses({ ...fixed, ...Object.fromEntries(trained.map((name, i) => [name, xs[i]!])) }, inputs).map((loss) =>
        tf.keep(loss),
      );
      return tf.addN(parts.slice(0, 4)) as tf.Scalar;
    })(trained.map((name) => inputs[name]!));
    const stacked = tf.stack(parts.map((loss) => tf.reshape(loss, [])));
    parts.forEach((loss) => loss.dispose());
    return { losses: stacked, ...Object.fromEntries(trained.map((name, i) => [`g.${name}`, grads[i]!])) };
  };
}

/** What acts: mean of pi(a|s,g) before noise, or a sample. `goal` is copied; one call at a time. */
export type Act = (observation: Observation, goal: ArrayLike<number>, noise: Rng | undefined) => Promise<Action>;

/** A task-conditioned policy ready to act, batch 1. `tensors`: its `pi.*`, followed as they change. */
export async function actor(
  spec: DomainSpec,
  goal: number,
  config: Pick<SacConfig, "hidden">,
  tensors: Readonly<Record<string, Float32Array>>,
): Promise<Act> {
  const program = await compile(
    ({ observation, goal: g, ...p }) => policyHead(p, observation!, g!),
    { ...actorShapes(spec, goal, config), observation: [1, spec.observation.length], goal: [1, goal] },
    { buffers: tensors },
  );
  const { inputs, outputs } = program;
  return async (observation, told, noise) => {
    inputs.observation!.set(observation);
    inputs.goal!.set(told);
    await program.run();
    return outputs.mean!.map((mean, i) => Math.tanh(noise ? mean + Math.exp(outputs.logStd![i]!) * noise.normal() : mean));
  };
}
