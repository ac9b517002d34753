import { firstValueFrom, lastValueFrom, take } from "rxjs";
import { speakInteraRos1 } from "../../launch/speak/interaRos1.ts";
import { hostTwin } from "../../launch/speak/pacedHost.ts";
import type { PacedHost } from "../../launch/speak/pacedHost.ts";
import { openInteraRos1 } from "../../robot/arms/interaRos1.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import { openRos1 } from "../../robot/ros1/node.ts";
import type { Ros1 } from "../../robot/ros1/node.ts";
import { pacedClock } from "../../sim/pacedClock.ts";
import { seconds } from "../../src/domain/units.ts";
import type { Arm } from "../../src/ports/arm.ts";
import type { Clock } from "../../src/ports/clock.ts";

/** A twin that speaks as a Sawyer on a master. */
export interface RosTwin extends PacedHost {
  readonly node: Ros1;
}

export async function rosTwin(master: string): Promise<RosTwin> {
  const node = await openRos1({ master, name: "realtime_loop", host: "127.0.0.1" });
  const host = await hostTwin(sawyer, { timeout: 0.2 });
  const spoken = await speakInteraRos1(host.twin, sawyer, node);
  return {
    ...host,
    node,
    async close() {
      spoken.close();
      await host.close();
      await node.close();
    },
  };
}

/** An arm of the adapter's on a master, found as it is; closing it closes its node. */
export async function rosArm(master: string): Promise<{ arm: Arm; clock: Clock; node: Ros1 }> {
  const node = await openRos1({ master, name: "onarm", host: "127.0.0.1" });
  const clock = pacedClock(seconds(0.01));
  const end = async () => {
    clock.close();
    await node.close();
  };
  try {
    const arm = await openInteraRos1({ node, joints: sawyer.commanded, clock });
    return { arm: { ...arm, close: () => arm.close().then(end) }, clock, node };
  } catch (error) {
    await end();
    throw error;
  }
}

/** As the contract has it: enabled and at rest. One node serves one arm after the other. */
export async function rosBench(node: Ros1) {
  const clock = pacedClock(seconds(0.01));
  const arm = await openInteraRos1({ node, joints: sawyer.commanded, clock });
  if ((await firstValueFrom(arm.status$)).stopped) await arm.reset();
  await arm.enable();
  await lastValueFrom(arm.state$.pipe(take(25)));
  return { arm: { ...arm, close: () => arm.close().finally(clock.close) }, tick: () => clock.run(() => true) };
}
