import { OnarmError } from "../domain/errors.ts";
import type { Action, DomainSpec, Episode, Observation } from "../domain/experience.ts";
import type { Rng } from "../domain/rng.ts";
import { compile } from "../engine/engine.ts";
import type { Program } from "../engine/engine.ts";
import { loadInto } from "./loading.ts";
import type { Actor, Belief } from "./agent.ts";
import { generatedShapes, innerStep, macawShapes, meanAction, returnsOf } from "./macaw.ts";
import type { Adaptation } from "./macaw.ts";
import type { NetShapes } from "./nets.ts";

/**
 * MACAW at a meta-test: what is known of a task is not a z but the policy's weights after one gradient step on its history. A belief's
 * mean holds them, flat, and its variance is nothing; before any history they are the meta-learned ones.
 * One call at a time: calls share their arrays.
 */
export class GradientAgent implements Actor {
  readonly spec: DomainSpec;
  readonly #how: Adaptation;
  readonly #policy: Program;
  readonly #adapt: Program;
  readonly #rows: number;
  readonly #acting: readonly string[];
  #meta: Float32Array | undefined;
  #loaded: Float32Array | undefined;

  private constructor(
    spec: DomainSpec,
    how: Adaptation,
    rows: number,
    programs: { policy: Program; adapt: Program },
    acting: string[],
  ) {
    this.spec = spec;
    this.#how = how;
    this.#rows = rows;
    this.#policy = programs.policy;
    this.#adapt = programs.adapt;
    this.#acting = acting;
  }

  /** @param rows the most transitions of a history that its gradient is taken over. */
  static async create(spec: DomainSpec, nets: NetShapes, how: Adaptation, rows: number): Promise<GradientAgent> {
    const [O, A] = [spec.observation.length, spec.action.length];
    const acting = generatedShapes("pi", spec, nets);
    const policy = await compile(({ observation, ...generated }) => ({ mean: meanAction(generated, observation!) }), {
      ...acting,
      observation: [1, O],
    });
    const names = Object.keys(acting);
    const adapt = await compile(
      ({ observation, action, returns, mask, ...p }) => {
        const support = { observation: observation!, action: action!, return: returns!, mask: mask! };
        const adapted = innerStep(p, spec, nets, support, how);
        return Object.fromEntries(names.map((name) => [name, adapted[name]!]));
      },
      { ...macawShapes(spec, nets), observation: [1, rows, O], action: [1, rows, A], returns: [1, rows, 1], mask: [1, rows, 1] },
    );
    return new GradientAgent(spec, how, rows, { policy, adapt }, names);
  }

  /** Copies weights in; between episodes only. All or none. @throws "policy.shape", "policy.nonfinite" as `Agent.load` */
  load(tensors: Readonly<Record<string, Float32Array>>): void {
    loadInto(this.#adapt.inputs, tensors, /^(pi|adv|v|rate)\./);
    this.#meta = this.#generated();
  }

  /** The meta-learned weights of the policy: z_i T_i + c_i, as `generate` has them. */
  #generated(): Float32Array {
    const { inputs } = this.#adapt;
    return joined(
      this.#acting.map((_, i) => {
        const [z, t, out] = [inputs[`pi.z${i}`]!, inputs[`pi.t${i}`]!, inputs[`pi.c${i}`]!.slice()];
        for (let d = 0; d < z.length; d++) for (let j = 0; j < out.length; j++) out[j] = out[j]! + z[d]! * t[d * out.length + j]!;
        return out;
      }),
    );
  }

  prior(): Belief {
    if (!this.#meta) throw new OnarmError("mode.refused", "a policy acts only after its weights are loaded: call load() first");
    return { mean: this.#meta, variance: new Float32Array(this.#meta.length) };
  }

  /** The policy's weights after one step on these episodes. Longer histories than `rows` are thinned by drawing rows without order. */
  async infer(history: readonly Episode[], rng: Rng): Promise<Belief> {
    const rows = history.flatMap((episode) => {
      const returns = returnsOf(episode.reward, this.#how);
      return Array.from({ length: episode.steps }, (_, t) => ({ episode, t, return: returns[t]! }));
    });
    if (rows.length === 0) return this.prior();
    for (let i = rows.length - 1; i > 0; i--) {
      const j = rng.integer(i + 1);
      [rows[i], rows[j]] = [rows[j]!, rows[i]!];
    }
    const { inputs, outputs } = this.#adapt;
    const [O, A] = [this.spec.observation.length, this.spec.action.length];
    for (const name of ["observation", "action", "returns", "mask"]) inputs[name]!.fill(0);
    rows.slice(0, this.#rows).forEach(({ episode, t, return: R }, k) => {
      inputs.observation!.set(episode.observation.subarray(t * O, (t + 1) * O), k * O);
      inputs.action!.set(episode.action.subarray(t * A, (t + 1) * A), k * A);
      inputs.returns![k] = R;
      inputs.mask![k] = 1;
    });
    await this.#adapt.run();
    const mean = joined(this.#acting.map((name) => outputs[name]!));
    if (!mean.every(Number.isFinite))
      throw new OnarmError(
        "policy.nonfinite",
        "the gradient step on this history gave weights that are not finite; the bundle is refused",
      );
    return { mean, variance: new Float32Array(mean.length) };
  }

  /** Mean action of the policy with the weights `z`, or a sample within [-1, 1] when `rng` is given. @throws "policy.shape", "policy.nonfinite" */
  async act(observation: Observation, z: Float32Array, rng?: Rng): Promise<Action> {
    const { inputs, outputs } = this.#policy;
    const width = this.#acting.reduce((n, name) => n + inputs[name]!.length, 0);
    if (observation.length !== inputs.observation!.length || z.length !== width)
      throw new OnarmError(
        "policy.shape",
        `the policy sees ${inputs.observation!.length} numbers and has ${width} weights, and was given ${observation.length} and ${z.length}; the command is refused`,
      );
    if (z !== this.#loaded) {
      let at = 0;
      for (const name of this.#acting) inputs[name]!.set(z.subarray(at, (at += inputs[name]!.length)));
      this.#loaded = z;
    }
    inputs.observation!.set(observation);
    await this.#policy.run();
    const action = outputs.mean!.map((mean) => (rng ? Math.min(1, Math.max(-1, mean + this.#how.sigma * rng.normal())) : mean));
    if (!action.every(Number.isFinite))
      throw new OnarmError("policy.nonfinite", "the policy put out a number that is not finite; the command is refused");
    return action;
  }

  async dispose(): Promise<void> {
    await this.#policy.dispose();
    await this.#adapt.dispose();
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const flat = new Float32Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    flat.set(part, at);
    at += part.length;
  }
  return flat;
}
