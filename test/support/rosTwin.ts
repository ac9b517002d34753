import { firstValueFrom, lastValueFrom, take } from "rxjs";
import { siteOf } from "../../launch/interaArm.ts";
import { speakInteraRos1 } from "../../launch/speak/interaRos1.ts";
import { hostTwin } from "../../launch/speak/pacedHost.ts";
import type { PacedHost } from "../../launch/speak/pacedHost.ts";
import { speakTracker } from "../../launch/speak/tracker.ts";
import { openInteraRos1 } from "../../robot/arms/interaRos1.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import { openRos1 } from "../../robot/ros1/node.ts";
import type { Ros1 } from "../../robot/ros1/node.ts";
import { pacedClock } from "../../sim/pacedClock.ts";
import { seconds } from "../../src/domain/units.ts";

/** A twin that speaks as a Sawyer on a master, with its lab's tracker. */
export interface RosTwin extends PacedHost {
  readonly node: Ros1;
}

/** The site that such a twin plays. */
export const twinSite = siteOf("intera-ros1")!;

export async function rosTwin(master: string): Promise<RosTwin> {
  const node = await openRos1({ master, name: "realtime_loop", host: "127.0.0.1" });
  const host = await hostTwin(sawyer, { timeout: 0.2 });
  const spoken = await speakInteraRos1(host.twin, sawyer, node);
  const tracker = await speakTracker(host.twin, twinSite.scene, node);
  return {
    ...host,
    node,
    async close() {
      spoken.close();
      tracker.unsubscribe();
      await host.close();
      await node.close();
    },
  };
}

/** An arm of the adapter's as it is found. One node serves one arm after the other. */
export async function rosArm(node: Ros1) {
  const clock = pacedClock(seconds(0.01));
  const arm = await openInteraRos1({ node, joints: sawyer.commanded, clock });
  return { arm: { ...arm, close: () => arm.close().finally(clock.close) }, clock, tick: () => clock.run(() => true) };
}

/** As the contract has it: enabled and at rest. */
export async function rosBench(node: Ros1) {
  const bench = await rosArm(node);
  const { arm } = bench;
  if ((await firstValueFrom(arm.status$)).stopped) await arm.reset();
  await arm.enable();
  await lastValueFrom(arm.state$.pipe(take(25)));
  return bench;
}
