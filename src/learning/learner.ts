import { OnarmError } from "../domain/errors.ts";
import type { DomainSpec, Episode, Rollout } from "../domain/experience.ts";
import { restoreRng, rng as stream } from "../domain/rng.ts";
import type { Rng } from "../domain/rng.ts";
import { compile } from "../engine/engine.ts";
import type { Program } from "../engine/engine.ts";
import { adam, adamStep, polyak } from "./adam.ts";
import type { Adam } from "./adam.ts";
import type { Algorithm, BatchSize } from "./algorithm.ts";
import type { LearnerConfig } from "./config.ts";
import type { SharedEpisode } from "./sharedLabels.ts";
import { divergence, valueBounds } from "./divergence.ts";
import type { ValueBounds } from "./divergence.ts";
import type { Labeller } from "./labeller.ts";
import { anySpan, explorationSpan, TaskMemory } from "./memory.ts";
import { mirror } from "./mirror.ts";
import { weights } from "./parameters.ts";
import type { Weights } from "./parameters.ts";

export type Phase = "offline" | "practice";
/** What the last update says of itself: the algorithm's `losses` by name. */
export type Metrics = Readonly<Record<string, number>>;

const NOTHING = new Float32Array();

interface Step {
  readonly program: Program;
  readonly size: BatchSize;
  readonly gradient: Weights;
}

/**
 * The learner: weights, optimiser, memory of every training task, and the two phases of an algorithm. It has no environment and no reward
 * source: practice hands it rollouts, and the rewards it learns from are the ones its own frozen copies decode.
 * Everything that decides the next update is in `state()`, so that a resumed run repeats bit for bit (U8).
 */
export class Learner {
  readonly algorithm: Algorithm;
  readonly spec: DomainSpec;
  readonly config: LearnerConfig;
  readonly trained: Weights;
  readonly target: Weights;
  /** What acts and labels, averaged over updates. The learner itself goes on from `trained`. */
  readonly deployed: Weights;
  readonly optimiser: Adam;
  readonly memory: TaskMemory[] = [];
  readonly #mirror: ReturnType<typeof mirror>;
  readonly #steps = new Map<string, Promise<Step>>();
  rng: Rng;
  phase: Phase = "offline";
  updates = 0;
  practiceUpdates = 0;
  #labeller: Labeller | undefined;

  constructor(algorithm: Algorithm, seed: number) {
    this.algorithm = algorithm;
    this.spec = algorithm.spec;
    this.#mirror = mirror(algorithm.spec);
    this.config = algorithm.config;
    this.trained = weights(algorithm.trained);
    this.target = weights(algorithm.targets);
    this.deployed = weights(algorithm.deployed);
    this.optimiser = adam(this.trained.flat.length);
    this.rng = stream("learner", seed);
    algorithm.initialise(this.trained, this.rng.fork("init"));
    this.syncTargets(1);
    this.#average(1);
  }

  /** The offline episodes of training task `i`, rewards included: they are what the dataset holds. `shared`: made for other tasks of its scene. */
  addOffline(task: number, episodes: Iterable<Episode>, shared: Iterable<SharedEpisode> = []): void {
    const memory = (this.memory[task] ??= new TaskMemory(this.spec.observation.length, this.spec.action.length));
    for (const episode of episodes) memory.append(episode, { online: false, exploration: false });
    for (const { episode, made } of shared) memory.append(episode, { online: false, exploration: false, shared: made });
  }

  /**
   * The switch to practice: encoder and decoder are copied, and the copies label everything from now on (docs/learning.md 1.5). Who has no
   * decoder goes on with true rewards.
   */
  async beginPractice(): Promise<void> {
    if (this.phase === "practice") return;
    if (!this.config.practice)
      throw new OnarmError("mode.refused", `${this.algorithm.name} has no online phase; its offline phase is all there is`);
    this.phase = "practice";
    this.#labeller = await this.algorithm.labeller?.(this.deployed);
  }

  get labeller(): Labeller {
    if (!this.algorithm.labeller)
      throw new OnarmError(
        "mode.refused",
        `${this.algorithm.name} has no reward decoder to label practice with; use a bundle of smac`,
      );
    if (!this.#labeller) throw new OnarmError("mode.refused", "labels exist only in practice: call beginPractice() first");
    return this.#labeller;
  }

  /**
   * Labels an unrewarded rollout from the offline history of `labelTask` (the task practised, or another one in the control experiment)
   * and remembers it. @returns the labelled episode; decoded rewards are unscaled.
   */
  async addPractice(rollout: Rollout, exploration: boolean, labelTask = rollout.task): Promise<Episode> {
    const memory = this.memory[rollout.task];
    const source = this.memory[labelTask];
    if (!memory || !source)
      throw new OnarmError("tasks.invalid", `practice names task ${rollout.task}, which the dataset does not hold`);
    const { reward, confidence } = await this.labeller.label(rollout, source, this.rng);
    const { task, steps, observation, action, terminated, human } = rollout;
    // Named one by one: spreading would also read a reward that a rollout should not have.
    const episode: Episode = { task, steps, observation, action, terminated, human, reward, rewardSource: "decoded" };
    memory.append(episode, { online: true, exploration }, confidence);
    return episode;
  }

  /** Takes `count` updates of the current phase. @returns metrics of the last update. @throws "learning.diverged" (src/learning/divergence.ts); the weights are those before. */
  async update(count: number): Promise<Metrics> {
    const practice = this.phase === "practice";
    if (!this.memory.every((memory) => memory.count > 0) || this.memory.length === 0)
      throw new OnarmError("tasks.invalid", "a task has no transition to learn from; hand over an episode of every task first");
    const step = await this.#step();
    const bounds = this.#valueBounds();
    let metrics: Metrics | undefined;
    for (let u = 0; u < count; u++) {
      this.#fill(step, practice);
      await step.program.run();
      const losses = step.program.outputs.losses!;
      metrics = Object.fromEntries(this.algorithm.losses.map((name, i) => [name, losses[i]!]));
      const why = divergence(metrics, bounds);
      if (why !== undefined)
        throw new OnarmError("learning.diverged", `update ${this.updates}: ${why}; lower the learning rate or the reward scale`, {
          losses: Array.from(losses),
        });
      this.#apply(step.gradient.flat, practice);
    }
    if (!metrics) throw new OnarmError("usage.invalid", "update() needs a count of at least 1");
    return metrics;
  }

  /** What values the rewards learned from allow. */
  #valueBounds(): ValueBounds {
    if (!this.algorithm.bounded) return { low: -Infinity, high: Infinity };
    let [low, high] = [0, 0];
    // What is not filled yet is zero, and zero is within the bounds anyway.
    for (const { reward } of this.memory) for (const r of reward) [low, high] = [Math.min(low, r), Math.max(high, r)];
    const { rewardScale = 1, discount = 0 } = this.config;
    return valueBounds(rewardScale * low, rewardScale * high, discount);
  }

  syncTargets(tau: number): void {
    for (const [name, view] of Object.entries(this.target.views))
      polyak(view, this.trained.views[this.algorithm.sourceOf(name)]!, tau);
  }

  /** deployed <- (1 - share) deployed + share trained (Polyak and Juditsky 1992; exponential). */
  #average(share: number): void {
    for (const [name, view] of Object.entries(this.deployed.views)) polyak(view, this.trained.views[name]!, share);
  }

  #step(): Promise<Step> {
    const practice = this.phase === "practice";
    const { metaBatch: T, batch, context, practice: online } = this.config;
    const size = { T, N: practice && online ? online.batch : batch, K: context?.count ?? 0 };
    const key = `${size.N}:${practice}`;
    const existing = this.#steps.get(key);
    if (existing) return existing;
    const gradient = weights(this.trained.shapes);
    const shapes = { ...this.trained.shapes, ...this.target.shapes, ...this.algorithm.batch(size) };
    const buffers = {
      ...this.trained.views,
      ...this.target.views,
      ...Object.fromEntries(Object.entries(gradient.views).map(([name, view]) => [`g.${name}`, view])),
    };
    const made = compile(this.algorithm.update(size, practice), shapes, { buffers }).then((program) => ({
      program,
      size,
      gradient,
    }));
    this.#steps.set(key, made);
    return made;
  }

  /** Feeds whatever the algorithm's batch names: contexts and rows of tasks drawn anew, noise, scalars. */
  #fill({ program, size: { T, N, K } }: Step, practice: boolean): void {
    const b = program.inputs as Record<string, Float32Array>;
    const { rng, config } = this;
    const tasks = Array.from({ length: T }, () => rng.integer(this.memory.length));
    const width = this.spec.observation.length + this.spec.action.length + 1;
    const share = practice ? (config.practice?.onlineShare ?? "union") : "union";
    const contextFrom = config.practice?.contextFrom;
    const exploring = () => practice && (contextFrom === "exploration" || (contextFrom === "mixed" && rng.uniform() < 0.5));
    tasks.forEach((task, t) => {
      const m = this.memory[task]!;
      const returns = b.return && m.returns(config.discount ?? 0, config.rewardScale ?? 1);
      if (b.context && b.mask && config.context) {
        const [rows, mask] = [b.context.subarray(t * K * width, (t + 1) * K * width), b.mask.subarray(t * K, (t + 1) * K)];
        const drawn = m.drawContext(config.context, rng, rows, mask, exploring() ? explorationSpan : anySpan);
        if (b.contextReturn && returns) drawn.forEach((row, k) => (b.contextReturn![t * K + k] = returns[row]!));
      }
      for (let n = 0; n < N; n++) {
        const [row, i] = [m.drawTransition(rng, share, config.sharedShare), t * N + n];
        b.observation!.set(m.observation.subarray(row * m.O, (row + 1) * m.O), i * m.O);
        b.nextObservation?.set(m.nextObservation.subarray(row * m.O, (row + 1) * m.O), i * m.O);
        b.action!.set(m.action.subarray(row * m.A, (row + 1) * m.A), i * m.A);
        if (b.aheadReward) {
          const ahead = m.ahead(row, config.returnSteps ?? 1, config.discount ?? 0);
          b.aheadReward[i] = ahead.reward;
          b.aheadDiscount![i] = ahead.discount;
          b.aheadObservation!.set(m.nextObservation.subarray(ahead.last * m.O, (ahead.last + 1) * m.O), i * m.O);
        }
        if (b.reward) b.reward[i] = m.reward[row]!;
        if (b.own) b.own[i] = row < m.ownCount || row >= m.offlineCount ? 1 : 0;
        if (b.terminated) b.terminated[i] = m.terminated[row]!;
        if (b.return && returns) b.return[i] = returns[row]!;
      }
      if (!this.#mirror.draw(rng)) return;
      const part = (rows: Float32Array | undefined, w: number) => rows?.subarray(t * w, (t + 1) * w) ?? NOTHING;
      this.#mirror.context(part(b.context, K * width));
      for (const rows of [b.observation, b.nextObservation, b.aheadObservation]) this.#mirror.observations(part(rows, N * m.O));
      this.#mirror.actions(part(b.action, N * m.A));
    });
    for (const [name, noise] of Object.entries(b))
      if (name.endsWith("Noise")) for (let i = 0; i < noise.length; i++) noise[i] = rng.normal();
    for (const [name, x] of Object.entries(this.algorithm.scalars?.(practice, this.practiceUpdates) ?? {})) b[name]![0] = x;
  }

  #apply(gradient: Float32Array, practice: boolean): void {
    this.optimiser.t++;
    let at = 0;
    for (const [name, view] of Object.entries(this.trained.views)) {
      const from = at;
      at += view.length;
      const rate = this.algorithm.rate(name, practice);
      if (rate > 0) adamStep(this.optimiser, this.trained.flat, gradient, rate, from, at);
    }
    if (this.config.polyak !== undefined) this.syncTargets(this.config.polyak);
    // A young average forgets faster, so that it is not ruled by the first weights.
    this.#average(1 - Math.min(this.config.averaging, (1 + this.updates) / (10 + this.updates)));
    this.updates++;
    if (practice) this.practiceUpdates++;
  }

  async dispose(): Promise<void> {
    for (const step of this.#steps.values()) await (await step).program.dispose();
    await this.#labeller?.dispose();
  }

  restoreRng(state: ReturnType<Rng["state"]>): void {
    this.rng = restoreRng(state);
  }
}
