import { Subscription } from "rxjs";
import { sawyer } from "../robot/description/sawyer.ts";
import type { OwnArm } from "../robot/urdf/own.ts";
import { connectTwin, spawnTwin } from "../sim/pacedTwin.ts";
import { limitsOf, loadLimits } from "../src/config/limits.ts";
import { cadence } from "../src/control/cadence.ts";
import { createController } from "../src/control/controller.ts";
import type { Controller } from "../src/control/controller.ts";
import type { ArmDescription, Limits } from "../src/domain/arm.ts";
import type { Mode } from "../src/domain/mode.ts";
import type { StopSignal } from "../src/ports/stop.ts";
import { OnarmError } from "../src/domain/errors.ts";
import { explain } from "../src/domain/stops.ts";
import type { Arm } from "../src/ports/arm.ts";
import type { Clock } from "../src/ports/clock.ts";
import type { Gripper } from "../src/ports/gripper.ts";
import type { Scene } from "../src/ports/scene.ts";
import { inside, standing } from "../src/safety/standing.ts";
import { openSite, siteOf } from "./interaArm.ts";
import { prioritise } from "./priority.ts";
import { openWatchdog } from "./watchdog.ts";
import type { Watchdog } from "./watchdog.ts";

export interface StationOptions {
  /** "sim": a paced twin of its own; "sim@host:port": one that runs already; "intera-ros1@http://host:port", "intera-ros2", "ros2-control", "gazebo": an arm on a ROS; or a site file. */
  readonly arm: string;
  readonly limits: string;
  /** Serial port of a stop box; its signals stop the arm even while this process hangs. */
  readonly stopBox?: string;
}

/** One arm in wall time under the control loop, with all that guards it. */
export interface Station {
  readonly arm: Arm;
  readonly scene: Scene;
  readonly clock: Clock;
  /** Undefined where the arm has none, or its site names none: it then closes nothing. */
  readonly gripper: Gripper | undefined;
  readonly limits: Limits;
  /** The arm that is driven: as it says itself that it is, where it does. */
  readonly description: ArmDescription;
  /** What it said, and how that differs from the nominal arm; undefined where it says nothing. */
  readonly own: OwnArm | undefined;
  readonly controller: Controller;
  readonly cadence: ReturnType<typeof cadence>;
  /** What was wrong with where the arm stood when it was found, in a sentence; it is stopped then, and a person leads it back. */
  readonly found: string | undefined;
  /** Clears a stop, unless the stop box is still pressed, silent or gone: then "mode.refused". */
  reset(): Promise<void>;
  /** Eases the arm to rest, then lets go of it; a twin that was started here ends. */
  close(): Promise<void>;
}

/** Modes in which the arm may be in motion by our doing: easing to rest after a run included. */
const mayMove = ({ is }: Mode) => is !== "offline" && is !== "disabled" && is !== "stopped";

/** Beats until the arm has said where it stands, and how long it may take, s. */
const SETTLED = 20;
const PATIENCE = 5;

interface Opened {
  readonly arm: Arm;
  readonly scene: Scene;
  readonly clock: Clock;
  readonly gripper?: Gripper | undefined;
  readonly address: string;
  readonly own?: OwnArm | undefined;
  leave(): Promise<unknown>;
}

async function openArm(arm: string): Promise<Opened> {
  const site = siteOf(arm);
  if (site) return openSite(site);
  const [name, address] = arm.split("@");
  if (name !== "sim")
    throw new OnarmError(
      "usage.invalid",
      `--arm ${arm}: no adapter of that name exists yet; use sim, sim@host:port for a twin that runs, intera-ros1@http://host:11311 or intera-ros2 for a Sawyer, ros2-control, gazebo, or a site file`,
    );
  if (address === undefined) {
    const twin = await spawnTwin(sawyer, { timeout: 0.1, linger: 2 });
    return { ...twin, leave: () => twin.end() };
  }
  if (!/^[\w.-]+:\d+$/.test(address))
    throw new OnarmError("usage.invalid", `--arm ${arm}: sim@host:port is meant, as sim@127.0.0.1:40001`);
  const twin = await connectTwin(address, { reconnect: true });
  return { ...twin, address, leave: () => twin.arm.close() };
}

/**
 * Opens an arm, enabled and at rest, and its control loop in mode idle: nothing has moved when this resolves, and nothing does before `start`.
 * @throws "config.invalid" for limits that do not fit the arm or a posture they forbid; "usage.invalid" for an arm nobody knows; "link.lost"
 */
export async function openStation(options: StationOptions): Promise<Station> {
  const limits = limitsOf(sawyer, loadLimits(options.limits), options.limits);
  prioritise();
  const { arm, scene, clock, gripper, address, own, leave } = await openArm(options.arm);
  const description = own?.description ?? sawyer;
  const controller = createController({ arm, scene, clock, description, limits, exploration: limits.exploration });
  const beats = cadence(clock.period);
  const counting = controller.tick$.subscribe({ next: beats.tick, error: () => {} });
  const guards = new Subscription();
  let watchdog: Watchdog | undefined;
  let box: StopSignal | undefined;
  let found: string | undefined;
  const close = async () => {
    counting.unsubscribe();
    await controller.close();
    guards.unsubscribe();
    await watchdog?.close();
    await leave();
  };
  const guard = (dog: Watchdog) => {
    watchdog = dog;
    guards.add(controller.tick$.subscribe({ next: ({ at, mode }) => dog.beat(at, mayMove(mode)), error: () => {} }));
    guards.add(
      dog.event$.subscribe(({ cause }) => {
        // The arm's own word that it is stopped may have come first: then this is what tells why.
        controller.note({ level: "fault", code: cause, text: explain(cause).what });
        controller.stop(cause);
      }),
    );
    guards.add(
      dog.stop$.subscribe((signal) => {
        box = signal;
        if (signal.is !== "released") controller.stop(`stop.${signal.is}`);
      }),
    );
  };
  try {
    limitsOf(description, limits, options.limits);
    let passed = 0;
    const until = clock.now() + PATIENCE;
    await clock.run(() => (++passed >= SETTLED && controller.state() !== undefined) || clock.now() > until);
    const state = controller.state();
    if (!state)
      throw new OnarmError("link.lost", `--arm ${options.arm}: no arm state within ${PATIENCE} s; look at the arm and its link`);
    const wrong = inside(description, limits, state.position);
    if (wrong) throw new OnarmError("config.invalid", `${options.limits}: ${wrong}`, { file: options.limits });
    found = standing(description, limits, state.position);
    guard(await openWatchdog({ arm: address, ...(options.stopBox ? { stopBox: options.stopBox } : {}) }));
  } catch (error) {
    await close();
    throw error;
  }
  const reset = async () => {
    if (box !== undefined && box.is !== "released")
      throw new OnarmError("mode.refused", `reset is refused: the stop box is ${box.is}; release it, or plug it in, first`, {
        box,
      });
    await controller.reset();
  };
  return { arm, scene, clock, gripper, limits, description, own, controller, cadence: beats, found, reset, close };
}
