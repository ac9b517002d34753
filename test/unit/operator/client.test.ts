import { EventEmitter } from "node:events";
import { expect } from "chai";
import type { WebSocket } from "ws";
import { Client } from "../../../src/operator/client.ts";
import type { ServerMessage } from "../../../src/operator/protocol.ts";
import { empty, practising } from "../../support/pageStates.ts";

/** A connection whose reader, clock and fate the test holds. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  reads = true;
  terminated = false;
  readonly sent: ServerMessage[] = [];
  send(text: string) {
    this.sent.push(JSON.parse(text) as ServerMessage);
    if (!this.reads) this.bufferedAmount += text.length;
  }
  close(code: number) {
    this.readyState = 2;
    this.emit("close", code);
  }
  terminate() {
    this.terminated = true;
    this.close(1006);
  }
}

function rig() {
  const socket = new FakeSocket();
  const time = { s: 0 };
  const commands: string[] = [];
  const client = new Client(
    socket as unknown as WebSocket,
    ({ kind }) => commands.push(kind),
    () => {},
    () => time.s,
  );
  /** Lets `s` seconds pass in the server's beats, `each` called before every one. */
  const pass = (s: number, each: () => void = () => {}) => {
    for (const end = time.s + s; time.s < end - 1e-9;) {
      time.s += 0.05;
      each();
      client.beat();
    }
  };
  const count = (type: ServerMessage["type"]) => socket.sent.filter((message) => message.type === type).length;
  return { socket, time, commands, client, pass, count };
}

describe("one operator's connection", () => {
  it("is sent the latest snapshot at most ten times a second, and curves at most once", () => {
    const { client, pass, count } = rig();
    let i = 0;
    pass(10, () => {
      for (let k = 0; k < 20; k++)
        client.show({ ...practising, series: [...practising.series], counters: { ...empty.counters, steps: i++ } });
    });
    expect(count("state")).to.be.within(60, 101);
    expect(count("series")).to.be.within(9, 11);
  });

  it("is sent curves once when they do not change, and those that came in between in the end", () => {
    const { client, pass, count, socket } = rig();
    client.show(practising);
    pass(0.2);
    client.show({ ...practising, series: practising.series.slice(1) });
    pass(5);
    expect(count("series")).to.equal(2);
    expect(socket.sent.findLast((message) => message.type === "series")).to.deep.equal({
      type: "series",
      series: practising.series.slice(1),
    });
  });

  it("hears a sign of life at least every 300 ms when nothing is new: the page calls 800 ms of silence a lost link", () => {
    const { pass, socket, time } = rig();
    const heardAt: number[] = [];
    let seen = socket.sent.length;
    pass(10, () => {
      if (socket.sent.length > seen) heardAt.push(time.s);
      seen = socket.sent.length;
    });
    const gaps = heardAt.slice(1).map((at, i) => at - heardAt[i]!);
    expect(Math.max(...gaps)).to.be.at.most(0.3 + 1e-9);
  });

  // Fault O5.
  it("that reads nothing costs a bounded buffer, and is cut off after 5 s", () => {
    const { client, pass, socket } = rig();
    socket.reads = false;
    const wide = { ...empty, reason: "x".repeat(20_000) };
    let i = 0;
    const more = () => client.show({ ...wide, counters: { ...empty.counters, steps: i++ } });
    pass(4, more);
    expect(socket.terminated).to.equal(false);
    pass(4, more);
    expect(socket.terminated).to.equal(true);
    expect(socket.bufferedAmount).to.be.lessThan(300_000);
  });

  it("that was slow for a moment gets the newest snapshot and no backlog", () => {
    const { client, pass, socket, count } = rig();
    socket.bufferedAmount = 300_000;
    let i = 0;
    pass(3, () => client.show({ ...empty, counters: { ...empty.counters, steps: i++ } }));
    expect(count("state")).to.equal(0);
    socket.bufferedAmount = 0;
    pass(0.3);
    expect(count("state")).to.equal(1);
    expect(socket.sent.find((message) => message.type === "state")).to.deep.nested.include({ "state.counters.steps": i - 1 });
  });

  it("loses its commands but never its stop once it has been refused", () => {
    const { socket, commands } = rig();
    socket.emit("message", Buffer.from("rubbish"), false);
    socket.emit("message", Buffer.from('{"type":"hold"}'), false);
    socket.emit("message", Buffer.from('{"type":"stop"}'), false);
    expect(commands).to.deep.equal(["stop"]);
  });
});
