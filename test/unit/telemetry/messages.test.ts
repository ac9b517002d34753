import { expect } from "chai";
import fc from "fast-check";
import { connectionPayload, jsonOf, maxMessageBytes, parseMessage, payload, stampOf } from "../../../src/telemetry/messages.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const heading = { session: "s", seq: 3, now: 1.7e9 };
const state = { mode: "running", ticks: 1, stops: 0, clamps: 0, holds: 0, episodes: 0, steps: 0 };
const telemetry = { waiting: 0, dropped: 0, refused: 0 };

describe("messages", () => {
  it("are read as they were written", () => {
    const fault = payload("fault", heading, { level: "stop", cause: "link.lost", text: "The link to the arm was lost." });
    expect(parseMessage("onarm/v1/lab/arm1/fault", bytes(fault))).to.deep.equal({
      channel: "fault",
      version: 1,
      session: "s",
      seq: 3,
      stamp: "2023-11-14T22:13:20.000Z",
      level: "stop",
      cause: "link.lost",
      text: "The link to the arm was lost.",
    });
    const online = connectionPayload({ state: "ONLINE", connects: 2 }, "s", 0);
    expect(parseMessage("a/connection", bytes(online))).to.include({ state: "ONLINE", connects: 2, session: "s" });
  });

  it("hold null where the arm measured what is no number, and can still be read", () => {
    const odd = payload("state", heading, { ...state, age: NaN, position: [NaN, Infinity, 1], telemetry });
    expect(parseMessage("x/state", bytes(odd))).to.deep.include({ age: null, position: [null, null, 1] });
  });

  it("may say more than this version knows, and never less", () => {
    const said = JSON.parse(payload("state", heading, { ...state, age: 0, telemetry })) as Record<string, unknown>;
    expect(parseMessage("x/state", bytes(JSON.stringify({ ...said, mood: "good" })))).not.to.have.property("mood");
    for (const key of Object.keys(said)) {
      const { [key]: _, ...less } = said;
      expect(parseMessage("x/state", bytes(JSON.stringify(less))), key).to.equal(undefined);
    }
  });

  it("of another version, topic or form are none", () => {
    const said = JSON.parse(payload("fault", heading, { level: "stop", cause: "c", text: "t" })) as object;
    const read = (topic: string, content: unknown) => parseMessage(topic, bytes(JSON.stringify(content)));
    expect(read("x/fault", said)).not.to.equal(undefined);
    for (const topic of ["x/state", "x/__proto__", "x/constructor", "x/", ""])
      expect(read(topic, said), topic).to.equal(undefined);
    for (const wrong of [
      { version: 2 },
      { seq: -1 },
      { seq: 0.5 },
      { stamp: "yesterday" },
      { level: "joy" },
      { text: "x".repeat(2001) },
    ])
      expect(read("x/fault", { ...said, ...wrong }), JSON.stringify(wrong).slice(0, 40)).to.equal(undefined);
  });

  it("are not even read where they are too long, no UTF-8, or no JSON; nothing throws", () => {
    expect(jsonOf(new Uint8Array(maxMessageBytes + 1).fill(0x20), maxMessageBytes)).to.equal(undefined);
    expect(jsonOf(Uint8Array.of(0x22, 0xff, 0x22), 100)).to.equal(undefined);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom("x/state", "x/fault"), (junk, topic) => {
        expect(parseMessage(topic, junk)).to.equal(undefined);
      }),
    );
    fc.assert(fc.property(fc.json(), (json) => parseMessage("x/episode", bytes(json)) === undefined));
  });

  it("carry a stamp whatever the clock says", () => {
    expect(stampOf(NaN)).to.equal("1970-01-01T00:00:00.000Z");
    expect(stampOf(1.7e9)).to.equal("2023-11-14T22:13:20.000Z");
  });
});
