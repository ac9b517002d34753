import { firstValueFrom, lastValueFrom, take } from "rxjs";
import { siteOf } from "../../launch/interaArm.ts";
import { speakInteraRos2 } from "../../launch/speak/interaRos2.ts";
import { hostTwin } from "../../launch/speak/pacedHost.ts";
import type { PacedHost } from "../../launch/speak/pacedHost.ts";
import { speakRos2Control } from "../../launch/speak/ros2Control.ts";
import { speakTracker } from "../../launch/speak/tracker.ts";
import { openInteraRos2 } from "../../robot/arms/interaRos2.ts";
import { openRos2Control } from "../../robot/arms/ros2Control.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import { openRos2 } from "../../robot/ros.ts";
import type { Ros2 } from "../../robot/ros.ts";
import { hasPackage, missingRos2 } from "../../robot/ros2/sourced.ts";
import type { ControlSite, PosesScene, Ros2Site } from "../../robot/sites/site.ts";
import { pacedClock } from "../../sim/pacedClock.ts";
import type { Arm } from "../../src/ports/arm.ts";
import { seconds } from "../../src/domain/units.ts";
import { skip } from "./skip.ts";

let domains = 0;

/** A domain of one's own, on this machine alone. The test, or its suite, is skipped where no ROS 2 is sourced. */
export function ros2Domain(context: Mocha.Context, ...packages: readonly string[]): number {
  const missing = missingRos2(process.env);
  if (missing !== undefined) skip(context, missing);
  const lacking = packages.filter((name) => !hasPackage(name, process.env));
  if (lacking.length > 0)
    skip(context, `a ROS 2 is sourced, but not ${lacking.join(", ")}: build robot/interfaces with colcon and source it`);
  process.env["ROS_AUTOMATIC_DISCOVERY_RANGE"] ??= "LOCALHOST";
  return 1 + ((process.pid * 7 + domains++) % 100);
}

/** A twin that speaks as a robot does on ROS 2, with its lab's tracker. */
export interface Ros2Twin extends PacedHost {
  readonly node: Ros2;
  counts(): { readonly commands: number; readonly ignored: number };
}
type Command = ControlSite["command"];

const shipped = siteOf("ros2-control") as ControlSite;
export const controlSite = (kind: Command["interface"]): ControlSite => ({
  ...shipped,
  command: { interface: kind, topic: `/${kind}_controller/commands` },
});
export const interaSite = siteOf("intera-ros2") as Extract<Ros2Site, { arm: "intera-ros2" }>;

/** `site`: what it plays. */
export async function ros2Twin(domain: number, site: Ros2Site = interaSite): Promise<Ros2Twin> {
  const node = await openRos2({ name: "realtime_loop", domain });
  const host = await hostTwin(sawyer, { timeout: 0.2, enabled: true });
  const spoken =
    site.arm === "ros2-control"
      ? await speakRos2Control(host.twin, sawyer, node, site)
      : await speakInteraRos2(host.twin, sawyer, node);
  const tracker = await speakTracker(host.twin, site.scene as PosesScene, node);
  return {
    ...host,
    node,
    counts: spoken.counts,
    async close() {
      spoken.close();
      tracker.unsubscribe();
      await host.close();
      await node.close();
    },
  };
}

/** An arm of the adapter's as it is found. One node serves one arm after the other. */
export async function ros2Arm(node: Ros2, site: Ros2Site = interaSite) {
  const clock = pacedClock(seconds(0.01));
  const shared = { node, joints: sawyer.commanded, clock };
  const arm: Arm = await (site.arm === "ros2-control" ? openRos2Control({ ...shared, site }) : openInteraRos2(shared));
  return { arm: { ...arm, close: () => arm.close().finally(clock.close) }, clock, tick: () => clock.run(() => true) };
}

/** As the contract has it: enabled and at rest. */
export async function ros2Bench(node: Ros2, site: Ros2Site = interaSite) {
  const bench = await ros2Arm(node, site);
  const { arm } = bench;
  if ((await firstValueFrom(arm.status$)).stopped) await arm.reset();
  await arm.enable();
  await lastValueFrom(arm.state$.pipe(take(25)));
  return bench;
}
