import { Option } from "commander";
import { openRos1 } from "../../robot/ros1/node.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import { serveTwin } from "../../sim/twinServer.ts";
import { number, type Verb } from "../cli.ts";
import { siteOf } from "../interaArm.ts";
import { prioritise } from "../priority.ts";
import { speakInteraRos1 } from "../speak/interaRos1.ts";
import { hostTwin } from "../speak/pacedHost.ts";
import { speakTracker } from "../speak/tracker.ts";

interface Options {
  readonly speak?: "intera-ros1";
  readonly masterUri: string;
  readonly timeout: number;
  readonly speedRatio: number;
  readonly disabled?: boolean;
  readonly seconds?: number;
}

export const verb: Verb<Options> = {
  name: "twin",
  summary:
    "be the arm: the embedded simulation in wall time, for another onarm to drive, over its own wire or as a Sawyer on a ROS 1 master",
  options: (command) => {
    command
      .addOption(
        new Option("--speak <protocol>", "speak as a robot does, besides the wire that --arm sim@host:port means").choices([
          "intera-ros1",
        ]),
      )
      .option("--master-uri <uri>", "ROS 1 master to join", process.env.ROS_MASTER_URI || "http://127.0.0.1:11311")
      .option(
        "--timeout <s>",
        "silence after which a velocity is forgotten, as the robot has it until told otherwise",
        number({ min: 0.01, max: 1 }),
        0.2,
      )
      .option("--speed-ratio <share>", "share of full speed in position mode", number({ min: 0.01, max: 1 }), 0.3)
      .option("--disabled", "start with the motors off, as a robot that has just started")
      .option("--seconds <s>", "end after so long; else at Ctrl-C", number({ min: 0.1, max: 1e6 }));
  },
  run: async ({ speak, masterUri, timeout, speedRatio, disabled, seconds }, context) => {
    prioritise();
    const node = speak ? await openRos1({ master: masterUri, name: "realtime_loop" }) : undefined;
    const closers: (() => unknown)[] = [async () => node?.close()];
    try {
      const { twin, periods, ended, close } = await hostTwin(sawyer, { timeout, speedRatio, enabled: disabled !== true });
      closers.push(close);
      const server = await serveTwin(twin, { busy: () => {}, quiet: () => {} });
      closers.push(server.close);
      const spoken = node && (await speakInteraRos1(twin, sawyer, node));
      if (spoken) closers.push(spoken.close);
      if (node) {
        const tracker = await speakTracker(twin, siteOf("intera-ros1")!.scene, node);
        closers.push(() => tracker.unsubscribe());
      }
      node?.fault$.subscribe(context.log);
      context.log(
        `the twin lives: --arm sim@${server.address}${node ? `, or --arm intera-ros1@${node.master}` : ""}; Ctrl-C ends it`,
      );
      let timer: NodeJS.Timeout | undefined;
      const over = new Promise<void>((enough) => {
        context.signal.addEventListener("abort", () => enough(), { once: true });
        if (seconds !== undefined) timer = setTimeout(enough, 1000 * seconds);
      });
      const began = performance.now();
      await Promise.race([over, ended]).finally(() => clearTimeout(timer));
      return {
        seconds: (performance.now() - began) / 1000,
        periods: periods(),
        wire: server.address,
        speaks: speak ?? null,
        ...(node ? { master: node.master, node: node.name } : {}),
        ...spoken?.counts(),
      };
    } finally {
      for (const each of closers.reverse()) await each();
    }
  },
};
