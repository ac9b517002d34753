import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { OnarmError } from "../../../src/domain/errors.ts";
import type { TwinOptions } from "../../../sim/twin.ts";
import { forkEntry } from "../../fork.ts";
import { openSite, siteOf } from "../../interaArm.ts";
import { readTrace, TIMEOUT } from "../world.ts";
import type { World } from "../world.ts";
import { openMaster } from "./master.ts";
import type { FromRobot, RobotJob, ToRobot } from "./robotJob.ts";

type WireName = RobotJob["wire"];

/** What lies between a robot and control, as far as it is a process: a ROS 2 has none. */
interface Between {
  readonly where: string | number;
  /** As a station names its arm to other processes. */
  readonly address: string;
  kill(): Promise<void>;
  again(): Promise<void>;
}

/** A robot on a graph, all processes of the drill's own. */
export interface DrillRobot {
  readonly between: Between;
  /** What it really did, by its own record. */
  trace(): ReturnType<typeof readTrace>;
  tell(what: ToRobot): void;
  end(): Promise<void>;
}

let domains = 0;
async function openBetween(wire: WireName): Promise<Between> {
  if (wire === "intera-ros1") {
    const { uri, kill, again } = await openMaster();
    return { where: uri, address: uri, kill, again };
  }
  // A domain of its own, on this machine alone.
  process.env["ROS_AUTOMATIC_DISCOVERY_RANGE"] ??= "LOCALHOST";
  const where = 101 + ((process.pid + 13 * domains++) % 100);
  const none = async () => {};
  return { where, address: JSON.stringify({ ...siteOf("intera-ros2"), domain: where }), kill: none, again: none };
}

/** Rejects with "process.lost" and what the robot's process said. */
export async function openRobot(folder: string, start: readonly number[], wire: WireName): Promise<DrillRobot> {
  const between = await openBetween(wire);
  const trace = join(folder, "trace.jsonl");
  writeFileSync(trace, "");
  const job: RobotJob = { wire, where: between.where, start, timeout: 2 * TIMEOUT, trace };
  const child = forkEntry(new URL("./robotProcess.ts", import.meta.url), { args: [JSON.stringify(job)], detached: true });
  const end = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    }
    await between.kill();
  };
  const gone = once(child, "exit").then((): FromRobot => ({ code: "process.lost", message: "it ended" }));
  const said = await Promise.race([once(child, "message").then(([it]) => it as FromRobot), gone]);
  if ("code" in said) {
    await end();
    throw new OnarmError("process.lost", `the drill's robot does not start: ${said.message}`);
  }
  return { between, trace: () => readTrace(trace), tell: (what) => void (child.connected && child.send(what)), end };
}

/** The embedded arm as a bench finds it over a ROS: the robot's process, the master's where there is one, and the wire between are real. */
export async function wireWorld(wire: WireName, options: TwinOptions, folder: string): Promise<World> {
  const robot = await openRobot(folder, options.start!, wire);
  try {
    const { kill, again } = robot.between;
    const { arm, scene, clock, leave } = await openSite(siteOf(`${wire}@${robot.between.where}`)!);
    // Motors are on, as an arm in use is found; what stands in the scene is set out over the wire too.
    if (options.scene) await scene.arrange(options.scene);
    return {
      ...{ arm, scene, clock, trace: robot.trace, robot },
      relay: { kill, again },
      end: async () => {
        await leave();
        await robot.end();
      },
    };
  } catch (error) {
    await robot.end();
    throw error;
  }
}
