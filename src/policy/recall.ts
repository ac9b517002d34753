import type { DomainSpec, Episode, Observation } from "../domain/experience.ts";
import type { Rng } from "../domain/rng.ts";
import { compile, tf } from "../engine/engine.ts";
import type { Program } from "../engine/engine.ts";
import type { Belief } from "./agent.ts";
import { loadInto } from "./loading.ts";
import { decodeReward, decoderWidth, deployedShapes, ofDecoder } from "./nets.ts";
import type { DecoderHead, NetShapes } from "./nets.ts";

/** Rows that the decoder is asked of at once. */
const ROWS = 128;
/** How far a decoder is believed that is sure, and what one step counts: the steps of an episode are much alike. */
const DOUBT = 0.02;
const PER_STEP = 0.4;
/** What is left of a task that was tried for a whole episode and not achieved: the policy fails at what it knows now and then. */
const MISSED = 0.3;
/** Beyond so many scales two starts differ, and how far no longer matters: a thing that is not there reads 0. */
const FAR = 3;

/**
 * What a bundle remembers of its training tasks and of their reflections, K in all: what was believed of each, (K, Z) twice, how its scene was found,
 * (K, O), and the fewest steps in which the data achieve it, (K, 1); bundles of before know nothing of these.
 */
export const RECALLED = ["recall.mean", "recall.variance", "recall.start", "recall.steps"] as const;
export type Recalled = Readonly<Record<(typeof RECALLED)[number], Float32Array>>;

/** Numbers to each task. */
export const recalledWidths = (spec: DomainSpec, latent: number) => ({
  ...{ "recall.mean": latent, "recall.variance": latent, "recall.start": spec.observation.length, "recall.steps": 1 },
});

/** What was believed of a training task, and in how many steps its data achieve it at best. */
export interface Remembered extends Belief {
  readonly steps: number;
}

/**
 * Explores by elimination: of the training tasks whose scenes were found most like this one, tries what each wanted, and believes those the less
 * that the decoder expected to be rewarded for what was not (Thompson sampling over remembered tasks). Under the prior most tries ask for
 * nothing that any task wants.
 */
export class Recall {
  readonly #spec: DomainSpec;
  readonly #near: number;
  readonly #Z: number;
  readonly #low: number;
  readonly #follows: boolean;
  readonly #program: Program;
  #recalled: Recalled = {
    "recall.mean": new Float32Array(),
    "recall.variance": new Float32Array(),
    "recall.start": new Float32Array(),
    "recall.steps": new Float32Array(),
  };

  private constructor(spec: DomainSpec, nets: NetShapes, near: number, program: Program) {
    this.#spec = spec;
    this.#near = near;
    this.#Z = nets.latent;
    this.#low = spec.reward.kind === "sparse" ? spec.reward.low : 0;
    this.#follows = nets.decoderSees === "next-state";
    this.#program = program;
  }

  /** For two-valued rewards. `near`: how many training tasks are remembered at a time. */
  static async create(spec: DomainSpec, nets: NetShapes, head: DecoderHead, near: number): Promise<Recall> {
    const low = spec.reward.kind === "sparse" ? spec.reward.low : 0;
    const shapes = Object.fromEntries(Object.entries(deployedShapes(spec, nets, head)).filter(([name]) => ofDecoder(name)));
    const program = await compile(
      ({ shown, z, ...p }) => ({ reward: decodeReward(p, head, low, tf.concat([shown!, tf.mul(z!, tf.ones([ROWS, 1]))], 1)) }),
      { ...shapes, shown: [ROWS, decoderWidth(spec, nets)], z: [1, nets.latent] },
    );
    return new Recall(spec, nets, near, program);
  }

  /** Copies weights in, and what is remembered. @throws "policy.shape", "policy.nonfinite" as an agent does */
  load(tensors: Readonly<Record<string, Float32Array>>): void {
    const count = (tensors["recall.mean"]?.length ?? 0) / this.#Z;
    const widths = recalledWidths(this.#spec, this.#Z);
    const fresh = Object.fromEntries(RECALLED.map((name) => [name, new Float32Array(Math.max(1, count) * widths[name])]));
    const told = { "recall.steps": fresh["recall.steps"]!, ...tensors };
    loadInto({ ...this.#program.inputs, ...fresh }, told, /^(dec\d*|recall)\./);
    this.#recalled = fresh as Recalled;
  }

  /** The tasks of the scenes that were found most like `observation`, each as likely. */
  begin(observation: Observation): Recollection {
    const O = this.#spec.observation.length;
    const starts = this.#recalled["recall.start"];
    const distance = (k: number) => {
      let sum = 0;
      for (let i = 0; i < O; i++) sum += Math.min(FAR, Math.abs(observation[i]! - starts[k * O + i]!)) ** 2;
      return sum;
    };
    const nearest = Array.from({ length: starts.length / O }, (_, k) => ({ k, far: distance(k) })).sort((a, b) => a.far - b.far);
    const Z = this.#Z;
    const part = (name: "recall.mean" | "recall.variance", k: number) => this.#recalled[name].slice(k * Z, (k + 1) * Z);
    const beliefs = nearest.slice(0, this.#near).map(({ k }): Remembered => ({
      ...{ mean: part("recall.mean", k), variance: part("recall.variance", k) },
      steps: this.#recalled["recall.steps"][k]!,
    }));
    return new Recollection(beliefs, (episode, z) => this.#hit(episode, z));
  }

  /** The chance of a reward after each step, as the decoder has it under z; (steps). */
  async #hit({ steps, observation, action }: Seen, z: Float32Array): Promise<Float32Array> {
    const { inputs, outputs } = this.#program;
    const [O, A] = [this.#spec.observation.length, this.#spec.action.length];
    const chance = new Float32Array(steps);
    inputs.z!.set(z);
    for (let from = 0; from < steps; from += ROWS) {
      const n = Math.min(ROWS, steps - from);
      for (let i = 0, t = from; i < n; i++, t++)
        if (this.#follows) inputs.shown!.set(observation.subarray((t + 1) * O, (t + 2) * O), i * O);
        else {
          inputs.shown!.set(observation.subarray(t * O, (t + 1) * O), i * (O + A));
          inputs.shown!.set(action.subarray(t * A, (t + 1) * A), i * (O + A) + O);
        }
      await this.#program.run();
      for (let i = 0; i < n; i++) chance[from + i] = outputs.reward![i]! - this.#low;
    }
    return chance;
  }

  async dispose(): Promise<void> {
    await this.#program.dispose();
  }
}

/** How much two tasks want the same, 0 to 1: their z lie as near as the prior, which has unit variance, can tell. */
function alike(a: Belief, b: Belief): number {
  const squared = a.mean.reduce((sum, x, i) => sum + (x - b.mean[i]!) ** 2, 0);
  return Math.exp(-squared / 2);
}

/** Steps of an episode as they were seen; widths as in Rollout. */
export type Seen = Pick<Episode, "steps" | "observation" | "action">;

/** What is remembered of one scene, and what its rewards have left of it. */
export class Recollection {
  readonly beliefs: readonly Remembered[];
  /** Whatever was tried in vain: what else explores this scene is to be told it too. */
  readonly misses: { readonly tried: Belief; readonly share: number }[] = [];
  /** Log-likelihood of everything absorbed, of each. */
  readonly #log: Float64Array;
  readonly #hit: (seen: Seen, z: Float32Array) => Promise<Float32Array>;

  constructor(beliefs: readonly Remembered[], hit: (seen: Seen, z: Float32Array) => Promise<Float32Array>) {
    this.beliefs = beliefs;
    this.#log = new Float64Array(beliefs.length);
    this.#hit = hit;
  }

  /** Weighs each task by how well it explains what was rewarded after each step and what was not. */
  async absorb(seen: Seen, rewarded: readonly boolean[]): Promise<void> {
    for (const [k, { mean }] of this.beliefs.entries()) {
      const chance = await this.#hit(seen, mean);
      for (let t = 0; t < seen.steps; t++) {
        const p = Math.min(1 - DOUBT, Math.max(DOUBT, chance[t]!));
        this.#log[k]! += PER_STEP * Math.log(rewarded[t] ? p : 1 - p);
      }
    }
  }

  /** The chance of a reward after each step, as the decoder has it for one of the tasks; (steps). */
  chance(seen: Seen, { mean }: Belief): Promise<Float32Array> {
    return this.#hit(seen, mean);
  }

  /** One of the tasks was tried for that share of an episode, and the decoder did not see what it wants: it and tasks like it are believed the less. */
  missed(tried: Belief, share: number): void {
    this.misses.push({ tried, share });
    for (const [k, belief] of this.beliefs.entries()) this.#log[k]! += share * Math.log(MISSED) * alike(belief, tried);
  }

  /**
   * What the next try is for: one of the tasks that can be achieved in the steps that are `left`, if there is one, by its likelihood; the less likely,
   * the more it is like one of `aside`.
   */
  draw(rng: Rng, left: number, aside: readonly Belief[] = []): Belief {
    const fits = this.beliefs.some(({ steps }) => steps <= left) ? left : Infinity;
    const open = this.beliefs.flatMap(({ steps }, k) => (steps <= fits ? [k] : []));
    const best = Math.max(...open.map((k) => this.#log[k]!));
    const weights = open.map((k) =>
      aside.reduce((weight, tried) => weight * (1 - alike(this.beliefs[k]!, tried)), Math.exp(this.#log[k]! - best)),
    );
    let at = rng.uniform() * weights.reduce((a, b) => a + b, 0);
    const found = weights.findIndex((weight) => (at -= weight) < 0);
    return this.beliefs[open[Math.max(0, found)]!]!;
  }

  /** The likeliest of them; of several the one whose scene is most like this. */
  likeliest(): Belief {
    return this.beliefs[this.#log.indexOf(Math.max(...this.#log))]!;
  }
}
