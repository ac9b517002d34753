import { OnarmError } from "../domain/errors.ts";
import type { DomainSpec } from "../domain/experience.ts";
import { compile, tf } from "../engine/engine.ts";
import type { Program, Tensors } from "../engine/engine.ts";
import { loadInto } from "./loading.ts";
import { decodeReward, decoderOutputs, decoderWidth, deployedShapes, ofDecoder } from "./nets.ts";
import type { DecoderHead, NetHead, NetShapes } from "./nets.ts";

/** A decoded reward, unscaled, and its standard deviation; a deterministic head knows none. */
export interface Decoded {
  readonly reward: number;
  readonly deviation?: number;
}

/**
 * The reward decoder r(s, a, z) one step at a time, for eyes: practice labels whole rollouts by the learner's own frozen copy.
 * One call at a time: calls share their arrays.
 */
export class Decoder {
  readonly #program: Program;
  readonly #head: DecoderHead;
  readonly #follows: boolean;

  private constructor(program: Program, head: DecoderHead, follows: boolean) {
    this.#program = program;
    this.#head = head;
    this.#follows = follows;
  }

  /** @throws "mode.refused" for a bundle without a decoder. */
  static async create(spec: DomainSpec, nets: NetShapes, head: NetHead): Promise<Decoder> {
    if (head === "none") throw new OnarmError("mode.refused", "this bundle has no reward decoder; use one of smac");
    const all = deployedShapes(spec, nets, head);
    const shapes = Object.fromEntries(Object.entries(all).filter(([name]) => ofDecoder(name)));
    const low = spec.reward.kind === "sparse" ? spec.reward.low : 0;
    const program = await compile(
      ({ shown, z, ...p }) => {
        const x = tf.concat([shown!, z!], 1);
        return { reward: decodeReward(p, head, low, x), ...spread(p, head, x) };
      },
      { ...shapes, shown: [1, decoderWidth(spec, nets)], z: [1, nets.latent] },
    );
    return new Decoder(program, head, nets.decoderSees === "next-state");
  }

  /** Copies weights in. @throws "policy.shape" for a missing or ill-sized tensor */
  load(tensors: Readonly<Record<string, Float32Array>>): void {
    loadInto(this.#program.inputs, tensors, /^dec\d*\./);
  }

  /** What a step from `observation` by `action` to `next` is worth under z. Vectors as the bundle's spec has them. */
  async decode(observation: Float32Array, action: Float32Array, next: Float32Array, z: Float32Array): Promise<Decoded> {
    const { inputs, outputs } = this.#program;
    inputs.shown!.set(this.#follows ? next : observation);
    if (!this.#follows) inputs.shown!.set(action, observation.length);
    inputs.z!.set(z);
    await this.#program.run();
    const reward = outputs.reward![0]!;
    if (this.#head === "deterministic") return { reward };
    return { reward, deviation: outputs.deviation![0]! };
  }

  async dispose(): Promise<void> {
    await this.#program.dispose();
  }
}

/** Standard deviation of what the head says: of a coin sqrt(p (1 - p)), of a Gaussian its own, within the bounds it was trained in; p and variance are the members' mean. */
function spread(p: Tensors, head: DecoderHead, x: tf.Tensor): { deviation?: tf.Tensor } {
  if (head === "deterministic") return {};
  const mean = (of: (out: tf.Tensor) => tf.Tensor) => {
    const each = decoderOutputs(p, x).map(of);
    return each.length === 1 ? each[0]! : tf.div(tf.addN(each), each.length);
  };
  if (head === "gaussian")
    return { deviation: tf.sqrt(mean((out) => tf.exp(tf.clipByValue(tf.split(out, 2, 1)[1] as tf.Tensor, -6, 4)))) };
  const better = mean((out) => tf.sigmoid(out));
  return { deviation: tf.sqrt(tf.mul(better, tf.sub(1, better))) };
}
