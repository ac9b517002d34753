import { OnarmError } from "../domain/errors.ts";
import type { DomainSpec, Episode } from "../domain/experience.ts";
import { rng as stream } from "../domain/rng.ts";
import type { Rng } from "../domain/rng.ts";
import { compile } from "../engine/engine.ts";
import type { Program } from "../engine/engine.ts";
import { adam, adamStep, polyak } from "./adam.ts";
import type { Adam } from "./adam.ts";
import { TaskMemory } from "./memory.ts";
import { initialise, weights } from "./parameters.ts";
import type { Weights } from "./parameters.ts";
import { actor, batchShapes, ENTROPY, SAC_LOSSES, sacDefault, sacUpdate, targetShapes, trainedShapes } from "./sac.ts";
import type { Act, SacConfig, SacMetrics } from "./sac.ts";

/**
 * Soft actor-critic over many tasks, each told to actor and critics by its goal: the behaviour learner of the offline data. It knows
 * the task and reads real rewards; nothing of it but the transitions it made is ever shown to a meta-learner.
 */
export class SacLearner {
  readonly config: SacConfig;
  /** Weights as they are now; `pi.*` of them act. */
  readonly trained: Weights;
  readonly act: Act;
  readonly #target: Weights;
  readonly #gradient: Weights;
  readonly #optimiser: Adam;
  readonly #goals: readonly Float32Array[];
  readonly #memory: readonly TaskMemory[];
  readonly #program: Program;
  readonly #rng: Rng;
  updates = 0;

  private constructor(
    spec: DomainSpec,
    goals: readonly Float32Array[],
    { config, rng, trained, target, gradient }: Fresh,
    program: Program,
    act: Act,
  ) {
    this.config = config;
    this.trained = trained;
    this.act = act;
    this.#target = target;
    this.#gradient = gradient;
    this.#optimiser = adam(trained.flat.length);
    this.#goals = goals;
    this.#memory = goals.map(() => new TaskMemory(spec.observation.length, spec.action.length));
    this.#program = program;
    this.#rng = rng;
  }

  /** @param goals what each task is told as, all of one width. @throws "tasks.invalid" when they are not. */
  static async create(spec: DomainSpec, goals: readonly Float32Array[], seed: number, config = sacDefault): Promise<SacLearner> {
    const width = goals[0]?.length ?? 0;
    if (width === 0 || !goals.every((goal) => goal.length === width && goal.every(Number.isFinite)))
      throw new OnarmError("tasks.invalid", `${spec.name}: the goals of its tasks must be finite numbers, as many in each`);
    const state = fresh(spec, width, config, seed);
    const { trained, target, gradient } = state;
    const gradients = Object.fromEntries(Object.entries(gradient.views).map(([name, view]) => [`g.${name}`, view]));
    const program = await compile(
      sacUpdate(spec, width, config),
      { ...trained.shapes, ...target.shapes, ...batchShapes(spec, width, config) },
      { buffers: { ...trained.views, ...target.views, ...gradients } },
    );
    return new SacLearner(spec, goals, state, program, await actor(spec, width, config, actorTensors(trained)));
  }

  /** Remembers an episode of the task that its number names. */
  add(episode: Episode): void {
    this.#memory[episode.task]!.append(episode, { online: true, exploration: true });
  }

  /** Takes `count` updates on what was added. @returns the last one's metrics. @throws "learning.diverged" at a loss that is no number. */
  async update(count: number): Promise<SacMetrics> {
    const known = this.#memory.flatMap((memory, task) => (memory.count > 0 ? [task] : []));
    if (known.length === 0 || !(count >= 1))
      throw new OnarmError("usage.invalid", "update() needs an episode to learn from and a count of at least 1");
    let losses: ArrayLike<number> = [];
    for (let u = 0; u < count; u++) {
      this.#fill(known);
      await this.#program.run();
      losses = this.#program.outputs.losses!;
      if (!this.#program.outputs.losses!.every(Number.isFinite))
        throw new OnarmError(
          "learning.diverged",
          `${this.updates} updates into the behaviour a loss is no longer finite; use another seed or a lower learning rate`,
        );
      this.#optimiser.t++;
      adamStep(this.#optimiser, this.trained.flat, this.#gradient.flat, this.config.learningRate, 0, this.trained.flat.length);
      for (const [name, view] of Object.entries(this.#target.views))
        polyak(view, this.trained.views[online(name)]!, this.config.polyak);
      this.updates++;
    }
    return Object.fromEntries(SAC_LOSSES.map((name, i) => [name, losses[i]!])) as unknown as SacMetrics;
  }

  #fill(known: readonly number[]): void {
    const b = this.#program.inputs as Record<string, Float32Array>;
    for (let i = 0; i < this.config.batch; i++) {
      const task = this.#rng.pick(known);
      const [m, goal] = [this.#memory[task]!, this.#goals[task]!];
      const row = m.drawTransition(this.#rng, "union");
      b.observation!.set(m.observation.subarray(row * m.O, (row + 1) * m.O), i * m.O);
      b.nextObservation!.set(m.nextObservation.subarray(row * m.O, (row + 1) * m.O), i * m.O);
      b.action!.set(m.action.subarray(row * m.A, (row + 1) * m.A), i * m.A);
      b.goal!.set(goal, i * goal.length);
      b.reward![i] = m.reward[row]!;
      b.terminated![i] = m.terminated[row]!;
    }
    for (const noise of [b.actionNoise!, b.nextActionNoise!])
      for (let i = 0; i < noise.length; i++) noise[i] = this.#rng.normal();
  }
}

export const actorTensors = ({ views }: Weights): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(views).filter(([name]) => name.startsWith("pi.")));

/** The critic that a target follows: t1 -> q1. */
const online = (name: string) => name.replace(/^t/, "q");

interface Fresh {
  readonly config: SacConfig;
  readonly rng: Rng;
  readonly trained: Weights;
  readonly target: Weights;
  readonly gradient: Weights;
}
function fresh(spec: DomainSpec, goal: number, config: SacConfig, seed: number): Fresh {
  const rng = stream("sac", seed);
  const trained = weights(trainedShapes(spec, goal, config));
  initialise(trained, "fan-in", rng.fork("init"));
  trained.views[ENTROPY]!.fill(Math.log(config.temperature));
  const target = weights(targetShapes(spec, goal, config));
  for (const [name, view] of Object.entries(target.views)) view.set(trained.views[online(name)]!);
  return { config, rng, trained, target, gradient: weights(trained.shapes) };
}
