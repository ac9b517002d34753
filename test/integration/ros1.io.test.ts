import { expect } from "chai";
import { filter, firstValueFrom, take, toArray } from "rxjs";
import { openSite, siteOf } from "../../launch/interaArm.ts";
import type { Ros1Site } from "../../robot/sites/site.ts";
import { gripperOver, gripperCommand, gripperState } from "../../robot/grippers/interaIo.ts";
import { openInteraElectric } from "../../robot/grippers/interaElectric.ts";
import { timeOf } from "../../robot/ros1/messages.ts";
import { openRos1 } from "../../robot/ros1/node.ts";
import type { Ros1 } from "../../robot/ros1/node.ts";
import { overRos1 } from "../../robot/ros1/wire.ts";
import { metres, seconds } from "../../src/domain/units.ts";
import { outcome } from "../contract/arm.contract.ts";
import { itKeepsTheGripperContract } from "../contract/gripper.contract.ts";
import { interaResponder } from "../support/interaResponder.ts";
import { until } from "../support/mosquitto.ts";
import { rosMaster } from "../support/rosmaster.ts";
import type { RosMaster } from "../support/rosmaster.ts";
import { rosBench, rosTwin } from "../support/rosTwin.ts";
import type { RosTwin } from "../support/rosTwin.ts";

const host = "127.0.0.1";
const health = { tag: "ready", id: "io/ready", detail: "" };

describe("a Sawyer's IO devices on a real ROS 1 master", function () {
  this.timeout(60_000);
  let master: RosMaster;
  let node: Ros1;
  before(async function () {
    master = await rosMaster(this);
    node = await openRos1({ master: master.uri, name: "onarm", host });
  });
  after(async () => {
    await node?.close();
    await master?.kill();
  });

  /** A gripper whose other end can be made to fail, with the whole wire between. */
  itKeepsTheGripperContract("Intera's electric gripper over ROS 1", async () => {
    const robot = interaResponder();
    const there = await openRos1({ master: master.uri, name: "realtime_loop", host });
    const telling = await there.speak(gripperState, "intera_core_msgs/IODeviceStatus");
    const ros = ({ sec, nanosec }: { readonly sec: number; readonly nanosec: number }) => ({ sec, nsec: nanosec });
    const { publish, status$ } = robot.link;
    status$.subscribe(({ signals, commands }) =>
      telling.publish({
        ...{ time: timeOf(Date.now() / 1000), device: { name: "right_gripper", status: health }, ports: [], responses: [] },
        signals: signals.map((it) => ({ ...it, status: health })),
        commands: commands.map(ros),
      }),
    );
    there
      .hear(gripperCommand, "intera_core_msgs/IOComponentCommand")
      .message$.subscribe(({ time: { sec, nsec }, args }) => publish({ time: { sec, nanosec: nsec }, op: "set", args }));
    // One of its own: who published before and left is not forgotten at once.
    const here = await openRos1({ master: master.uri, name: "onarm", host });
    const link = await gripperOver(overRos1(here));
    await until("the gripper's connection", () => telling.subscribers().length > 0);
    const opening = openInteraElectric({
      link,
      closedGap: metres(0),
      repeat: seconds(0.02),
      patience: { answer: seconds(1), motion: seconds(20), calibration: seconds(20) },
    });
    robot.tellAgain();
    const gripper = await opening;
    const close = async () => {
      await gripper.close();
      robot.close();
      await Promise.all([here.close(), there.close()]);
    };
    return {
      ...robot,
      gripper: { ...gripper, close },
      tolerance: 0.0021,
      asked: () => robot.seen.commands,
      calibrations: () => robot.seen.calibrations,
      cut: () => there.close(),
    };
  });

  describe("of a twin", () => {
    let robot: RosTwin;
    before(async () => {
      robot = await rosTwin(master.uri);
    });
    after(() => robot?.close());
    const fingers = () =>
      firstValueFrom(robot.twin.message$).then(({ name, position }) =>
        position.filter((_, k) => name[k]!.endsWith("_finger_joint")).reduce((sum, travel) => sum + travel, 0),
      );

    it("the gripper is calibrated, opens and closes its physical fingers, and says where they are", async () => {
      const gripper = await openInteraElectric({ link: await gripperOver(overRos1(node)) });
      const [closed, open] = gripper.range;
      expect(await outcome(gripper.move(open))).to.equal("gripper.failed");
      await gripper.calibrate();
      for (const width of [open, metres((closed + open) / 2), closed]) {
        const state = await gripper.move(width);
        expect(state).to.include({ moving: false, ready: true });
        expect(state.width).to.be.closeTo(width, 0.0021);
        expect(await fingers()).to.be.closeTo(width - closed, 0.0021);
      }
      await gripper.close();
    });

    it("a site that names the gripper has it for its arm, and one that names none has none", async () => {
      const site = siteOf(`intera-ros1@${master.uri}`) as Ros1Site;
      const { gripper, leave } = await openSite(site);
      await gripper!.calibrate();
      expect((await gripper!.move(gripper!.range[1])).width).to.be.closeTo(gripper!.range[1], 0.0021);
      await leave();
      const { gripper: none, ...bare } = site;
      const without = await openSite(bare);
      expect([none, without.gripper]).to.deep.equal(["intera-electric", undefined]);
      await without.leave();
    });

    it("a squeezed cuff shows in the arm's status at once, and the arm takes no command while it is", async () => {
      const { arm } = await rosBench(node);
      expect(await firstValueFrom(arm.status$.pipe(filter(({ cuff }) => cuff !== undefined)))).to.include({ cuff: false });
      robot.twin.squeezeCuff(true);
      const status = await firstValueFrom(arm.status$.pipe(filter(({ cuff }) => cuff === true)));
      expect(status).to.include({ enabled: true, stopped: false });
      const [before] = await firstValueFrom(arm.state$.pipe(take(1), toArray()));
      arm.send({ kind: "velocity", value: [0.3, 0, 0, 0, 0, 0, 0], period: seconds(0.01) }).subscribe();
      const after = await firstValueFrom(arm.state$.pipe(take(20), toArray()));
      expect(after.at(-1)!.position[0]).to.be.closeTo(before!.position[0]!, 0.002);
      robot.twin.squeezeCuff(false);
      await firstValueFrom(arm.status$.pipe(filter(({ cuff }) => cuff === false)));
      await arm.close();
    });
  });
});
