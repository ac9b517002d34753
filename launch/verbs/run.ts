import { mkdir } from "node:fs/promises";
import path from "node:path";
import { Option } from "commander";
import { integer, number, type Verb } from "../cli.ts";
import { pageFlags } from "../pageFlags.ts";
import { driveArm } from "../running/drive.ts";
import type { DriveOptions } from "../running/driveOptions.ts";
import { rewardSources } from "../running/rewards.ts";
import { LIMITS_FILE } from "../sawyer.ts";
import { telemetryFlags } from "../telemetryFlags.ts";

export const verb: Verb<DriveOptions> = {
  name: "run",
  summary: "drive an arm in wall time with a bundle, without learning; record it, and show it to an operator",
  options: (command) => {
    telemetryFlags(pageFlags(command))
      .option(
        "--arm <name>",
        "sim, sim@host:port for a twin that runs, intera-ros1@http://host:11311, intera-ros2, ros2-control, gazebo, or a site file",
        "sim",
      )
      .option("--bundle <dir>", "the policy that drives; the shipped one when left out")
      .option(
        "--promoted <dir>",
        "drive what the gate of this folder has promoted, and roll it back if it does worse than what drove before",
      )
      .option("--canary <pairs>", "scenes tried under both after a promotion; 0: none", integer({ max: 10_000 }), 40)
      .option("--limits <file>", "what the arm may do", LIMITS_FILE)
      .option("--task <n>", "which of the bundle's training scenes to stay in; all of them in turn when left out", integer())
      .option(
        "--context <n>",
        "with --task: episodes that explore it first, so that what is wanted there is found out",
        integer({ max: 20 }),
        0,
      )
      .addOption(
        new Option("--reward <source>", "with --context: who says what an explored episode was worth")
          .choices([...rewardSources])
          .default("task"),
      )
      .option("--confirm-resets", "a scene that the arm cannot set out itself is set out when an operator confirms it")
      .option("--seconds <s>", "end after so long; else at Ctrl-C", number({ min: 0.1, max: 1e6 }))
      .option("--episodes <n>", "end after so many episodes", integer({ min: 1 }))
      .option("--stop-box <port>", "serial port of the stop box; without it only the page and the arm's own button stop")
      .addOption(
        new Option(
          "--graph <rights>",
          "show the arm on a ROS 2 graph too; whoever is there may watch (and stop), or operate: reset, enable, take over, trajectories",
        ).choices(["watch", "operate"]),
      )
      .option("--headless", "no page: a stop ends the run");
  },
  run: async (options, context) => {
    const directory = path.resolve(context.out ?? `out/run-${context.seed}`);
    return driveArm(options, context, async () => {
      await mkdir(directory, { recursive: true });
      return directory;
    });
  },
};
