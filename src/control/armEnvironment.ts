import type { ArmDescription, Limits } from "../domain/arm.ts";
import type { Intent } from "../domain/control.ts";
import { OnarmError } from "../domain/errors.ts";
import type { Action, Observation } from "../domain/experience.ts";
import type { SceneSpec, SceneState } from "../domain/scene.ts";
import type { Vec3 } from "../domain/units.ts";
import { chain, forward } from "../kinematics/chain.ts";
import { actionToTwist, sawyerObservation } from "../policy/observation.ts";
import type { Clock } from "../ports/clock.ts";
import type { Environment } from "../ports/environment.ts";
import type { Gripper } from "../ports/gripper.ts";
import type { Scene } from "../ports/scene.ts";
import { clampedTooMuch } from "../safety/budget.ts";
import { START_TIP, achieved, sawyerReward, sawyerSpec } from "../tasks/sawyer.ts";
import type { SawyerTask } from "../tasks/sawyer.ts";
import type { Controller } from "./controller.ts";
import { gripOf } from "./grip.ts";
import { undoing } from "./resetting.ts";
import { postureAt } from "./startPosture.ts";
import { ownHolds } from "./supervisor.ts";

export interface ArmEnvironmentParts {
  readonly controller: Controller;
  readonly scene: Scene;
  readonly clock: Clock;
  /** Calibrated at the first reset where it is not ready, and after it failed. An arm without one closes and opens nothing, and sees no gap. */
  readonly gripper?: Gripper | undefined;
  readonly description: ArmDescription;
  readonly limits: Limits;
  /** Where an episode's tip starts, m in `base`; START_TIP when absent. */
  readonly startTip?: (task: SawyerTask) => Vec3;
  /** Asked at a reset that finds the arm not running: resolves once a person (in a simulation: the program) has made the deliberate acts. Absent: refused. */
  readonly attend?: (controller: Controller) => Promise<void>;
}

/** m and rad: the tip counts as clear of the scene, the posture as reached; s: how long a reset's move may take; how long the policy may be held for want of a scene, which counts as late only after 0.2 s: 1 s in all. */
const LIFT_TOLERANCE = 0.01;
const POSTURE_TOLERANCE = 0.01;
const MOVE_LIMIT = 15;
const SCENE_LOST = 0.78;
/** What rounding may add to a squashed action. */
const CLIP_SLACK = 1e-6;
const GRIP = sawyerSpec.action.findIndex(({ name }) => name === "grip");

/**
 * The sawyer domain on one arm, real or simulated: every motion, resets included, goes through the controller and so through the governor.
 * It is handed a controller that runs (`start()` is a person's act); a stop ends the episode with "command.stopped", a scene unseen for 1 s
 * with "scene.stale", a gripper that fails with its own error, and the arm holds. `close` leaves controller and ports to their owner.
 */
export function armEnvironment(parts: ArmEnvironmentParts): Environment<SawyerTask> {
  const { controller, scene, clock, gripper, description, limits, startTip = () => START_TIP, attend } = parts;
  const grip = gripper && gripOf(gripper);
  const arm = chain(description);
  const beats = Math.round(sawyerSpec.period / clock.period);
  const postures = new Map<string, number[]>();
  let task: SawyerTask | undefined;
  let standing: SceneSpec | undefined;
  // Judged only when somebody asks for the outcome: practice must not even compute what it would have been worth.
  let seen: { readonly tip: Vec3; readonly scene: SceneState }[] = [];
  /** Beats in a row held for want of a believable scene; counted across steps. */
  let blindSince: number | undefined;
  /** Where the counters stood when the episode began, and its actions beyond their range. */
  let began = controller.counters();
  let clipped = 0;

  const tipNow = (): Vec3 => forward(arm, controller.state()!.position).p;
  const sceneNow = (): SceneState => controller.scene() ?? { at: clock.now(), facts: {} };
  const observe = (): Observation => sawyerObservation(tipNow(), sceneNow(), grip?.gap());

  const heldByPerson = () => {
    const mode = controller.mode();
    return mode.is === "holding" && !ownHolds.has(mode.cause);
  };

  /** Lets time pass until `done`; ends early, with the reason, when the arm leaves the driver's hands or the scene is lost. */
  const pass = async (drivenIn: "running" | "resetting", done: () => boolean) => {
    let over: OnarmError | undefined;
    await clock.run(() => {
      const mode = controller.mode();
      if (mode.is !== drivenIn && !(mode.is === "holding" && mode.from === drivenIn)) {
        const reason = mode.is === "stopped" ? mode.cause : mode.is;
        grip?.halt();
        grip?.forget();
        const { spent } = controller.exploration();
        if (spent && mode.is === "idle") {
          over = overspent(spent);
          return true;
        }
        over = new OnarmError("command.stopped", `the arm was stopped while ${drivenIn}: ${reason}`, { reason, mode });
        return true;
      }
      over = grip?.broken();
      if (over) {
        controller.note({ level: "fault", code: over.code, text: over.message });
        // Told once: whoever starts the arm again has looked at it.
        grip?.forget();
        controller.event({ on: "finish" });
        return true;
      }
      // By the clock, not by beats: a machine that is busy misses some.
      blindSince = mode.is === "holding" && mode.cause.startsWith("scene.") ? (blindSince ?? clock.now()) : undefined;
      if (blindSince !== undefined && clock.now() - blindSince + clock.period > SCENE_LOST + 1e-9) {
        blindSince = undefined;
        controller.event({ on: "finish" });
        over = new OnarmError("scene.stale", "no believable scene for about a second: look at the tracker, then start again", {
          mode,
        });
        return true;
      }
      // A person's hold stretches the step; what the supervisor holds for is part of it.
      return !heldByPerson() && done();
    });
    if (over) throw over;
  };

  /** How much of this episode was clamped, by the governor or already by the action's own range: a policy past the share is no policy. */
  const saturated = () => {
    const { clamps, ticks } = controller.counters();
    const share = limits.exploration.clampShare;
    return (
      clampedTooMuch(clamps - began.clamps, ticks - began.ticks, share) ||
      clampedTooMuch(beats * clipped, beats * seen.length, share)
    );
  };

  /** Repeats `wanted` every beat until it says it is done (undefined). */
  const drive = async (what: string, wanted: () => Intent | undefined) => {
    // In beats, so that a person's hold does not use the time up.
    let left = MOVE_LIMIT / clock.period;
    await pass("resetting", () => {
      const intent = wanted();
      controller.setIntent(intent ?? { kind: "hold" });
      return intent === undefined || --left < 0;
    });
    if (wanted() !== undefined)
      throw new OnarmError("arm.refused", `reset: the arm could not ${what} within ${MOVE_LIMIT} s; clear its way`);
  };
  const lift = () =>
    drive("lift its tip clear", () => {
      const up = START_TIP[2] - tipNow()[2];
      return up > LIFT_TOLERANCE ? { kind: "twist", linear: [0, 0, Math.min(0.2, 4 * up)] } : undefined;
    });
  /** Empty hands begin an episode: what was held is let go where it is, before the scene is set out. How long that may take the gripper says. */
  const open = async () => {
    if (!grip) return;
    const rests = () => {
      controller.setIntent({ kind: "hold" });
      return grip.rests();
    };
    grip.prepare();
    if (!grip.rests()) await pass("resetting", rests);
    grip.want(-1);
    await pass("resetting", rests);
  };
  const toStart = (tip: Vec3) => {
    const key = tip.join();
    const q = postures.get(key) ?? postureAt(description, limits, tip);
    if (postures.size < 64) postures.set(key, q);
    return drive("return to its start", () =>
      controller.state()!.position.every((x, i) => Math.abs(x - q[i]!) < POSTURE_TOLERANCE) ? undefined : { kind: "posture", q },
    );
  };

  const arrange = async (wanted: SceneSpec) => {
    controller.setIntent({ kind: "hold" });
    await scene.arrange(wanted);
    const arranged = clock.now();
    await pass("resetting", () => (controller.scene()?.at ?? -1) > arranged);
    standing = wanted;
  };
  /** Does what a hand could undo with the arm itself; has the rest set out anew. */
  const setOut = async (wanted: SceneSpec) => {
    const undo = standing && undoing(standing, wanted, sceneNow());
    standing = undefined;
    if (undo === "nothing") standing = wanted;
    else if (undo === undefined) await arrange(wanted);
    else if (await tried(undo.behaviour, undo.done)) standing = wanted;
    else await arrange(wanted);
  };
  /** A scripted behaviour in the reset: its steps are the policy's, its success is read from the scene. */
  const tried = async (
    behaviour: (observation: Observation) => Action,
    done: (scene: SceneState) => boolean,
  ): Promise<boolean> => {
    for (let step = 0; step < sawyerSpec.horizon && !done(sceneNow()); step++) await act(behaviour(observe()), "resetting");
    await lift();
    await open();
    return done(sceneNow());
  };

  const act = async (action: Action, drivenIn: "running" | "resetting") => {
    const good = finite(action);
    controller.setIntent({ kind: "twist", linear: good ? actionToTwist(action, sawyerSpec) : [NaN, NaN, NaN] });
    if (good) grip?.want(action[GRIP]!);
    let passed = 0;
    await pass(drivenIn, () => ++passed >= beats);
  };

  return {
    spec: sawyerSpec,
    reset: async (next) => {
      // What a person holds, only a person lets go.
      if (heldByPerson()) await clock.run(() => !heldByPerson());
      const moving = () => ["running", "resetting", "holding"].includes(controller.mode().is);
      if (!moving() && !controller.exploration().spent) await attend?.(controller);
      if (!moving()) {
        const mode = controller.mode();
        const { spent } = controller.exploration();
        if (spent) throw overspent(spent);
        throw new OnarmError("command.stopped", `the arm is ${mode.is}: reset, enable and start it first`, {
          reason: mode.is === "stopped" ? mode.cause : mode.is,
        });
      }
      task = next;
      seen = [];
      clipped = 0;
      controller.event({ on: "finish" });
      controller.event({ on: "start-reset" });
      await lift();
      await open();
      await setOut(next.scene);
      await toStart(startTip(next));
      controller.event({ on: "finish" });
      controller.event({ on: "start" });
      began = controller.counters();
      return observe();
    },
    step: async (action) => {
      if (!task) throw new OnarmError("usage.invalid", "step() before the first reset()");
      if (action.some((a) => Math.abs(a) > 1 + CLIP_SLACK)) clipped++;
      await act(action, "running");
      seen.push({ tip: tipNow(), scene: sceneNow() });
      if (saturated()) {
        controller.event({ on: "finish" });
        throw new OnarmError("budget.spent", "the policy asks for more than it may in most of its steps; the episode ends", {
          reason: "policy.saturated",
        });
      }
      return { observation: observe(), terminated: false };
    },
    reward: () => sawyerReward(task!.aim, tipNow(), sceneNow()),
    outcome: () => ({
      success: achieved(task!.aim, tipNow(), sceneNow()),
      successAny: seen.some(({ tip, scene }) => achieved(task!.aim, tip, scene)),
    }),
    close: async () => {
      grip?.close();
      controller.event({ on: "finish" });
    },
  };
}

const overspent = (reason: string) =>
  new OnarmError("budget.spent", `the session's ${reason} is used up; the arm rests, begin a new session`, { reason });

const finite = (action: Action) => action.every(Number.isFinite);
