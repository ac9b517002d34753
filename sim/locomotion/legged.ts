import { OnarmError } from "../../src/domain/errors.ts";
import type { DomainSpec, Observation } from "../../src/domain/experience.ts";
import { rng } from "../../src/domain/rng.ts";
import type { Environment } from "../../src/ports/environment.ts";
import { openPhysics } from "../mujoco.ts";
import type { Physics } from "../mujoco.ts";

/** What differs between two robots on legs. */
export interface Legged<Task> {
  readonly spec: DomainSpec;
  readonly mjcf: string;
  /** qpos of the start, before its noise. */
  readonly stance: readonly number[];
  /** What is observed, raw, in the order of the spec's fields. */
  observe(physics: Physics): readonly number[];
  /** Real reward of a step: `velocity` is the torso's mean in the plane, m/s, `action` as the motors got it. */
  reward(task: Task, velocity: readonly [number, number], action: ArrayLike<number>, physics: Physics): number;
  fallen(physics: Physics): boolean;
}

/** Physics steps of one action. */
const FRAME_SKIP = 5;
/** Half width of the uniform noise on a start's qpos, and deviation of the normal noise on its qvel. */
const START_NOISE = 0.1;

/**
 * A robot on legs as an Environment. Starts are noisy, but from one list that all tasks share: the k-th reset in a row of the very same
 * task object begins at the k-th start. So a seed repeats a run, and where a robot begins says nothing of its task.
 * Actions are clipped to [-1, 1]. Throws "policy.nonfinite" for an action that is no number (the engine would read it as 0),
 * "mode.refused" for a step before a reset, "physics.invalid" as the engine does.
 */
export async function leggedEnvironment<Task extends object>(robot: Legged<Task>): Promise<Environment<Task>> {
  const { spec } = robot;
  const physics = await openPhysics(robot.mjcf);
  const torso = physics.body("torso");
  const action = new Float64Array(spec.action.length);
  let task: Task | undefined;
  let resets = 0;
  let velocity: readonly [number, number] = [NaN, NaN];

  const observe = (): Observation =>
    Float32Array.from(robot.observe(physics), (raw, i) => (raw - spec.observation[i]!.offset) / spec.observation[i]!.scale);
  const place = (): readonly [number, number] => {
    const at = physics.data("xpos");
    return [at[3 * torso]!, at[3 * torso + 1]!];
  };

  return {
    spec,
    reset: async (next) => {
      resets = next === task ? resets + 1 : 0;
      task = next;
      velocity = [NaN, NaN];
      const noise = rng("start", spec.name, resets);
      physics.reset();
      physics.data("qpos").set(robot.stance.map((q) => q + noise.between(-START_NOISE, START_NOISE)));
      const qvel = physics.data("qvel");
      for (let i = 0; i < qvel.length; i++) qvel[i] = START_NOISE * noise.normal();
      physics.forward();
      return observe();
    },
    step: async (wanted) => {
      if (!task)
        throw new OnarmError("mode.refused", `${spec.name}: a step before the first reset; reset the environment to a task`);
      for (let i = 0; i < action.length; i++) {
        if (!Number.isFinite(wanted[i]))
          throw new OnarmError(
            "policy.nonfinite",
            `${spec.name}: number ${i} of the action is ${wanted[i]}; the step is refused`,
          );
        action[i] = Math.max(-1, Math.min(1, wanted[i]!));
      }
      physics.data("ctrl").set(action);
      const from = place();
      physics.step(FRAME_SKIP);
      const to = place();
      velocity = [(to[0] - from[0]) / spec.period, (to[1] - from[1]) / spec.period];
      return { observation: observe(), terminated: robot.fallen(physics) };
    },
    // Judged only when asked: practice must not even compute it.
    reward: () => robot.reward(task!, velocity, action, physics),
    outcome: () => ({ success: false, successAny: false }),
    close: async () => physics.free(),
  };
}
