import { OnarmError } from "../domain/errors.ts";
import type { Action, DomainSpec, Episode, Observation } from "../domain/experience.ts";
import type { Rng } from "../domain/rng.ts";
import { compile } from "../engine/engine.ts";
import type { Program } from "../engine/engine.ts";
import { loadInto } from "./loading.ts";
import { deployedShapes, encode, policyHead } from "./nets.ts";
import type { NetHead, NetShapes } from "./nets.ts";

/** What the history says about the task: q(z|h), or the prior before any. Vectors of width Z. */
export interface Belief {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/** Rows of context a belief is computed from; longer histories are thinned to this many (pitfall P1). */
export const CONTEXT_ROWS = 256;

/**
 * The deployed half of a bundle, ready to act: batch-1 policy and context encoder, weights replaceable between episodes.
 * One call at a time: calls share their arrays, so the next may begin only when the last has settled.
 */
export class Agent {
  readonly spec: DomainSpec;
  readonly nets: NetShapes;
  readonly #policy: Program;
  /** A context-blind policy has none, and never believes anything but the prior, which is of no width. */
  readonly #encoder: Program | undefined;
  readonly contextRows: number;

  private constructor(spec: DomainSpec, nets: NetShapes, contextRows: number, policy: Program, encoder: Program | undefined) {
    this.spec = spec;
    this.nets = nets;
    this.contextRows = contextRows;
    this.#policy = policy;
    this.#encoder = encoder;
  }

  /** @param contextRows longest context of the belief: the length the encoder was trained for. */
  static async create(spec: DomainSpec, nets: NetShapes, head: NetHead, contextRows: number): Promise<Agent> {
    const all = deployedShapes(spec, nets, head);
    const of = (net: string) => Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith(net)));
    const [O, A, Z] = [spec.observation.length, spec.action.length, nets.latent];
    const policy = await compile(({ observation, z, ...p }) => policyHead(p, observation!, z), {
      ...of("pi."),
      observation: [1, O],
      ...(Z === 0 ? {} : { z: [1, Z] }),
    });
    const encoder =
      Z === 0
        ? undefined
        : await compile(({ context, mask, ...p }) => encode(p, context!, mask!), {
            ...of("enc."),
            context: [1, contextRows, O + A + 1],
            mask: [1, contextRows, 1],
          });
    return new Agent(spec, nets, contextRows, policy, encoder);
  }

  /**
   * Copies weights in; between episodes only. All or none: who is refused goes on with the weights it had.
   * @throws "policy.shape" for a missing or ill-sized tensor, "policy.nonfinite" for NaN.
   */
  load(tensors: Readonly<Record<string, Float32Array>>): void {
    loadInto({ ...this.#policy.inputs, ...this.#encoder?.inputs }, tensors, /^(pi|enc)\./);
  }

  prior(): Belief {
    return { mean: new Float32Array(this.nets.latent), variance: new Float32Array(this.nets.latent).fill(1) };
  }

  /** q(z | these episodes). Histories longer than `contextRows` are thinned by drawing rows without order. */
  async infer(history: readonly Episode[], rng: Rng): Promise<Belief> {
    if (!this.#encoder) return this.prior();
    const { inputs, outputs } = this.#encoder;
    const [O, A] = [this.spec.observation.length, this.spec.action.length];
    const rows = history.flatMap((episode) => Array.from({ length: episode.steps }, (_, t) => ({ episode, t })));
    if (rows.length === 0) return this.prior();
    for (let i = rows.length - 1; i > 0; i--) {
      const j = rng.integer(i + 1);
      [rows[i], rows[j]] = [rows[j]!, rows[i]!];
    }
    inputs.context!.fill(0);
    inputs.mask!.fill(0);
    rows.slice(0, this.contextRows).forEach(({ episode, t }, k) => {
      const at = k * (O + A + 1);
      inputs.context!.set(episode.observation.subarray(t * O, (t + 1) * O), at);
      inputs.context!.set(episode.action.subarray(t * A, (t + 1) * A), at + O);
      inputs.context![at + O + A] = episode.reward[t]!;
      inputs.mask![k] = 1;
    });
    await this.#encoder.run();
    return { mean: Float32Array.from(outputs.mean!), variance: Float32Array.from(outputs.variance!) };
  }

  /** Policy mean under z, or a sample when `rng` is given; in (-1, 1). @throws "policy.shape" for other widths, "policy.nonfinite". */
  async act(observation: Observation, z: Float32Array, rng?: Rng): Promise<Action> {
    const { inputs, outputs } = this.#policy;
    if (observation.length !== inputs.observation!.length || z.length !== this.nets.latent)
      throw new OnarmError(
        "policy.shape",
        `the policy sees ${inputs.observation!.length} numbers and ${this.nets.latent} of z, and was given ${observation.length} and ${z.length}; the command is refused`,
      );
    inputs.observation!.set(observation);
    inputs.z?.set(z);
    await this.#policy.run();
    const action = outputs.mean!.map((mean, i) => Math.tanh(rng ? mean + Math.exp(outputs.logStd![i]!) * rng.normal() : mean));
    if (!action.every(Number.isFinite))
      throw new OnarmError("policy.nonfinite", "the policy put out a number that is not finite; the command is refused");
    return action;
  }

  /** Output of the last `act` before squashing and noise: the mean of the Gaussian. Borrowed until the next `act`. */
  preSquash(): Float32Array {
    return this.#policy.outputs.mean!;
  }

  async dispose(): Promise<void> {
    await this.#policy.dispose();
    await this.#encoder?.dispose();
  }
}

/** What a meta-test needs of who is tested: a belief before and after a history, and actions under it. */
export type Actor = Pick<Agent, "spec" | "prior" | "infer" | "act" | "load" | "dispose">;

/** z ~ N(mean, variance). */
export const drawLatent = (belief: Belief, rng: Rng): Float32Array =>
  belief.mean.map((mean, i) => mean + Math.sqrt(belief.variance[i]!) * rng.normal());
