import { Option } from "commander";
import { sawyer } from "../../robot/description/sawyer.ts";
import { serveTwin } from "../../sim/twinServer.ts";
import { integer, number, type Verb } from "../cli.ts";
import { prioritise } from "../priority.ts";
import { hostTwin } from "../speak/pacedHost.ts";
import { protocols, speaker } from "../speak/speaking.ts";
import type { Protocol } from "../speak/speaking.ts";

interface Options {
  readonly speak?: Protocol;
  readonly masterUri: string;
  readonly domain?: number;
  readonly timeout: number;
  readonly speedRatio: number;
  readonly disabled?: boolean;
  readonly seconds?: number;
}

export const verb: Verb<Options> = {
  name: "twin",
  summary:
    "be the arm: the embedded simulation in wall time, for another onarm to drive, over its own wire or as a robot on ROS 1 or ROS 2",
  options: (command) => {
    command
      .addOption(
        new Option("--speak <protocol>", "speak as a robot does, besides the wire that --arm sim@host:port means").choices([
          ...protocols,
        ]),
      )
      .option("--master-uri <uri>", "ROS 1 master to join", process.env.ROS_MASTER_URI || "http://127.0.0.1:11311")
      .option("--domain <id>", "ROS 2 domain to join; ROS_DOMAIN_ID when left out", integer({ max: 232 }))
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
  run: async ({ speak, masterUri, domain, timeout, speedRatio, disabled, seconds }, context) => {
    prioritise();
    const graph = speak && (await speaker(speak, { masterUri, ...(domain === undefined ? {} : { domain }) }));
    const closers: (() => unknown)[] = [async () => graph?.close()];
    try {
      const { twin, periods, ended, close } = await hostTwin(sawyer, { timeout, speedRatio, enabled: disabled !== true });
      closers.push(close);
      const server = await serveTwin(twin, { busy: () => {}, quiet: () => {} });
      closers.push(server.close);
      const spoken = await graph?.begin(twin);
      if (spoken) closers.push(spoken.close);
      graph?.fault$.subscribe(context.log);
      context.log(`the twin lives: --arm sim@${server.address}${spoken ? `, or --arm ${spoken.arm}` : ""}; Ctrl-C ends it`);
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
        ...(spoken ? { ...spoken.where, node: spoken.node } : {}),
        ...spoken?.counts(),
      };
    } finally {
      for (const each of closers.reverse()) await each();
    }
  },
};
