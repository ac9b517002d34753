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
import { openRos2 } from "../../robot/ros.ts";
import type { Ros2 } from "../../robot/ros.ts";
import { controlSite, interaSite, ros2Bench, ros2Domain, ros2Twin } from "../support/ros2.ts";
import type { Ros2Twin } from "../support/ros2.ts";
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

for (const [name, site] of [
  ["intera-ros2", interaSite],
  ["ros2-control, by velocities", controlSite("velocity")],
  ["ros2-control, by positions", controlSite("position")],
  ["ros2-control, by trajectories", controlSite("trajectory")],
] as const)
  describe(`a robot on ROS 2 as ${name}`, () => {
    let robot: Ros2Twin | undefined;
    let node: Ros2 | undefined;
    before(async function () {
      const domain = ros2Domain(this, ...(site.arm === "intera-ros2" ? ["intera_core_msgs"] : []));
      robot = await ros2Twin(domain, site);
      node = await openRos2({ name: "onarm", domain });
    });
    after(async () => {
      await node?.close();
      await robot?.close();
    });

    itKeepsTheArmContract(name, () => ros2Bench(node!, site));
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
