import { expect } from "chai";
import { parse } from "@foxglove/rosmsg";
import { MessageReader } from "@foxglove/rosmsg2-serialization";
import fc from "fast-check";
import { z } from "zod";
import { seconds } from "../../../src/domain/units.ts";
import { channels, decode, encode, logTime } from "../../../src/recording/codec.ts";
import { isRecordable, type ChannelName, type Recorded } from "../../../src/recording/records.ts";
import { anyRecord, header, jointState } from "../../support/recordings.ts";

const { wallOffset } = header;
const there = (record: Recorded) => encode(record, logTime(record.at, wallOffset));
const andBack = (record: Recorded) => decode(record.channel, there(record), logTime(record.at, wallOffset), wallOffset);

describe("The records of a recording", () => {
  for (const [channel, record] of Object.entries(anyRecord))
    it(`on ${channel} come back as they went in, numbers that are not finite included`, () => {
      fc.assert(
        fc.property(record, (original) => {
          const { at, ...rest } = andBack(original);
          expect(at).to.be.closeTo(original.at, 1e-9);
          expect({ at: original.at, ...rest }).to.deep.equal(original);
        }),
      );
    });

  it("keep observations and actions to the last bit of a float32", () => {
    const observation = Float32Array.of(0.1, 1 / 3, 1e-40, -3.4e38, NaN, -Infinity);
    const record = {
      channel: "/onarm/transition",
      at: seconds(1),
      episode: 0,
      step: 0,
      observation,
      action: observation,
    } as const;
    const back = andBack(record);
    expect(back).to.deep.equal(record);
  });

  it("carry wall time on the log clock: the stamp of a joint state is the wall offset plus its own time", () => {
    const time = logTime(2.000000001, 1_700_000_000.25);
    expect(time).to.equal(1_700_000_002_250_000_001n);
    const definitions = parse(channels["/joint_states"].text, { ros2: true });
    const message = new MessageReader<{ header: { stamp: unknown } }>(definitions).readMessage(encode(jointState(2), time));
    expect(message.header.stamp).to.deep.equal({ sec: 1_700_000_002, nanosec: 250_000_001 });
  });

  it("are described by schemas that viewers understand: objects, arrays, plain types and no union", () => {
    for (const { encoding, text } of Object.values(channels)) {
      if (encoding !== "jsonschema") continue;
      expect(text).not.to.match(/anyOf|oneOf|allOf|\$ref|"const"/);
      expect(JSON.parse(text)).to.have.property("type", "object");
    }
  });

  it("obey the schema that stands in the file, as an independent validator reads it", () => {
    for (const [channel, record] of Object.entries(anyRecord)) {
      const { encoding, text } = channels[channel as ChannelName];
      if (encoding !== "jsonschema") continue;
      const schema = z.fromJSONSchema(JSON.parse(text) as Parameters<typeof z.fromJSONSchema>[0]);
      fc.assert(
        fc.property(record, (original) => {
          const finite = JSON.parse(new TextDecoder().decode(there(original)), (_key, value: unknown) =>
            value === "NaN" || value === "Infinity" || value === "-Infinity" ? 0 : value,
          ) as unknown;
          expect(schema.safeParse(finite).success).to.equal(true);
        }),
        { numRuns: 30 },
      );
      expect(schema.safeParse({}).success).to.equal(false);
    }
  });

  it("of damaged content are refused, never guessed", () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    expect(() => decode("/onarm/mode", bytes("{"), 0n, 0)).to.throw();
    expect(() => decode("/onarm/mode", bytes('{"at":1}'), 0n, 0)).to.throw();
    expect(() => decode("/onarm/label", bytes('{"at":1,"episode":0,"reward":["x"],"source":"decoded"}'), 0n, 0)).to.throw();
    expect(() => decode("/onarm/event", Uint8Array.of(0x22, 0xff, 0x22), 0n, 0)).to.throw();
    expect(() => decode("/joint_states", Uint8Array.of(0, 1, 0, 0, 1), 0n, 0)).to.throw();
  });

  it("need a time that the format can hold", () => {
    const times = [0, 1e-9, 2 ** 31 - 1, -1, NaN, Infinity, 2 ** 31];
    expect(times.map((at) => isRecordable(jointState(at)))).to.deep.equal([true, true, true, false, false, false, false]);
  });
});
