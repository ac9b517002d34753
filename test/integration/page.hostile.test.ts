import { once } from "node:events";
import { connect } from "node:net";
import { expect } from "chai";
import type { WebSocket } from "ws";
import { operatorRig, type OperatorRig } from "../support/operatorRig.ts";

// Fault O2: that client alone is closed, with the code that says why.
describe("a hostile client", () => {
  let rig: OperatorRig;
  beforeEach(async () => (rig = await operatorRig()));
  afterEach(async () => await rig.server.close());

  const abuses: readonly (readonly [title: string, code: number, send: (socket: WebSocket) => void])[] = [
    ["a frame over the limit", 1009, (socket) => socket.send("x".repeat(5000))],
    ["a binary frame", 1003, (socket) => socket.send(Buffer.from('{"type":"hold"}'))],
    ["text that is no JSON", 1007, (socket) => socket.send("hello")],
    ["JSON that is no message", 1007, (socket) => socket.send('{"type":"fly"}')],
    ["nesting as deep as a frame holds", 1007, (socket) => socket.send("[".repeat(4000))],
    ["text that is no UTF-8", 1007, (socket) => socket.send(Buffer.from([0xff, 0xfe, 0xfd]), { binary: false })],
    ["10,000 frames at once", 1008, (socket) => Array.from({ length: 10_000 }, () => socket.send('{"type":"ping","n":1}'))],
  ];
  for (const [title, code, send] of abuses)
    it(`is closed with ${code} for ${title}, and others are unaffected`, async () => {
      const good = await rig.linked();
      const bad = await rig.linked();
      send(bad.socket);
      expect(await bad.closed).to.equal(code);
      good.socket.send('{"type":"ping","n":1}');
      await good.until((message) => message.type === "pong");
      expect(rig.commands).to.deep.equal([]);
    });

  it("still stops the arm amid its own flood: stop is never rate-limited", async () => {
    const { socket, closed } = await rig.linked();
    for (let i = 0; i < 500; i++) socket.send('{"type":"ping","n":1}');
    socket.send('{"type":"stop"}');
    expect(await closed).to.equal(1008);
    expect(rig.commands).to.deep.equal(["stop"]);
  });

  it("may send stop as often as it likes", async () => {
    const { socket, until } = await rig.linked();
    for (let i = 0; i < 500; i++) socket.send('{"type":"stop"}');
    socket.send('{"type":"ping","n":2}');
    await until((message) => message.type === "pong");
    expect(rig.commands).to.have.length(500);
  });

  it("that sends no valid HTTP, or an upgrade of rubbish, is dropped and nothing else happens", async () => {
    for (const text of [
      "\0\0\0\0\r\n\r\n",
      "GET //\\ HTTP/1.1\r\nHost: ]\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    ]) {
      const socket = connect(Number(rig.base.port), rig.base.hostname);
      socket.on("error", () => {});
      socket.resume();
      socket.write(text);
      await once(socket, "close");
    }
    expect((await rig.get("/")).status).to.equal(200);
  });

  it("that only watches takes no operator's place, however many watch", async () => {
    const watching = { path: "/ws", headers: { authorization: "Bearer a-viewer's" } };
    await Promise.all(Array.from({ length: 24 }, () => rig.linked(watching)));
    expect(await rig.statusOf(watching)).to.equal(503);
    expect(await rig.statusOf({})).to.equal(101);
  });

  it("is refused with 503 when there are too many", async () => {
    const many = await Promise.all(Array.from({ length: 32 }, () => rig.linked()));
    expect(await rig.statusOf({})).to.equal(503);
    many[0]!.socket.terminate();
    await many[0]!.closed;
  });
});
