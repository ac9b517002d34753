import { expect } from "chai";
import { controllerInput } from "../../../robot/arms/controllerInput.ts";
import type { Messages2, MessageType2 } from "../../../robot/ros2/messages.ts";
import type { ControlSite } from "../../../robot/sites/site.ts";
import type { Spoken } from "../../../robot/wire.ts";
import { isOnarmError } from "../../../src/domain/errors.ts";
import { newtonMetres, rad, radPerSec, seconds } from "../../../src/domain/units.ts";

const joints = ["a", "b"];
const measured = (at: number, position: readonly number[]) => ({
  at: seconds(at),
  position: position.map(rad),
  velocity: position.map(() => radPerSec(0)),
  effort: position.map(() => newtonMetres(0)),
});
const command = (kind: "velocity" | "position", value: readonly number[]) => ({ kind, value, period: seconds(0.01) });

/** An input, and what went to its controller. */
async function input(site: Omit<ControlSite["command"], "topic">) {
  const said: unknown[] = [];
  const node = {
    speak: async <T extends MessageType2>(topic: string): Promise<Spoken<Messages2[T]>> => ({
      topic,
      publish: (message) => said.push(message),
      subscribers: () => ["/controller"],
    }),
  };
  const it = await controllerInput(node, { ...site, topic: "/c" }, joints);
  return { ...it, data: () => [...(said.at(-1) as Messages2["std_msgs/Float64MultiArray"]).data], last: () => said.at(-1) };
}

describe("what a controller of ros2_control is given", () => {
  it("velocities in the order that the controller has its joints in, and zeros to rest", async () => {
    const it = await input({ interface: "velocity", joints: ["b", "a"] });
    it.send(command("velocity", [0.1, 0.2]), measured(0, [0, 0]));
    expect(it.data()).to.deep.equal([0.2, 0.1]);
    it.rest(measured(0, [1, 1]));
    expect(it.data()).to.deep.equal([0, 0]);
  });
  it("a position is gone to by velocities, slower the nearer, and never fast", async () => {
    const it = await input({ interface: "velocity" });
    it.send(command("position", [0.01, 5]), measured(0, [0, 0]));
    expect(it.data()[0]).to.be.closeTo(0.04, 1e-12);
    expect(it.data()[1]).to.equal(0.3);
  });
  it("velocities become positions that go on from the last, never far ahead of a blocked arm", async () => {
    const it = await input({ interface: "position" });
    for (let k = 0; k < 3; k++) it.send(command("velocity", [1, 0]), measured(0.01 * k, [0, 0]));
    expect(it.data()[0]).to.be.closeTo(0.03, 1e-12);
    for (let k = 3; k < 30; k++) it.send(command("velocity", [1, 0]), measured(0.01 * k, [0, 0]));
    expect(it.data()[0]).to.equal(0.05);
  });
  it("after a pause they begin anew where the arm is", async () => {
    const it = await input({ interface: "position" });
    it.send(command("velocity", [1, 0]), measured(0, [0, 0]));
    it.send(command("velocity", [1, 0]), measured(1, [0.5, 0]));
    expect(it.data()[0]).to.be.closeTo(0.51, 1e-12);
  });
  it("a trajectory has one point, two periods ahead, from now on", async () => {
    const it = await input({ interface: "trajectory" });
    it.send(command("position", [1, 2]), measured(0, [0, 0]));
    const { header, joint_names, points } = it.last() as Messages2["trajectory_msgs/JointTrajectory"];
    expect(header.stamp).to.deep.equal({ sec: 0, nsec: 0 });
    expect(joint_names).to.deep.equal(joints);
    expect(points).to.have.length(1);
    expect(points[0]).to.deep.include({ positions: [1, 2], velocities: [], time_from_start: { sec: 0, nsec: 20_000_000 } });
  });
  for (const names of [["a"], ["a", "a"], ["a", "c"]])
    it(`joints ${names.join(", ")} for an arm of a and b are refused`, async () => {
      const error: unknown = await input({ interface: "velocity", joints: names }).catch((it: unknown) => it);
      expect(isOnarmError(error) && error.code).to.equal("config.invalid");
    });
});
