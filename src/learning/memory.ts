import { OnarmError } from "../domain/errors.ts";
import type { Episode } from "../domain/experience.ts";
import type { Rng } from "../domain/rng.ts";
import type { ContextRule } from "./config.ts";

interface Span {
  readonly start: number;
  readonly end: number;
  readonly online: boolean;
  /** Made with z from the prior: the kind of episode that a meta-test context is made of. */
  readonly exploration: boolean;
  /** Made for this task, not for another one of its scene. */
  readonly own: boolean;
}

/** Draws after which a doubted transition is taken all the same: a task may have no other. */
const TRIES = 20;

/** Everything known of one training task: transitions in the order they came, offline ones first. Grows; owns its arrays. */
export class TaskMemory {
  readonly spans: Span[] = [];
  count = 0;
  offlineCount = 0;
  /** Of the offline ones, how many were made for this task; those made for another task of its scene come after them. */
  ownCount = 0;
  observation: Float32Array;
  nextObservation: Float32Array;
  action: Float32Array;
  reward: Float32Array;
  terminated: Uint8Array;
  /** Of the shared ones, those that the task they were made for is rewarded for otherwise: they tell the two tasks apart. */
  readonly contrasts: number[] = [];
  /** How far a transition's label can be trusted, 0 to 1: the chance that an RL batch takes it when it draws it. */
  confidence: Float32Array;
  readonly O: number;
  readonly A: number;
  #returns: { of: string; values: Float32Array } | undefined;

  constructor(O: number, A: number, capacity = 1024) {
    this.O = O;
    this.A = A;
    this.observation = new Float32Array(capacity * O);
    this.nextObservation = new Float32Array(capacity * O);
    this.action = new Float32Array(capacity * A);
    this.reward = new Float32Array(capacity);
    this.terminated = new Uint8Array(capacity);
    this.confidence = new Float32Array(capacity);
  }

  /**
   * Copies an episode in. Offline episodes must all come before the first online one, this task's own before those that it shares.
   * `shared`: what the task that it was made for was rewarded with, (steps). Non-finite numbers are refused.
   */
  append(
    episode: Episode,
    origin: { online: boolean; exploration: boolean; shared?: Float32Array },
    confidence?: Float32Array,
  ): void {
    const { O, A } = this;
    const n = episode.steps;
    if (
      episode.observation.length !== (n + 1) * O ||
      episode.action.length !== n * A ||
      episode.reward.length !== n ||
      ![episode.observation, episode.action, episode.reward].every((xs) => xs.every(Number.isFinite))
    )
      throw new OnarmError(
        "dataset.mismatch",
        `task ${episode.task}: an episode of ${n} steps has wrong widths or non-finite numbers; re-make the data`,
      );
    // An arm that was stopped in its first step has shown nothing.
    if (n === 0) return;
    if (!origin.online && this.offlineCount !== this.count) throw new Error("offline episodes come before online ones");
    this.#reserve(this.count + n);
    const at = this.count;
    this.observation.set(episode.observation.subarray(0, n * O), at * O);
    this.nextObservation.set(episode.observation.subarray(O), at * O);
    this.action.set(episode.action, at * A);
    this.reward.set(episode.reward, at);
    if (confidence) this.confidence.set(confidence, at);
    else this.confidence.fill(1, at, at + n);
    if (n > 0) this.terminated[at + n - 1] = episode.terminated ? 1 : 0;
    this.spans.push({ start: at, end: at + n, online: origin.online, exploration: origin.exploration, own: !origin.shared });
    this.count += n;
    if (!origin.online) this.offlineCount = this.count;
    if (origin.shared) episode.reward.forEach((r, t) => void (r !== origin.shared![t] && this.contrasts.push(at + t)));
    else if (!origin.online) this.ownCount = this.count;
  }

  /**
   * Writes `rule`-shaped [s, a, r] rows into a (K, O+A+1) slice and its mask; unused rows are masked. `from` filters episodes.
   * @returns which transitions they are.
   */
  drawContext(rule: ContextRule, rng: Rng, rows: Float32Array, mask: Float32Array, from: (span: Span) => boolean): number[] {
    const K = rule.count;
    const wanted = rule.least >= K ? K : rule.least + rng.integer(K - rule.least + 1);
    const spans = this.spans.filter(from);
    const pool = spans.length > 0 ? spans : this.spans;
    // Of what is shared alone nobody could tell what is wanted.
    const own = pool.filter((span) => span.own);
    const first = own.length > 0 ? own : pool;
    const chosen =
      rule.episodes === "any"
        ? pool
        : Array.from({ length: 1 + rng.integer(rule.episodes) }, (_, i) => rng.pick(i === 0 ? first : pool));
    const total = chosen.reduce((n, s) => n + s.end - s.start, 0);
    const drawn: number[] = [];
    mask.fill(0);
    rows.fill(0);
    for (let k = 0; k < Math.min(wanted, K); k++) {
      let i = rng.integer(total);
      let row = -1;
      for (const span of chosen) {
        if (i < span.end - span.start) {
          row = span.start + i;
          break;
        }
        i -= span.end - span.start;
      }
      this.writeContextRow(row, rows, k);
      mask[k] = 1;
      drawn.push(row);
    }
    return drawn;
  }

  /** Monte-Carlo return of each transition within its episode, R_t = scale r_t + discount R_t+1; (count). Nothing is added after a time-out. */
  returns(discount: number, scale: number): Float32Array {
    const of = `${this.count} ${discount} ${scale}`;
    if (this.#returns?.of === of) return this.#returns.values;
    const values = new Float32Array(this.count);
    for (const { start, end } of this.spans)
      for (let t = end - 1, after = 0; t >= start; t--) values[t] = after = scale * this.reward[t]! + discount * after;
    this.#returns = { of, values };
    return values;
  }

  /**
   * `steps` transitions on from `row`, or fewer where its episode ends: the discounted reward on the way, the last of them, and what a value
   * after it counts; 0 after a true end.
   */
  ahead(row: number, steps: number, discount: number): { reward: number; last: number; discount: number } {
    const end = Math.min(row + steps, this.#spanOf(row).end);
    let [reward, weight] = [0, 1];
    for (let t = row; t < end; t++, weight *= discount) reward += weight * this.reward[t]!;
    return { reward, last: end - 1, discount: this.terminated[end - 1] ? 0 : weight };
  }

  writeContextRow(row: number, rows: Float32Array, k: number): void {
    const { O, A } = this;
    const at = k * (O + A + 1);
    rows.set(this.observation.subarray(row * O, (row + 1) * O), at);
    rows.set(this.action.subarray(row * A, (row + 1) * A), at + O);
    rows[at + O + A] = this.reward[row]!;
  }

  /**
   * A transition for the RL batch: uniform over everything, or online with probability `onlineShare`; one whose label is doubted is mostly drawn
   * again. Of the offline ones `sharedShare` were made for other tasks, half of them such that tell the tasks apart.
   */
  drawTransition(rng: Rng, onlineShare: number | "union", sharedShare = 0): number {
    for (let tries = 0; ; tries++) {
      const row = this.#anyTransition(rng, onlineShare, sharedShare);
      const trust = this.confidence[row]!;
      if (trust === 1 || tries === TRIES || rng.uniform() < trust) return row;
    }
  }

  #anyTransition(rng: Rng, onlineShare: number | "union", sharedShare: number): number {
    const [online, shared] = [this.count - this.offlineCount, this.offlineCount - this.ownCount];
    const offline = () => {
      if (shared === 0 || rng.uniform() >= sharedShare) return rng.integer(this.ownCount);
      return this.contrasts.length > 0 && rng.uniform() < 0.5 ? rng.pick(this.contrasts) : this.ownCount + rng.integer(shared);
    };
    if (online === 0 && shared > 0) return offline();
    if (onlineShare === "union" || online === 0 || this.offlineCount === 0) return rng.integer(this.count);
    return rng.uniform() < onlineShare ? this.offlineCount + rng.integer(online) : offline();
  }

  #spanOf(row: number): Span {
    let [low, high] = [0, this.spans.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.spans[middle]!.start <= row) low = middle;
      else high = middle - 1;
    }
    return this.spans[low]!;
  }

  #reserve(count: number): void {
    const capacity = this.reward.length;
    if (count <= capacity) return;
    const next = Math.max(count, capacity * 2);
    const grow = (old: Float32Array, width: number) => {
      const grown = new Float32Array(next * width);
      grown.set(old);
      return grown;
    };
    this.observation = grow(this.observation, this.O);
    this.nextObservation = grow(this.nextObservation, this.O);
    this.action = grow(this.action, this.A);
    this.reward = grow(this.reward, 1);
    const flags = new Uint8Array(next);
    flags.set(this.terminated);
    this.terminated = flags;
    this.confidence = grow(this.confidence, 1);
  }
}

export const anySpan = () => true;
export const offlineSpan = (span: Span) => !span.online;
export const explorationSpan = (span: Span) => span.exploration;
