import { createHash } from "node:crypto";
import { BehaviorSubject, of, Subject, throwError } from "rxjs";
import type { Observable } from "rxjs";
import type { ArmDescription, ArmState, ArmStatus } from "../src/domain/arm.ts";
import { OnarmError } from "../src/domain/errors.ts";
import type { SceneState } from "../src/domain/scene.ts";
import { seconds } from "../src/domain/units.ts";
import type { Seconds, Vec3 } from "../src/domain/units.ts";
import { chain, forward } from "../src/kinematics/chain.ts";
import type { Arm } from "../src/ports/arm.ts";
import type { Clock } from "../src/ports/clock.ts";
import type { Gripper } from "../src/ports/gripper.ts";
import type { Scene } from "../src/ports/scene.ts";
import { armMjcf } from "./armMjcf.ts";
import { assembled, buttonPressed, buttonReleased, cleared, enabled, guided, stoppedBySoftware } from "./assembly.ts";
import { fingersOf } from "./fingers.ts";
import type { Mishap } from "./gripper.ts";
import { furniture } from "./furniture/furniture.ts";
import { jointControl } from "./jointControl.ts";
import type { Drive } from "./jointControl.ts";
import { jointSensor } from "./jointSensor.ts";
import { byName } from "./jointMessage.ts";
import type { JointMessage } from "./jointMessage.ts";
import { lockstepClock } from "./lockstepClock.ts";
import { worldMjcf } from "./mjcf.ts";
import { openPhysics } from "./mujoco.ts";
import { touchSensor } from "./touchSensor.ts";
import { checkSpeedRatio, checkTimeout, PERIOD, resolved } from "./twinOptions.ts";
import type { TwinOptions } from "./twinOptions.ts";

export type { TwinOptions } from "./twinOptions.ts";

/** One line of the twin's own record of what the arm did, whatever its controller thought. */
export interface TracePoint {
  readonly t: Seconds;
  readonly q: readonly number[];
  readonly dq: readonly number[];
  readonly tip: Vec3;
  readonly mode: Drive | "stopped";
  /** When the arm last took a command: motion after it is the arm's own doing. */
  readonly heard: Seconds;
}

/** The embedded arm. Everything happens inside `clock.run` or in the call itself; the same calls give the same bits. */
export interface Twin {
  readonly arm: Arm;
  readonly scene: Scene;
  /** Its fingers, as a gripper; not there for who drives them by `setFingers`. Closed at first, and wants to be calibrated. */
  readonly gripper: Gripper;
  readonly clock: Clock;
  /** Joint states as the robot itself publishes them: all joints, its own order. The arm port is mapped from these by name. */
  readonly message$: Observable<JointMessage>;
  /** Once a period, before the state; costs nothing while nobody listens. */
  readonly trace$: Observable<TracePoint>;
  /** One period without a clock: physics, then state and scene. `at`: its stamp, s; default one period on. */
  tick(at?: number): void;
  /** Puts the commanded joints at `q`, rad, at rest and without history. For tests and for starting afresh; a controller never does this. */
  setJoints(q: readonly number[]): void;
  /** Outside torques on the commanded joints, N m, until set again. */
  push(torque: readonly number[]): void;
  /** A force of somebody's hand on the tip, N in base, until set again. */
  pull(force: Vec3): void;
  /** Where each finger is driven to, m from closed; a gripper's own device decides it. */
  setFingers(travel: number): void;
  pressStop(): void;
  releaseStop(): void;
  /** A hand takes the cuff, or lets it go. */
  squeezeCuff(squeezed: boolean): void;
  /** Something goes wrong with the gripper, until it is told "none". */
  befallGripper(what: Mishap): void;
  /** Makes the physics' state a NaN: the next period ends the twin. */
  poison(): void;
  /** Velocities that the loop of its commanded joints follows now, rad/s. */
  references(): readonly number[];
  /** Silence after which a velocity command is forgotten, s. */
  timeout(): number;
  setTimeout(s: number): void;
  setSpeedRatio(ratio: number): void;
  /** SHA-256 of the physics' whole state. */
  hash(): string;
  /** Memory of the physics engine, bytes, all twins of this process together. */
  heapBytes(): number;
}

/** Opens an arm of physics at rest in its neutral pose. The caller closes it with `arm.close()`. Throws "config.invalid", "physics.invalid". */
export async function createTwin(description: ArmDescription, options: TwinOptions = {}): Promise<Twin> {
  const { timestep, substeps, start } = resolved(description, options);
  let timeout = checkTimeout(options.timeout ?? 0.2);
  let ratio = checkSpeedRatio(options.speedRatio ?? 0.3);

  const physics = await openPhysics(worldMjcf(description, timestep));
  const things = furniture(physics, PERIOD);
  const bodies = armMjcf(description).weights;
  const epoch = seconds(options.epoch ?? 0);
  const control = jointControl(
    description,
    physics,
    bodies,
    () => timeout,
    () => ratio,
    epoch,
  );
  const sensor = jointSensor(description, physics);
  const touch = touchSensor(description, physics, bodies);
  const map = byName(description.commanded);
  const tipChain = chain(description);
  const rest = description.joints.filter(({ kind }) => kind !== "fixed").map(({ name }) => physics.joint(name));
  const dofs = description.commanded.map((name) => physics.joint(name));
  const servos = description.commanded.map((name) => physics.actuator(name));
  const fingers = fingersOf(description, physics, epoch);

  let time = epoch;
  let open = true;
  let pull: Vec3 | undefined;
  const state$ = new Subject<ArmState>();
  const message$ = new Subject<JointMessage>();
  const scene$ = new Subject<SceneState>();
  const trace$ = new Subject<TracePoint>();
  const status$ = new BehaviorSubject<ArmStatus>(assembled(time, options.enabled ?? true));

  const lost = () => new OnarmError("link.lost", "the twin is closed; open a new one");
  const become = (status: ArmStatus) => {
    if (!open || status === status$.value) return;
    if (!status.enabled) control.off();
    else if (status.cuff) control.guide();
    else control.on();
    status$.next(status);
  };
  const asked = async (step: (status: ArmStatus, at: Seconds) => ArmStatus) => {
    if (!open) throw lost();
    become(step(status$.value, time));
  };

  const setJoints = (q: readonly number[]) => {
    for (const name of ["qvel", "qacc", "qacc_warmstart", "ctrl", "qfrc_applied"] as const) physics.data(name).fill(0);
    rest.forEach((joint) => (physics.data("qpos")[joint.qpos] = 0));
    dofs.forEach((joint, i) => (physics.data("qpos")[joint.qpos] = q[i]!));
    fingers.forget();
    if (status$.value.enabled) control.on();
  };

  const trace = (): TracePoint => {
    const q = dofs.map((joint) => physics.data("qpos")[joint.qpos]!);
    const dq = dofs.map((joint) => physics.data("qvel")[joint.dof]!);
    const mode = status$.value.stopped ? "stopped" : control.drive();
    return { t: time, q, dq, tip: forward(tipChain, q).p, mode, heard: seconds(control.heard()) };
  };

  const end = (error?: unknown) => {
    if (!open) return;
    open = false;
    clock.close();
    fingers.end(error);
    for (const subject of [state$, message$, scene$, trace$, status$] as Subject<unknown>[])
      if (error === undefined) subject.complete();
      else subject.error(error);
    physics.free();
  };

  // Stamps are counted, not summed, so that they stay round.
  const next = () => epoch + (Math.round((time - epoch) / PERIOD) + 1) * PERIOD;
  const tick = (at: number = next()): void => {
    if (!open) throw lost();
    try {
      control.drivePeriod(time);
      things.drive();
      if (pull) touch.pull(pull);
      physics.step(substeps);
    } catch (error) {
      end(error);
      throw error;
    }
    time = seconds(at);
    if (trace$.observed) trace$.next(trace());
    const { wrench, collision } = touch.read();
    const beside = { wrench: options.wrench ? wrench : undefined, collision, heard: seconds(control.heard()) };
    const message = sensor(time, control.drive() !== "off", beside);
    message$.next(message);
    state$.next(map(message));
    if (!open) return;
    fingers.step(time);
    scene$.next({ at: time, facts: things.facts() });
  };

  const clock = lockstepClock(
    PERIOD,
    () => time,
    () => tick(),
  );

  const arm: Arm = {
    name: "twin",
    joints: description.commanded,
    state$: state$.asObservable(),
    status$: status$.asObservable(),
    send(command) {
      try {
        if (!open) throw lost();
        control.take(command, time);
        return of(command);
      } catch (error) {
        return throwError(() => error);
      }
    },
    halt: () => asked(stoppedBySoftware),
    reset: () => asked(cleared),
    enable: () => asked(enabled),
    close: async () => end(),
  };

  const scene: Scene = {
    name: "twin",
    scene$: scene$.asObservable(),
    async arrange(spec) {
      if (!open) throw lost();
      things.arrange(spec);
    },
    close: async () => scene$.complete(),
  };

  try {
    things.arrange(options.scene ?? {});
    if (status$.value.enabled) control.on();
    else control.off();
    setJoints(start);
    physics.forward();
  } catch (error) {
    end();
    throw error;
  }

  return {
    arm,
    scene,
    gripper: fingers.gripper,
    clock,
    message$: message$.asObservable(),
    trace$: trace$.asObservable(),
    tick,
    setJoints,
    push: (torque) => dofs.forEach((joint, i) => (physics.data("qfrc_applied")[joint.dof] = torque[i]!)),
    setFingers: fingers.drive,
    pressStop: () => become(buttonPressed(status$.value, time)),
    releaseStop: () => become(buttonReleased(status$.value, time)),
    pull: (force) => void (pull = force),
    squeezeCuff: (squeezed) => become(guided(status$.value, time, squeezed)),
    befallGripper: fingers.befall,
    poison: () => void (physics.data("qpos")[dofs[0]!.qpos] = NaN),
    references: () => servos.map((actuator) => physics.data("ctrl")[actuator]!),
    timeout: () => timeout,
    setTimeout: (s) => void (timeout = checkTimeout(s)),
    setSpeedRatio: (r) => void (ratio = checkSpeedRatio(r)),
    heapBytes: () => physics.heapBytes(),
    hash: () => createHash("sha256").update(new Uint8Array(physics.save().buffer)).digest("hex"),
  };
}
