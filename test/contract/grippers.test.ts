import { openInteraElectric } from "../../robot/grippers/interaElectric.ts";
import { openRobotiq2f } from "../../robot/grippers/robotiq2f.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import { connectTwin } from "../../sim/pacedTwin.ts";
import { createTwin } from "../../sim/twin.ts";
import { serveTwin } from "../../sim/twinServer.ts";
import { metres, seconds } from "../../src/domain/units.ts";
import { interaResponder } from "../support/interaResponder.ts";
import { needsSocat, openPty } from "../support/pty.ts";
import { robotiqResponder } from "../support/robotiqResponder.ts";
import { twinFingers } from "../support/twinFingers.ts";
import { itKeepsTheGripperContract } from "./gripper.contract.ts";

const ends: (() => void | Promise<void>)[] = [];
afterEach(() => Promise.all(ends.splice(0).map((end) => end())));

itKeepsTheGripperContract("Intera's electric gripper", async () => {
  const robot = interaResponder();
  ends.push(robot.close);
  const gripper = await openInteraElectric({
    link: robot.link,
    closedGap: metres(0),
    repeat: seconds(0.02),
    patience: { answer: seconds(0.2), motion: seconds(20), calibration: seconds(20) },
  });
  return { ...robot, gripper, tolerance: 0.0021, asked: () => robot.seen.commands, calibrations: () => robot.seen.calibrations };
});

itKeepsTheGripperContract("the lockstep twin's", async () => {
  const bench = twinFingers();
  ends.push(bench.close);
  return bench;
});

itKeepsTheGripperContract("the linked twin's", async () => {
  const bench = twinFingers();
  const twin = await createTwin(sawyer);
  const { gripper, befall: befallGripper } = bench;
  const server = await serveTwin({ ...twin, gripper, befallGripper }, { busy: () => {}, quiet: () => {} });
  const client = await connectTwin(server.address);
  ends.push(async () => {
    await client.arm.close();
    server.close();
    await twin.arm.close();
    bench.close();
  });
  return { ...bench, gripper: client.gripper, cut: server.close };
});

describe("over a port of the operating system", () => {
  before(function () {
    needsSocat(this);
  });
  itKeepsTheGripperContract("a Robotiq 2F-85", async () => {
    const pty = await openPty();
    const device = robotiqResponder(pty);
    const gripper = await openRobotiq2f({
      path: pty.path,
      model: "2F-85",
      look: seconds(0.005),
      patience: { answer: seconds(0.2), motion: seconds(20), calibration: seconds(20) },
    });
    ends.push(async () => {
      await gripper.close();
      device.close();
      await pty.unplug();
    });
    return {
      ...device,
      gripper,
      tolerance: 0.001,
      asked: () => device.seen.writes,
      calibrations: () => device.seen.activations,
      cut: pty.unplug,
    };
  });
});
