import { expect } from "chai";
import fc from "fast-check";
import { messageData, parseWish } from "../../../src/operator/foxglove/protocol.ts";

const text = (message: unknown) => Buffer.from(typeof message === "string" ? message : JSON.stringify(message));
const wish = (message: unknown) => parseWish(text(message), false);

describe("the parser of a viewer's frames", () => {
  it("reads what a viewer may ask for, and passes over what a later protocol adds", () => {
    expect(wish({ op: "subscribe", subscriptions: [{ id: 7, channelId: 0, hint: "x" }], more: 1 })).to.deep.equal({
      op: "subscribe",
      subscriptions: [{ id: 7, channelId: 0 }],
    });
    expect(wish({ op: "unsubscribe", subscriptionIds: [7] })).to.deep.equal({ op: "unsubscribe", subscriptionIds: [7] });
  });

  for (const [op, what] of [
    ["advertise", "publishing"],
    ["setParameters", "parameters"],
    ["subscribeConnectionGraph", "a connection graph"],
    ["fetchAsset", "assets"],
  ])
    it(`knows ${op}, to refuse it by name`, () => expect(wish({ op })).to.deep.equal({ op: "refused", what }));

  it("knows the binary frames, to refuse them by name", () => {
    const named = [1, 2, 3].map((opcode) => parseWish(Buffer.from([opcode, 0, 0]), true));
    expect(named.map((one) => one?.op === "refused" && one.what)).to.deep.equal([
      "publishing",
      "calling services",
      "playback control",
    ]);
    expect(parseWish(Buffer.from([]), true)).to.equal(undefined);
    expect(parseWish(Buffer.from([200]), true)).to.equal(undefined);
  });

  for (const bad of [
    "",
    "null",
    "[]",
    '"subscribe"',
    "{}",
    { op: "fly" },
    { op: ["subscribe"] },
    { op: "subscribe" },
    { op: "subscribe", subscriptions: [{ id: 1 }] },
    { op: "subscribe", subscriptions: [{ id: -1, channelId: 0 }] },
    { op: "subscribe", subscriptions: [{ id: 2 ** 32, channelId: 0 }] },
    { op: "subscribe", subscriptions: [{ id: 1.5, channelId: 0 }] },
    { op: "unsubscribe", subscriptionIds: ["7"] },
  ])
    it(`takes ${text(bad).toString() || "nothing"} for no message`, () => expect(wish(bad)).to.equal(undefined));

  it("never throws, whatever it is given", () => {
    const ids = fc.oneof(fc.integer(), fc.double(), fc.string());
    const near = fc.record({
      op: fc.oneof(fc.constantFrom("subscribe", "unsubscribe", "advertise"), fc.string()),
      subscriptions: fc.array(fc.record({ id: ids, channelId: ids }, { requiredKeys: [] })),
      subscriptionIds: fc.array(ids),
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          near.map((m) => JSON.stringify(m)),
        ),
        (m) => void wish(m),
      ),
    );
    fc.assert(fc.property(fc.uint8Array(), fc.boolean(), (bytes, binary) => void parseWish(Buffer.from(bytes), binary)));
  });
});

describe("a frame of data", () => {
  it("is opcode, subscription, time and body, in little-endian order", () => {
    const frame = messageData(0x01020304, { time: 0x1112131415161718n, body: Uint8Array.of(9, 8) });
    expect([...frame]).to.deep.equal([1, 4, 3, 2, 1, 0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11, 9, 8]);
  });
});
