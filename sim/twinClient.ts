import { defer, Subject, takeUntil } from "rxjs";
import type { Vec3 } from "../src/domain/units.ts";
import { seconds } from "../src/domain/units.ts";
import type { Arm } from "../src/ports/arm.ts";
import type { Clock } from "../src/ports/clock.ts";
import type { Gripper } from "../src/ports/gripper.ts";
import type { Scene } from "../src/ports/scene.ts";
import type { Mishap } from "./gripper.ts";
import { linkedGripper } from "./linkedGripper.ts";
import { pacedClock } from "./pacedClock.ts";
import { openLink } from "./twinLink.ts";
import type { Deed, WorldDeed } from "./wire.ts";

/** What happens to a twin in its physical world, for tests and drills. It stands beside the Arm port: no arm can be asked for any of it. */
export interface TwinWorld {
  /** Outside torques on the commanded joints, N m, until told otherwise. */
  push(torque: readonly number[]): Promise<void>;
  /** A force of somebody's hand on the tip, N in base, until told otherwise. */
  pull(force: Vec3): Promise<void>;
  pressStop(): Promise<void>;
  releaseStop(): Promise<void>;
  squeezeCuff(squeezed: boolean): Promise<void>;
  /** Puts the commanded joints at `q`, rad, at rest. */
  setJoints(q: readonly number[]): Promise<void>;
  /** Something goes wrong with the gripper, until it is told "none". */
  befallGripper(what: Mishap): Promise<void>;
  /** Makes the physics' state a NaN: the next period ends the twin with "physics.invalid". */
  poison(): Promise<void>;
}

/** A twin in wall time, in a process of its own. `clock` is this process's; closing the arm closes the link and the clock, not the twin. */
export interface PacedTwin {
  readonly arm: Arm;
  readonly scene: Scene;
  readonly gripper: Gripper;
  readonly clock: Clock;
  readonly world: TwinWorld;
}

export interface ConnectOptions {
  /**
   * Looks for the twin again when the link was lost. Streams end with "link.lost" all the same; who subscribes anew gets the new link once
   * there is one. Until then commands are refused, and nothing is enabled or repeated on coming back.
   */
  readonly reconnect?: boolean;
}

/** ms from one try to find the twin again to the next. */
const RETRY = 100;

/** Opens a link to a paced twin at "host:port". Rejects with "link.lost" when nobody answers there. */
export async function connectTwin(address: string, { reconnect = false }: ConnectOptions = {}): Promise<PacedTwin> {
  let link = await openLink(address);
  const { joints, period } = link.hello;
  const clock = pacedClock(seconds(period));
  let closed = false;

  const seek = async () => {
    while (reconnect && (await link.gone) && !closed) {
      await new Promise((later) => setTimeout(later, RETRY));
      const found = await openLink(address).catch(() => undefined);
      if (closed) found?.close();
      else if (found) link = found;
    }
  };
  void seek();

  const ask = (deed: Deed | WorldDeed) => link.ask(deed);
  const arm: Arm = {
    name: "twin",
    joints,
    state$: defer(() => link.state$),
    status$: defer(() => link.status$),
    send: (command) => link.send(command),
    halt: () => link.ask({ op: "halt" }, "link.lost"),
    reset: () => ask({ op: "reset" }),
    enable: () => ask({ op: "enable" }),
    async close() {
      closed = true;
      clock.close();
      link.close();
    },
  };
  const unseen$ = new Subject<void>();
  const scene: Scene = {
    name: "twin",
    scene$: defer(() => link.scene$).pipe(takeUntil(unseen$)),
    arrange: (spec) => ask({ op: "arrange", spec }),
    close: async () => unseen$.next(),
  };
  const world: TwinWorld = {
    push: (torque) => ask({ op: "push", torque }),
    pull: (force) => ask({ op: "pull", force }),
    pressStop: () => ask({ op: "pressStop" }),
    releaseStop: () => ask({ op: "releaseStop" }),
    squeezeCuff: (squeezed) => ask({ op: "squeezeCuff", squeezed }),
    setJoints: (q) => ask({ op: "setJoints", q }),
    befallGripper: (what) => ask({ op: "befallGripper", what }),
    poison: () => ask({ op: "poison" }),
  };
  return { arm, scene, gripper: linkedGripper(() => link), clock, world };
}
