import { setTimeout as pause } from "node:timers/promises";
import { Subscription } from "rxjs";
import { sawyer } from "../../robot/description/sawyer.ts";
import { faultyArm } from "../../sim/faults/arm.ts";
import type { FaultyArm } from "../../sim/faults/arm.ts";
import { faultyClock } from "../../sim/faults/clock.ts";
import type { FaultyClock } from "../../sim/faults/clock.ts";
import { faultyScene } from "../../sim/faults/scene.ts";
import type { FaultyScene } from "../../sim/faults/scene.ts";
import type { TracePoint, TwinOptions } from "../../sim/twin.ts";
import { loadLimits } from "../../src/config/limits.ts";
import { createController } from "../../src/control/controller.ts";
import type { Controller } from "../../src/control/controller.ts";
import type { ArmStatus, ExplorationBudget, Limits } from "../../src/domain/arm.ts";
import type { Intent, Tick } from "../../src/domain/control.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import type { Mode } from "../../src/domain/mode.ts";
import type { Seconds } from "../../src/domain/units.ts";
import { LIMITS_FILE } from "../sawyer.ts";
import type { DrillContext } from "./row.ts";
import { lockstepWorld, pacedWorld, startOf, TIMEOUT } from "./world.ts";
import type { FailingGripper, Relayed } from "./world.ts";
import { wireWorld } from "./wire/world.ts";
import type { DrillRobot } from "./wire/world.ts";

export interface BenchOptions {
  readonly twin?: TwinOptions;
  readonly limits?: (limits: Limits) => Limits;
  /** A process between the arm and its controller, as a bridge stands before a real arm; in wall time only. */
  readonly relayed?: boolean;
  /** What the session may spend; unbounded when absent. */
  readonly exploration?: ExplorationBudget;
}

/** A mode as it came, stamped by the bench's own clock. */
export interface ModeSeen {
  readonly at: Seconds;
  readonly mode: Mode;
}

/** The embedded arm under the whole control stack, with a place for a fault at every port. */
export interface Bench extends FaultyArm, FaultyScene, FaultyClock {
  readonly limits: Limits;
  readonly controller: Controller;
  /** Every tick, every mode and every word of the arm's own since the bench was opened. */
  readonly ticks: readonly Tick[];
  readonly modes: readonly ModeSeen[];
  readonly said: readonly ArmStatus[];
  /** How often the arm was asked to switch its motors on. */
  enables(): number;
  /** The arm's gripper, where the drill can make it fail. */
  readonly gripper?: FailingGripper;
  /** Breaks the arm's physics, where this process holds them. */
  readonly poison?: () => void;
  /** The process between, where there is one. */
  readonly relay?: Relayed;
  /** The robot's side of the wire, where the drill is over one. */
  readonly robot?: DrillRobot;
  /** What the arm really did from `since` on, by its own record. */
  truth(since: Seconds): TracePoint[];
  /** What is wanted in every beat from now on; undefined: nothing is said any more. */
  drive(wanted: ((at: Seconds) => Intent) | undefined): void;
  beats(n: number): Promise<void>;
  /** Lets time pass until `done`, at most `patience` s; whether it came to be. */
  until(done: () => boolean, patience: number): Promise<boolean>;
  /** Does it at a moment that the drill's chance picks, and tells when. */
  inject(fault: () => void): Promise<Seconds>;
  close(): Promise<void>;
}

export async function openBench(context: DrillContext, options: BenchOptions = {}): Promise<Bench> {
  const read = loadLimits(LIMITS_FILE);
  const limits = options.limits?.(read) ?? read;
  const twin: TwinOptions = { timeout: TIMEOUT, start: startOf(read), ...options.twin };
  const world =
    context.wire !== undefined
      ? await wireWorld(context.wire, twin, context.folder)
      : context.time === "lockstep"
        ? await lockstepWorld(twin)
        : await pacedWorld(twin, context.folder, options.relayed ?? false);
  let enables = 0;
  const arm = faultyArm({ ...world.arm, enable: () => (enables++, world.arm.enable()) });
  const scene = faultyScene(world.scene);
  const time = faultyClock(world.clock);
  const { clock } = time;

  const [ticks, modes, said]: [Tick[], ModeSeen[], ArmStatus[]] = [[], [], []];
  let wanted: ((at: Seconds) => Intent) | undefined;
  const watching = new Subscription();
  // Before the controller is there, so that a wish is heard in its own beat.
  watching.add(clock.beat$.subscribe(() => void (wanted && controller.setIntent(wanted(clock.now())))));
  const controller = createController({
    arm: arm.arm,
    scene: scene.scene,
    clock,
    description: sawyer,
    limits,
    ...(options.exploration && { exploration: options.exploration }),
  });
  watching.add(controller.tick$.subscribe({ next: (tick) => ticks.push(tick), error: () => {} }));
  watching.add(controller.mode$.subscribe((mode) => modes.push({ at: clock.now(), mode })));
  watching.add(world.arm.status$.subscribe({ next: (status) => said.push(status), error: () => {} }));

  const until = async (done: () => boolean, patience: number) => {
    if (done()) return true;
    const last = clock.now() + patience;
    await clock.run(() => {
      if (context.signal.aborted) throw new OnarmError("interrupted", "the drill was interrupted; what was done is kept");
      return done() || clock.now() >= last;
    });
    return done();
  };
  const beats = async (n: number) => {
    let k = 0;
    await clock.run(() => ++k >= n);
  };
  const close = async () => {
    wanted = undefined;
    arm.states.clear();
    arm.sends.clear();
    scene.sights.clear();
    time.pulse.clear();
    await controller.close();
    watching.unsubscribe();
    await world.end();
  };
  try {
    if (!(await until(() => controller.mode().is !== "offline", 5)))
      throw new OnarmError("link.timeout", "the embedded arm does not speak; start the drill again");
  } catch (error) {
    await close();
    throw error;
  }
  return {
    ...arm,
    ...scene,
    ...time,
    limits,
    controller,
    ticks,
    modes,
    said,
    enables: () => enables,
    ...(world.gripper && { gripper: world.gripper }),
    ...(world.poison && { poison: world.poison }),
    ...(world.relay && { relay: world.relay }),
    ...(world.robot && { robot: world.robot }),
    truth: (since) => world.trace().filter(({ t }) => t >= since),
    drive: (next) => void (wanted = next),
    beats,
    until,
    inject: async (fault) => {
      await beats(1 + context.rng.integer(20));
      // Between two beats, where faults come from; virtual time has no between.
      if (context.time === "paced") await pause(context.rng.between(0, 10));
      const at = clock.now();
      fault();
      return at;
    },
    close,
  };
}

/** m/s and s: a wish that keeps every joint moving and the tip within some centimetres of its start. */
const PACE = 0.1;
const TURN = 4;

/** A circle in the air, begun at `from`. */
export const circling =
  (from: Seconds) =>
  (at: Seconds): Intent => {
    const angle = (2 * Math.PI * (at - from)) / TURN;
    return { kind: "twist", linear: [PACE * Math.cos(angle), PACE * Math.sin(angle), 0] };
  };

/** rad/s of the fastest joint that counts as motion. */
export const MOVING = 0.05;

/** Opens a bench, starts it, brings it to motion, and closes it whatever happens in between. */
export async function inMotion<T>(context: DrillContext, options: BenchOptions, act: (bench: Bench) => Promise<T>): Promise<T> {
  const bench = await openBench(context, options);
  try {
    bench.controller.start();
    const from = bench.clock.now();
    bench.drive(circling(from));
    const moving = () => bench.clock.now() - from > 0.3 && fastest(bench) > MOVING;
    if (!(await bench.until(moving, 3)))
      throw new OnarmError("arm.refused", "the embedded arm does not move; start the drill again");
    return await act(bench);
  } finally {
    await bench.close();
  }
}

/** Opens a bench at rest and closes it whatever happens. */
export async function atRest<T>(context: DrillContext, options: BenchOptions, act: (bench: Bench) => Promise<T>): Promise<T> {
  const bench = await openBench(context, options);
  try {
    return await act(bench);
  } finally {
    await bench.close();
  }
}

/** Fastest joint as measured, rad/s. */
export const fastest = ({ controller }: Bench) => Math.max(...(controller.state()?.velocity ?? [0]).map(Math.abs));
