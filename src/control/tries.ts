import type { Action, DomainSpec, Observation } from "../domain/experience.ts";
import type { Rng } from "../domain/rng.ts";
import type { Belief } from "../policy/agent.ts";
import type { Recollection, Seen } from "../policy/recall.ts";
import { isHit } from "./rollout.ts";

/** The way back to where episodes start; undefined there. Policies know best what to do from where they were shown it. */
export type Homing = (observation: Observation) => Action | undefined;

/** What step `at` of an exploring episode is: an action of the way home, or the task that is tried. */
export type Step = { readonly at: number } & ({ readonly home: Action } | { readonly z: Float32Array });

/** Steps after which the way home is given up: a hand may be kept from it, and one that cannot open is never quite there. */
const HOMING = 25;
/** Rewards that the decoder must have expected of a try, in steps, before it has had its chance. */
const SHOWN = 1.5;

/**
 * One exploring episode by elimination: one remembered task after another is tried, each until the decoder has seen what it wants, or for the
 * rest of the episode; a try that is being rewarded is kept up. Between two tries the arm goes `home`, where that is known. `rewards`: filled by who
 * steps; absent where nobody rewards an episode before it is over: then nothing is tried twice in it.
 */
export class Tries {
  readonly #recollection: Recollection;
  readonly #spec: DomainSpec;
  readonly #rng: Rng;
  readonly #rewards: readonly number[] | undefined;
  readonly #home: Homing | undefined;
  readonly #observation: number[] = [];
  readonly #action: number[] = [];
  readonly #tried: Belief[] = [];
  /** Steps that were weighed, and such that the try under way was asked of. */
  #absorbed = 0;
  #asked = 0;
  #begun = 0;
  #shown = 0;
  #homing = 0;
  #trying: Belief | undefined;

  constructor(
    recollection: Recollection,
    spec: DomainSpec,
    rng: Rng,
    { rewards, home }: { readonly rewards?: readonly number[]; readonly home?: Homing | undefined } = {},
  ) {
    this.#recollection = recollection;
    this.#spec = spec;
    this.#rng = rng;
    this.#rewards = rewards;
    this.#home = home;
  }

  /** What to do where `observation` was found, after all the steps that were `took`. */
  async next(observation: Observation): Promise<Step> {
    const steps = this.#steps;
    // Who was asked and hung is asked again.
    this.#observation.length = steps * observation.length;
    this.#observation.push(...observation);
    const seen = { steps, observation: Float32Array.from(this.#observation), action: Float32Array.from(this.#action) };
    await this.#ask(seen, this.#rewards);
    if (this.#trying && (this.#shown < SHOWN || this.#hit(this.#rewards, steps - 1))) return { at: steps, z: this.#trying.mean };
    this.#trying = undefined;
    const home = steps > 0 && this.#homing < HOMING ? this.#home?.(observation) : undefined;
    if (home) {
      this.#homing++;
      return { at: steps, home };
    }
    this.#homing = 0;
    if (this.#rewards) await this.#absorb(seen, this.#rewards);
    this.#trying = this.#recollection.draw(this.#rng, this.#spec.horizon - steps, this.#rewards ? [] : this.#tried);
    this.#tried.push(this.#trying);
    [this.#begun, this.#asked, this.#shown] = [steps, steps, 0];
    return { at: steps, z: this.#trying.mean };
  }

  /** The action that step `at` was; copied. Whoever comes late with another one for it is not heard. */
  took(action: Action, at: number): void {
    if (at === this.#steps) this.#action.push(...action);
  }

  /** Weighs what is left of the episode, all of it, with the rewards of its steps. */
  async end(episode: Seen, rewards: readonly number[]): Promise<void> {
    await this.#ask(episode, rewards);
    await this.#absorb(episode, rewards);
    const paid = rewards.slice(this.#begun).some((r) => isHit(this.#spec, r));
    if (this.#trying && !paid && this.#shown < SHOWN)
      this.#recollection.missed(this.#trying, (episode.steps - this.#begun) / this.#spec.horizon);
  }

  get #steps(): number {
    return this.#action.length / this.#spec.action.length;
  }

  #hit(rewards: readonly number[] | undefined, step: number): boolean {
    const reward = rewards?.[step];
    return reward !== undefined && isHit(this.#spec, reward);
  }

  /** How often the decoder expected the try to be rewarded that was not, since it was asked last. */
  async #ask(seen: Seen, rewards: readonly number[] | undefined): Promise<void> {
    const from = this.#asked;
    if (!this.#trying || seen.steps <= from) return;
    const chance = await this.#recollection.chance(this.#since(seen, from), this.#trying);
    chance.forEach((p, i) => (this.#shown += this.#hit(rewards, from + i) ? 0 : p));
    this.#asked = seen.steps;
  }

  async #absorb(seen: Seen, rewards: readonly number[]): Promise<void> {
    const from = this.#absorbed;
    if (seen.steps <= from) return;
    this.#absorbed = seen.steps;
    await this.#recollection.absorb(
      this.#since(seen, from),
      Array.from({ length: seen.steps - from }, (_, i) => this.#hit(rewards, from + i)),
    );
  }

  #since({ steps, observation, action }: Seen, from: number): Seen {
    const [O, A] = [this.#spec.observation.length, this.#spec.action.length];
    return { steps: steps - from, observation: observation.slice(from * O), action: action.slice(from * A) };
  }
}
