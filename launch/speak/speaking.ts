import { sawyer } from "../../robot/description/sawyer.ts";
import type { Twin } from "../../sim/twin.ts";
import { siteOf } from "../interaArm.ts";
import type { Spoken } from "./intera.ts";

export const protocols = ["intera-ros1", "intera-ros2", "ros2-control"] as const;
export type Protocol = (typeof protocols)[number];

export interface Speaking extends Spoken {
  /** What to say to --arm. */
  readonly arm: string;
  readonly node: string;
  readonly where: Readonly<Record<string, string | number>>;
}

/** Joins a robot's graph, before there is a robot; `begin` lets a twin speak there, with its lab's tracker. Rejects with "link.lost", "config.invalid". */
export async function speaker(
  protocol: Protocol,
  { masterUri, domain }: { readonly masterUri: string; readonly domain?: number },
) {
  const { speakTracker } = await import("./tracker.ts");
  if (protocol === "intera-ros1") {
    const [{ openRos1 }, { speakInteraRos1 }] = await Promise.all([
      import("../../robot/ros1/node.ts"),
      import("./interaRos1.ts"),
    ]);
    const node = await openRos1({ master: masterUri, name: "realtime_loop" });
    const begin = async (twin: Twin): Promise<Speaking> => {
      const spoken = await speakInteraRos1(twin, sawyer, node);
      const tracker = await speakTracker(twin, siteOf(protocol).scene, node);
      const close = () => [tracker, { unsubscribe: spoken.close }].forEach((it) => it.unsubscribe());
      return { counts: spoken.counts, close, arm: `${protocol}@${node.master}`, node: node.name, where: { master: node.master } };
    };
    return { begin, fault$: node.fault$, close: node.close };
  }
  const { openRos2 } = await import("../../robot/ros.ts");
  const node = await openRos2({ name: "realtime_loop", ...(domain === undefined ? {} : { domain }) });
  const begin = async (twin: Twin): Promise<Speaking> => {
    const site = siteOf(protocol)!;
    const spoken =
      site.arm === "ros2-control"
        ? await (await import("./ros2Control.ts")).speakRos2Control(twin, sawyer, node, site)
        : await (await import("./interaRos2.ts")).speakInteraRos2(twin, sawyer, node);
    const tracker = "poses" in site.scene ? await speakTracker(twin, site.scene, node) : undefined;
    const close = () => {
      tracker?.unsubscribe();
      spoken.close();
    };
    return { counts: spoken.counts, close, arm: `${protocol}@${node.domain}`, node: node.name, where: { domain: node.domain } };
  };
  return { begin, fault$: node.fault$, close: node.close };
}
