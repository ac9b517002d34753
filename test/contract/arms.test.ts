import { firstValueFrom, lastValueFrom, take } from "rxjs";
import { sawyer } from "../../robot/description/sawyer.ts";
import { connectTwin, spawnTwin } from "../../sim/pacedTwin.ts";
import type { SpawnedTwin } from "../../sim/pacedTwin.ts";
import { createTwin } from "../../sim/twin.ts";
import { fakeArm } from "../support/fakeArm.ts";
import { itKeepsTheArmContract } from "./arm.contract.ts";

itKeepsTheArmContract("the fake", async () => fakeArm());

itKeepsTheArmContract("the lockstep twin", async () => {
  const { arm, clock } = await createTwin(sawyer, { timeout: 0.1 });
  return { arm, tick: () => clock.run(() => true) };
});

describe("one paced twin for many links", () => {
  let twin: SpawnedTwin | undefined;
  after(() => twin?.end());

  itKeepsTheArmContract("the paced twin", async () => {
    twin ??= await spawnTwin(sawyer, { timeout: 0.1 });
    const { arm, clock } = await connectTwin(twin.address);
    // The one before may have left it stopped: an operator clears that by hand.
    if ((await firstValueFrom(arm.status$)).stopped) await arm.reset();
    await arm.enable();
    // Nor need it have come to rest: its own time-out sees to that.
    await lastValueFrom(arm.state$.pipe(take(25)));
    return { arm, tick: () => clock.run(() => true) };
  });
});

itKeepsTheArmContract("the arm at TEST_ARM", undefined, "no adapter for hardware exists yet; set TEST_ARM once there is one");
