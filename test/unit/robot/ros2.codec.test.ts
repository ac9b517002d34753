import { expect } from "chai";
import fc from "fast-check";
import { bytesOf } from "../../../robot/ros2/cdr.ts";
import { codecOf, ros2Name, ros2Type } from "../../../robot/ros2/codec.ts";
import { types2 } from "../../../robot/ros2/messages.ts";

const complaint = (work: () => unknown): string => {
  try {
    work();
    return "none";
  } catch (error) {
    return (error as Error).message;
  }
};
const state = { homed: true, ready: true, enabled: false, stopped: true, error: false, estop_button: 1, estop_source: 1 };
const joints = { name: ["a"], position: [1], velocity: [0], effort: [0] };

describe("messages on their way to and from ROS 2", () => {
  it("every type that is used has a codec and a name there", () => {
    for (const type of types2)
      expect(
        complaint(() => codecOf(type)),
        type,
      ).to.equal("none");
    expect(ros2Type("std_msgs/Bool")).to.equal("std_msgs/msg/Bool");
  });
  it("a header loses its sequence number and its time is written in nanosec", () => {
    const header = { seq: 7, stamp: { sec: 3, nsec: 4 }, frame_id: "base" };
    expect(codecOf("sensor_msgs/JointState").write({ header, ...joints })).to.deep.equal({
      header: { stamp: { sec: 3, nanosec: 4 }, frame_id: "base" },
      ...joints,
    });
  });
  it("what is heard has ROS 1's shape, whatever was sent", () =>
    fc.assert(
      fc.property(
        fc.record({ sec: fc.nat(), nsec: fc.nat(999_999_999) }),
        fc.string(),
        fc.array(fc.double()),
        (stamp, frame_id, row) => {
          const codec = codecOf("sensor_msgs/JointState");
          const sent = { header: { seq: 0, stamp, frame_id }, name: row.map(String), position: row, velocity: row, effort: [] };
          expect(codec.read(codec.write(sent))).to.deep.equal(sent);
        },
      ),
    ));
  it("a name with a capital is written as ROS 2 has it, and read back", () => {
    const codec = codecOf("intera_core_msgs/RobotAssemblyState");
    expect(codec.write({ ...state, lowVoltage: true })).to.include({ low_voltage: true });
    expect(codec.read({ ...state, low_voltage: true })).to.include({ lowVoltage: true });
    for (const [name, there] of [
      ["lowVoltage", "low_voltage"],
      ["K_impedance", "k_impedance"],
      ["estop_button", "estop_button"],
    ] as const)
      expect(ros2Name(name)).to.equal(there);
  });
  it("rows of numbers stay the typed arrays that they came as", () => {
    const header = { stamp: { sec: 0, nanosec: 0 }, frame_id: "" };
    const row = Float64Array.of(1, 2);
    expect(
      codecOf("sensor_msgs/JointState").read({ header, name: [], position: row, velocity: row, effort: row }).position,
    ).to.equal(row);
  });
  for (const [what, raw, why] of [
    ["a field that is missing", { ...state }, /^low_voltage is missing, where true or false is meant/],
    ["a number where a truth value is meant", { ...state, low_voltage: 0 }, /^low_voltage is 0, where true or false/],
    ["half a button", { ...state, low_voltage: false, estop_button: 0.5 }, /^estop_button is 0.5, where a whole number/],
    ["no message at all", undefined, /is missing, where a message is meant/],
  ] as const)
    it(`${what} is named`, () => expect(complaint(() => codecOf("intera_core_msgs/RobotAssemblyState").read(raw))).to.match(why));
  it("text among numbers, and a time that is none, are named with their place", () => {
    const header = { stamp: { sec: 0, nanosec: 0 }, frame_id: "" };
    const read = (raw: object) => complaint(() => codecOf("sensor_msgs/JointState").read(raw));
    expect(read({ header, ...joints, position: ["1"] })).to.match(/^position\[0\] is 1, where a number is meant/);
    expect(read({ header: { ...header, stamp: 3 }, ...joints })).to.match(/^header.stamp is 3, where a time is meant/);
  });
  it("a set-point that lacks a row does not leave", () => {
    const header = { seq: 0, stamp: { sec: 0, nsec: 0 }, frame_id: "" };
    const half = { header, mode: 2, names: ["a"], position: [], velocity: [0] };
    expect(complaint(() => codecOf("intera_core_msgs/JointCommand").write(half as never))).to.match(/^acceleration is missing/);
  });

  it("on the wire they are CDR: a truth value is one byte behind the head, and nothing is one byte too", () => {
    const { encode, decode } = bytesOf("std_msgs/Bool");
    expect([...encode({ data: true })]).to.deep.equal([0, 1, 0, 0, 1]);
    expect(decode(Uint8Array.of(0, 1, 0, 0, 1))).to.deep.equal({ data: true });
    expect([...bytesOf("std_msgs/Empty").encode({})]).to.deep.equal([0, 1, 0, 0, 0]);
  });
  it("bytes that end too soon are no message", () =>
    expect(complaint(() => bytesOf("std_msgs/Float64").decode(Uint8Array.of(0, 1, 0, 0, 1)))).to.not.equal("none"));
  it("through bytes and back a set-point is what it was", () =>
    fc.assert(
      fc.property(fc.array(fc.double()), fc.array(fc.string()), (velocity, names) => {
        const codec = codecOf("intera_core_msgs/JointCommand");
        const bytes = bytesOf("intera_core_msgs/JointCommand");
        const header = { seq: 0, stamp: { sec: 5, nsec: 6 }, frame_id: "" };
        const sent = { header, mode: 2, names, position: [], velocity, acceleration: [], effort: [] };
        const read = codec.read(bytes.decode(bytes.encode(codec.write(sent))));
        expect([...read.velocity]).to.deep.equal(velocity);
        expect({ ...read, ...{ position: [], velocity, acceleration: [], effort: [] } }).to.deep.equal(sent);
      }),
    ));
});
