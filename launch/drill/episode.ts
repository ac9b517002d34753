import type { Acts } from "../../sim/faults/policy.ts";
import { armEnvironment } from "../../src/control/armEnvironment.ts";
import { rollout } from "../../src/control/rollout.ts";
import { isOnarmError } from "../../src/domain/errors.ts";
import type { OnarmError } from "../../src/domain/errors.ts";
import type { SceneSpec } from "../../src/domain/scene.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import type { Environment } from "../../src/ports/environment.ts";
import type { Seconds } from "../../src/domain/units.ts";
import type { SawyerTask } from "../../src/tasks/sawyer.ts";
import type { Bench } from "./bench.ts";

/** A button to be seen, away from where the arm circles. */
const scene: SceneSpec = { button: { position: [0.62, -0.15, 0.01] } };
export const task: SawyerTask = { id: 0, scene, aim: { kind: "reach", goal: [0.58, 0, 0.12] } };
export const drillScene = scene;

/** The sawyer domain on a bench's arm; whoever attends starts an arm that is merely idle. */
export const environmentOf = ({ controller, scene, clock, limits, gripper }: Bench): Environment<SawyerTask> =>
  armEnvironment({
    controller,
    scene,
    clock,
    gripper: gripper?.port,
    description: sawyer,
    limits,
    attend: async (idle) => void (idle.mode().is === "idle" && idle.start()),
  });

/** How an episode came to its end: its horizon, or what cut it short. */
export interface Ended {
  readonly at: Seconds;
  readonly error?: OnarmError;
}

/** One episode of a stand-in policy; in virtual time the only thing that lets time pass meanwhile, so that faults come from the policy or a beat. */
export async function episode(bench: Bench, environment: Environment<SawyerTask>, act: Acts, horizon = 60): Promise<Ended> {
  const error = await rollout(environment, task, act, { task: task.id, horizon }).then(
    () => undefined,
    (reason: unknown) => {
      if (isOnarmError(reason)) return reason;
      throw reason;
    },
  );
  return { at: bench.clock.now(), ...(error && { error }) };
}

/** Small circles of the tip: motion that a healthy policy would make. Its fingers stay as they are. */
export const circles: Acts = (_observation, t) => Float32Array.of(0.5 * Math.cos(t), 0.5 * Math.sin(t), 0, 0);

/** Calls `hit` at a beat within step `step` of an episode of `act`, and passes everything on. */
export const hitAt =
  (act: Acts, step: number, hit: () => void): Acts =>
  (observation, t) => {
    if (t === step) hit();
    return act(observation, t);
  };
