import { firstValueFrom, lastValueFrom, take } from "rxjs";
import { sawyer } from "../../robot/description/sawyer.ts";
import { openRos1 } from "../../robot/ros1/node.ts";
import type { Ros1 } from "../../robot/ros1/node.ts";
import { connectTwin, spawnTwin } from "../../sim/pacedTwin.ts";
import type { SpawnedTwin } from "../../sim/pacedTwin.ts";
import { createTwin } from "../../sim/twin.ts";
import { fakeArm } from "../support/fakeArm.ts";
import { rosMaster } from "../support/rosmaster.ts";
import type { RosMaster } from "../support/rosmaster.ts";
import { rosBench, rosTwin } from "../support/rosTwin.ts";
import type { RosTwin } from "../support/rosTwin.ts";
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

describe("a robot on a ROS 1 master", () => {
  let master: RosMaster | undefined;
  let robot: RosTwin | undefined;
  let node: Ros1 | undefined;
  before(async function () {
    this.timeout(60_000);
    master = await rosMaster(this);
    robot = await rosTwin(master.uri);
    node = await openRos1({ master: master.uri, name: "onarm", host: "127.0.0.1" });
  });
  after(async () => {
    await node?.close();
    await robot?.close();
    await master?.kill();
  });

  itKeepsTheArmContract("intera-ros1", () => rosBench(node!));
});

/** ROS 1 master of a Sawyer, as http://robot:11311. The suite moves the arm: a person stands beside it with its red button. */
const real = process.env["TEST_ARM"];
describe("hardware", () => {
  let node: Ros1 | undefined;
  after(() => node?.close());

  itKeepsTheArmContract(
    "the arm at TEST_ARM",
    real === undefined ? undefined : async () => rosBench((node ??= await openRos1({ master: real, name: "onarm" }))),
    "no robot is named; TEST_ARM=http://robot:11311 tries a Sawyer on its own ROS 1 master, and moves it",
  );
});
