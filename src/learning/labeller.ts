import type { DomainSpec, Rollout } from "../domain/experience.ts";
import type { Rng } from "../domain/rng.ts";
import { compile, tf } from "../engine/engine.ts";
import type { Program } from "../engine/engine.ts";
import { decodeEach, decoderWidth, deployedShapes, encode } from "../policy/nets.ts";
import type { SmacConfig } from "./config.ts";
import { offlineSpan } from "./memory.ts";
import type { TaskMemory } from "./memory.ts";
import { weights } from "./parameters.ts";
import type { Weights } from "./parameters.ts";

const ROWS = 256;
/** The widest that opinions between two rewards one apart can differ, as a standard deviation. */
const HALF = 0.5;

/** One per step: the expected reward, unscaled, and how far the decoders agree on it, 1 where they do wholly; of dense rewards always 1. */
export interface Labels {
  readonly reward: Float32Array;
  readonly confidence: Float32Array;
}

/**
 * The self-made reward: frozen copies of encoder and decoder, asked only at z of *offline* histories (docs/learning.md 1.5 c).
 * That is why z-shift does not reach the labels.
 */
export class Labeller {
  readonly frozen: Weights;
  readonly #spec: DomainSpec;
  readonly #config: SmacConfig;
  readonly #encode: Program;
  readonly #decode: Program;

  private constructor(spec: DomainSpec, config: SmacConfig, frozen: Weights, programs: readonly [Program, Program]) {
    this.#spec = spec;
    this.#config = config;
    this.frozen = frozen;
    [this.#encode, this.#decode] = programs;
  }

  static async create(spec: DomainSpec, config: SmacConfig, source: Weights): Promise<Labeller> {
    const all = deployedShapes(spec, config.nets, config.head);
    const frozen = weights(Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith("pi."))));
    for (const [name, view] of Object.entries(frozen.views)) view.set(source.views[name]!);
    const [O, A, Z, K] = [spec.observation.length, spec.action.length, config.nets.latent, config.practice.labelContext];
    const low = spec.reward.kind === "sparse" ? spec.reward.low : 0;
    const shapesOf = (net: string) => Object.fromEntries(Object.entries(frozen.shapes).filter(([name]) => name.startsWith(net)));
    const viewsOf = (net: string) => Object.fromEntries(Object.entries(frozen.views).filter(([name]) => name.startsWith(net)));
    const encoder = await compile(
      ({ context, mask, ...p }) => encode(p, context!, mask!),
      { ...shapesOf("enc."), context: [1, K, O + A + 1], mask: [1, K, 1] },
      { buffers: viewsOf("enc.") },
    );
    const decoder = await compile(
      ({ x, z, ...p }) => ({ each: decodeEach(p, config.head, low, tf.concat([x!, tf.mul(z!, tf.ones([ROWS, 1]))], 1)) }),
      { ...shapesOf("dec"), x: [ROWS, decoderWidth(spec, config.nets)], z: [1, Z] },
      { buffers: viewsOf("dec") },
    );
    return new Labeller(spec, config, frozen, [encoder, decoder]);
  }

  /** One draw z ~ q(z | offline history of `source`); (Z). */
  async latent(source: TaskMemory, rng: Rng): Promise<Float32Array> {
    const { inputs, outputs } = this.#encode;
    const count = this.#config.practice.labelContext;
    source.drawContext({ count, least: count, episodes: "any" }, rng, inputs.context!, inputs.mask!, offlineSpan);
    await this.#encode.run();
    return outputs.mean!.map((mean, i) => mean + Math.sqrt(outputs.variance![i]!) * rng.normal());
  }

  /** Labels of a rollout under one z drawn from `source`'s offline history. */
  async label(rollout: Rollout, source: TaskMemory, rng: Rng): Promise<Labels> {
    return this.decode(rollout, await this.latent(source, rng));
  }

  async decode(rollout: Pick<Rollout, "steps" | "observation" | "action">, z: Float32Array): Promise<Labels> {
    const [O, A] = [this.#spec.observation.length, this.#spec.action.length];
    const follows = this.#config.nets.decoderSees === "next-state";
    const [reward, confidence] = [new Float32Array(rollout.steps), new Float32Array(rollout.steps)];
    const members = this.#config.nets.decoders ?? 1;
    const sparse = this.#spec.reward.kind === "sparse";
    const { inputs, outputs } = this.#decode;
    inputs.z!.set(z);
    for (let from = 0; from < rollout.steps; from += ROWS) {
      const n = Math.min(ROWS, rollout.steps - from);
      for (let i = 0; i < n; i++) {
        const t = from + i;
        if (follows) inputs.x!.set(rollout.observation.subarray((t + 1) * O, (t + 2) * O), i * O);
        else {
          inputs.x!.set(rollout.observation.subarray(t * O, (t + 1) * O), i * (O + A));
          inputs.x!.set(rollout.action.subarray(t * A, (t + 1) * A), i * (O + A) + O);
        }
      }
      await this.#decode.run();
      for (let i = 0; i < n; i++) {
        const opinions = outputs.each!.subarray(i * members, (i + 1) * members);
        const mean = opinions.reduce((a, b) => a + b, 0) / members;
        const variance = opinions.reduce((sum, x) => sum + (x - mean) ** 2, 0) / members;
        reward[from + i] = mean;
        confidence[from + i] = sparse ? Math.max(0, 1 - Math.sqrt(variance) / HALF) : 1;
      }
    }
    return { reward, confidence };
  }

  async dispose(): Promise<void> {
    await this.#encode.dispose();
    await this.#decode.dispose();
  }
}
