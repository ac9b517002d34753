import { expect } from "chai";
import fc from "fast-check";
import { parse } from "@foxglove/rosmsg";
import { MessageReader, MessageWriter } from "@foxglove/rosmsg-serialization";
import { definitionOf, secondsOf, timeOf, types } from "../../../robot/ros1/messages.ts";
import type { MessageType } from "../../../robot/ros1/messages.ts";
import { md5Of } from "../../../robot/ros1/topics.ts";

/** Intera's: as Sawyers' own builds have them; the others: `rosmsg md5` of Debian's ROS 1. */
const published: Partial<Record<MessageType, string>> = {
  "intera_core_msgs/JointCommand": "c8c85922d297da6209a089a906207e5d",
  "intera_core_msgs/IOComponentCommand": "ede95ba2953dc221dc82cac20f697530",
  "intera_core_msgs/IODeviceStatus": "0d0c97a2d700848e7ad46e09a77cf896",
  "sensor_msgs/JointState": "3066dcd76a6cfaef579bd0f34173e9fd",
  "geometry_msgs/PoseArray": "916c28c5764443f268b296bb671b9d97",
  "std_msgs/Empty": "d41d8cd98f00b204e9800998ecf8427e",
  "std_msgs/Bool": "8b94c1b53db61fb6aed406028ad6332a",
  "std_msgs/Float64": "fdb28210bfa9d7c91146260178d9a584",
  "std_msgs/String": "992ce8a1687cec8c8bd883ec73ca41d1",
};

describe("ROS 1 messages", () => {
  for (const [type, md5] of Object.entries(published))
    it(`${type} has the md5 sum by which a robot knows it`, () => expect(md5Of(type as MessageType)).to.equal(md5));

  it("have one definition each that the reader takes", () => {
    for (const type of types) expect(() => new MessageReader(parse(definitionOf(type))), type).not.to.throw();
  });

  it("a command reads back as it was written", () => {
    const definition = parse(definitionOf("intera_core_msgs/JointCommand"));
    const rows = fc.array(fc.double({ noNaN: true }), { maxLength: 7 });
    const command = fc.record({
      header: fc.record({ seq: fc.nat(), stamp: fc.record({ sec: fc.nat(), nsec: fc.nat(999_999_999) }), frame_id: fc.string() }),
      mode: fc.integer({ min: 1, max: 4 }),
      names: fc.array(fc.string()),
      ...{ position: rows, velocity: rows, acceleration: rows, effort: rows },
    });
    fc.assert(
      fc.property(command, (sent) => {
        const read = new MessageReader(definition).readMessage<typeof sent>(new MessageWriter(definition).writeMessage(sent));
        expect([...read.velocity]).to.deep.equal(sent.velocity);
        expect([...read.names]).to.deep.equal(sent.names);
        expect(read.header).to.deep.equal(sent.header);
      }),
      { numRuns: 50 },
    );
  });

  it("a stamp is seconds and nanoseconds, and back, within a microsecond", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 4e9, noNaN: true }), (unix) => {
        const { sec, nsec } = timeOf(unix);
        expect(nsec).to.be.within(0, 999_999_999);
        expect(secondsOf({ sec, nsec })).to.be.closeTo(unix, 1e-6);
      }),
    );
  });
});
