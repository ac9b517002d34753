import { Option } from "commander";
import { number, type Verb, integer } from "../cli.ts";
import { openGraph, requireGraph } from "../graph/graph.ts";
import type { Rights } from "../graph/protocol.ts";
import { LIMITS_FILE } from "../sawyer.ts";
import { openStation } from "../station.ts";

interface Options {
  readonly arm: string;
  readonly limits: string;
  readonly rights: Rights;
  readonly domain?: number;
  readonly stopBox?: string;
  readonly seconds?: number;
}

export const verb: Verb<Options> = {
  name: "graph",
  summary:
    "show an arm to others on a ROS 2 graph, without a policy: joints, frames, diagnostics, stop; with rights to operate also trajectories",
  options: (command) => {
    command
      .option("--arm <name>", "as of run", "sim")
      .option("--limits <file>", "what the arm may do", LIMITS_FILE)
      .addOption(
        new Option("--rights <rights>", "of whoever is on that graph: watch (and stop), or operate: reset, enable, trajectories")
          .choices(["watch", "operate"])
          .default("watch"),
      )
      .option("--domain <id>", "ROS 2 domain to be seen in; ROS_DOMAIN_ID when left out", integer({ max: 232 }))
      .option("--stop-box <port>", "serial port of the stop box")
      .option("--seconds <s>", "end after so long; else at Ctrl-C", number({ min: 0.1, max: 1e6 }));
  },
  run: async ({ arm, limits: file, rights, domain, stopBox, seconds }, context) => {
    requireGraph();
    const station = await openStation({ arm, limits: file, ...(stopBox ? { stopBox } : {}) });
    const { controller, clock, description, limits } = station;
    const closers: (() => Promise<unknown>)[] = [station.close];
    try {
      if (station.found) context.log(station.found);
      const graph = await openGraph({
        ...{ controller, description, limits, rights },
        facts: { arm: description.name, limits: file, bundle: "none" },
        reset: station.reset,
        log: context.log,
        ...(domain === undefined ? {} : { domain }),
      });
      closers.push(controller.close, graph.close);
      context.log(
        `${graph.node} is in ROS domain ${graph.domain}, with rights to ${rights} (the graph's process ${graph.pid}); Ctrl-C ends it`,
      );
      const began = clock.now();
      await clock.run(() => context.signal.aborted || clock.now() - began >= (seconds ?? Infinity));
      const mode = controller.mode();
      return {
        seconds: clock.now() - began,
        node: graph.node,
        domain: graph.domain,
        rights,
        mode: mode.is,
        ...controller.counters(),
      };
    } finally {
      for (const close of closers.reverse()) await close();
    }
  },
};
