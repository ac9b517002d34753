import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sawyer } from "../../robot/description/sawyer.ts";
import { connectTwin, spawnTwin } from "../../sim/pacedTwin.ts";
import type { Mishap } from "../../sim/gripper.ts";
import { spawnRelay } from "../../sim/relay.ts";
import { createTwin } from "../../sim/twin.ts";
import type { TracePoint, TwinOptions } from "../../sim/twin.ts";
import { postureAt } from "../../src/control/startPosture.ts";
import type { Limits } from "../../src/domain/arm.ts";
import type { Arm } from "../../src/ports/arm.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Gripper } from "../../src/ports/gripper.ts";
import type { Scene } from "../../src/ports/scene.ts";
import { START_TIP } from "../../src/tasks/sawyer.ts";
import type { DrillRobot } from "./wire/world.ts";

/** A link process to be killed, and to come back at the same place. */
export interface Relayed {
  kill(): Promise<void>;
  again(): Promise<void>;
}

/** A gripper, and what may befall it. */
export interface FailingGripper {
  readonly port: Gripper;
  befall(what: Mishap): void;
}

/** An embedded arm as a bench finds it, in virtual or in wall time. */
export interface World {
  readonly arm: Arm;
  readonly scene: Scene;
  readonly clock: Clock;
  readonly gripper?: FailingGripper;
  readonly trace: () => TracePoint[];
  readonly end: () => Promise<void>;
  readonly poison?: () => void;
  readonly relay?: Relayed;
  /** The robot's side of a wire, which can be told to fail. */
  readonly robot?: DrillRobot;
}

export async function lockstepWorld(options: TwinOptions): Promise<World> {
  const twin = await createTwin(sawyer, options);
  const points: TracePoint[] = [];
  twin.trace$.subscribe({ next: (point) => points.push(point), error: () => {} });
  const { arm, scene, clock, poison } = twin;
  const gripper = { port: twin.gripper, befall: twin.befallGripper };
  return { arm, scene, clock, gripper, poison, trace: () => points, end: () => arm.close() };
}

export async function pacedWorld(options: TwinOptions, folder: string, relayed: boolean): Promise<World> {
  const file = join(folder, "trace.jsonl");
  const twin = await spawnTwin(sawyer, { ...options, linger: 1, trace: file });
  const trace = () => readTrace(file);
  const gripper = { port: twin.gripper, befall: (what: Mishap) => void twin.world.befallGripper(what) };
  if (!relayed) return { arm: twin.arm, scene: twin.scene, clock: twin.clock, gripper, trace, end: () => twin.end() };
  let between = await spawnRelay(twin.address);
  const { arm, scene, clock } = await connectTwin(between.address, { reconnect: true });
  return {
    arm,
    scene,
    clock,
    trace,
    relay: {
      kill: () => between.kill(),
      again: async () => void (between = await spawnRelay(twin.address, Number(between.address.split(":")[1]))),
    },
    end: async () => {
      await arm.close();
      await between.end();
      await twin.end();
    },
  };
}

/** The lines of a trace; the last may be half written. */
export const readTrace = (file: string): TracePoint[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as TracePoint);

/** Where the embedded arm stands when a drill begins: the start of every episode, so that no row waits for a way there. */
export const startOf = (limits: Limits) => (start ??= postureAt(sawyer, limits, START_TIP));
let start: number[] | undefined;

/** Silence after which the arm itself forgets a command, s: what every drill runs with. */
export const TIMEOUT = 0.1;
