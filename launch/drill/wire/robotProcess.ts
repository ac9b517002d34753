import { closeSync, openSync, writeSync } from "node:fs";
import process from "node:process";
import { sawyer } from "../../../robot/description/sawyer.ts";
import type { Twin } from "../../../sim/twin.ts";
import { isOnarmError } from "../../../src/domain/errors.ts";
import { prioritise } from "../../priority.ts";
import { hostTwin } from "../../speak/pacedHost.ts";
import { speakTracker } from "../../speak/tracker.ts";
import { ailing } from "./ailing.ts";
import { playedTracker } from "./site.ts";
import type { FromRobot, RobotJob, ToRobot } from "./robotJob.ts";

/** argv: a RobotJob as JSON. Told and telling by the channel of whoever forked it; ends with that channel. */
const { wire, where, start, timeout, trace } = JSON.parse(process.argv[2]!) as RobotJob;
const say = (message: FromRobot) => process.send?.(message);

/** Joins the graph of either ROS: what speaks there, with topics that can fail. */
async function joined() {
  const name = "realtime_loop";
  if (wire === "intera-ros1") {
    const node = await (await import("../../../robot/ros1/node.ts")).openRos1({ master: String(where), name });
    const robot = ailing(node);
    const { speakInteraRos1 } = await import("../../speak/interaRos1.ts");
    return { robot, speak: (twin: Twin) => speakInteraRos1(twin, sawyer, robot.node), close: node.close };
  }
  const node = await (await import("../../../robot/ros.ts")).openRos2({ domain: Number(where), name });
  const robot = ailing(node);
  const { speakInteraRos2 } = await import("../../speak/interaRos2.ts");
  return { robot, speak: (twin: Twin) => speakInteraRos2(twin, sawyer, robot.node), close: node.close };
}

async function main() {
  const { robot, speak, close } = await joined();
  const host = await hostTwin(sawyer, { timeout, start });
  const file = openSync(trace, "a");
  const tracing = host.twin.trace$.subscribe({ next: (point) => writeSync(file, JSON.stringify(point) + "\n"), error: () => {} });
  const spoken = await speak(host.twin);
  const tracker = await speakTracker(host.twin, playedTracker(), robot.node);
  const end = async () => {
    tracing.unsubscribe();
    spoken.close();
    tracker.unsubscribe();
    await host.close();
    await close();
    closeSync(file);
    process.exit(0);
  };
  process.on("disconnect", () => void end());
  process.on("message", (told: ToRobot) => {
    if ("ails" in told) robot.ails(told.ails, told.how);
    else if ("deaf" in told) robot.deaf(told.deaf);
    else if ("well" in told) robot.well();
    else void end();
  });
  say({ ready: true });
}

// A robot's own computer is not held up by whoever drives it.
prioritise();
main().catch((error: unknown) => {
  say(isOnarmError(error) ? { code: error.code, message: error.message } : { code: "process.lost", message: String(error) });
  process.exit(1);
});
