import { randomBytes } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { filter, firstValueFrom } from "rxjs";
import type { Channel } from "../../src/operator/foxglove/channel.ts";
import { foxgloveRig, type FoxgloveRig } from "../support/foxgloveRig.ts";
import { practising } from "../support/pageStates.ts";

/** Says so much so often that no buffer of the system hides a reader who does not read. */
const load = randomBytes(256 * 1024);
const flood: Channel = {
  topic: "/flood",
  encoding: "json",
  schemaName: "x",
  schemaEncoding: "jsonschema",
  schema: '{"type":"object","properties":{}}',
  every: 0,
  lossy: true,
  tell: ({ time }) => [{ time, body: load }],
};

// Fault O2, on the link that viewers use.
describe("a hostile viewer", () => {
  let rig: FoxgloveRig;
  beforeEach(async () => (rig = await foxgloveRig([flood])));
  afterEach(async () => await rig.server.close());

  it("is closed with 1009 for a frame over the limit", async () => {
    const { socket, closed } = await rig.viewer();
    socket.send("x".repeat(5000));
    expect(await closed).to.equal(1009);
  });

  it("is answered or closed whatever it sends, moves nothing, and leaves others as they are", async () => {
    const good = await rig.viewer();
    const json = fc.json().map((text) => Buffer.from(text));
    const noise = fc.oneof(
      json,
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom('{"op":"subscribe","subscriptions":[{"id":0,"channelId":0}]}', '{"op":"advertise"}')
        .map((text) => Buffer.from(text)),
    );
    for (let round = 0; round < 20; round++) {
      const { socket, closed } = await rig.viewer();
      socket.on("error", () => {});
      for (const [frame, binary] of fc.sample(fc.tuple(noise, fc.boolean()), 250)) socket.send(frame, { binary });
      expect(await closed).to.be.oneOf([1007, 1008]);
    }
    good.subscribe("/flood");
    await good.until(() => good.heard.length > 0);
    expect(rig.commands).to.deep.equal([]);
  });

  it("that does not read is cut off, at a bounded cost, while another one goes on reading", async function () {
    this.timeout(60_000);
    const slow = await rig.viewer();
    const good = await rig.viewer();
    slow.subscribe("/flood");
    good.subscribe("/flood");
    await slow.until(() => slow.heard.length > 0);
    const cutOff = firstValueFrom(rig.audit$.pipe(filter((line) => line === "viewer 1 left")));
    slow.socket.pause();
    const showing = setInterval(() => rig.state$.next({ ...practising }), 20);
    await cutOff;
    const heard = good.heard.length;
    await good.until(() => good.heard.length > heard + 3);
    clearInterval(showing);
    expect(good.statuses).to.deep.equal([]);
    // What the system's own buffers had taken, and no more than that, was ever written for it.
    slow.socket.resume();
    await slow.closed;
    expect(slow.heard.length * 3).to.be.below(heard);
  });
});
