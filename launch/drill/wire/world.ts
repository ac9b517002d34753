import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openPoseArrayRos1 } from "../../../robot/scenes/poseArrayRos1.ts";
import { OnarmError } from "../../../src/domain/errors.ts";
import type { TwinOptions } from "../../../sim/twin.ts";
import { forkEntry } from "../../fork.ts";
import { openInteraArm } from "../../interaArm.ts";
import { readTrace, TIMEOUT } from "../world.ts";
import type { World } from "../world.ts";
import { openMaster } from "./master.ts";
import type { DrillMaster } from "./master.ts";
import { playedTracker } from "./site.ts";
import type { FromRobot, RobotJob, ToRobot } from "./robotJob.ts";

/** A robot on a master, both processes of the drill's own. */
export interface DrillRobot {
  readonly master: DrillMaster;
  /** What it really did, by its own record. */
  trace(): ReturnType<typeof readTrace>;
  tell(what: ToRobot): void;
  end(): Promise<void>;
}

/** Rejects with "process.lost" and what the robot's process said. */
export async function openRobot(folder: string, start: readonly number[]): Promise<DrillRobot> {
  const master = await openMaster();
  const trace = join(folder, "trace.jsonl");
  writeFileSync(trace, "");
  const job: RobotJob = { master: master.uri, start, timeout: 2 * TIMEOUT, trace };
  const child = forkEntry(new URL("./robotProcess.ts", import.meta.url), { args: [JSON.stringify(job)], detached: true });
  const end = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    }
    await master.kill();
  };
  const gone = once(child, "exit").then((): FromRobot => ({ code: "process.lost", message: "it ended" }));
  const said = await Promise.race([once(child, "message").then(([it]) => it as FromRobot), gone]);
  if ("code" in said) {
    await end();
    throw new OnarmError("process.lost", `the drill's robot does not start: ${said.message}`);
  }
  return { master, trace: () => readTrace(trace), tell: (what) => void (child.connected && child.send(what)), end };
}

/** The embedded arm as a bench finds it over a ROS 1 master: the robot's process, the master's, and the wire between are real. */
export async function ros1World(options: TwinOptions, folder: string): Promise<World> {
  const robot = await openRobot(folder, options.start!);
  try {
    const { arm, clock, node } = await openInteraArm(robot.master.uri);
    const scene = await openPoseArrayRos1(node, playedTracker(), clock);
    // Motors are on, as an arm in use is found; what stands in the scene is set out over the wire too.
    if (options.scene) await scene.arrange(options.scene);
    return {
      ...{ arm, scene, clock, trace: robot.trace, robot },
      relay: { kill: robot.master.kill, again: robot.master.again },
      end: async () => {
        await scene.close();
        await arm.close();
        await robot.end();
      },
    };
  } catch (error) {
    await robot.end();
    throw error;
  }
}
