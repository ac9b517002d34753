import { EventEmitter } from "node:events";
import { expect } from "chai";
import type { WebSocket } from "ws";
import { Client } from "../../../src/operator/client.ts";
import type { Role, ServerMessage } from "../../../src/operator/protocol.ts";
import { wordingOnce } from "../../../src/operator/wording.ts";
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

function rig(role: Role = "operator") {
  const socket = new FakeSocket();
  const time = { s: 0 };
  const commands: string[] = [];
  const audit: string[] = [];
  const control = { mine: true };
  const client = new Client(
    socket as unknown as WebSocket,
    { name: `${role} 1`, role },
    {
      command: ({ kind }) => commands.push(kind),
      lease: {
        claims: () => control.mine,
        takeOver: () => void (control.mine = true),
        release: () => void (control.mine = false),
      },
      replay: (episode) => (episode === 3 ? [] : undefined),
      audit: (what) => audit.push(what),
      gone: () => {},
    },
    () => time.s,
    wordingOnce(),
  );
  const says = (message: unknown) => socket.emit("message", JSON.stringify(message), false);
  const refusals = () => socket.sent.filter((message) => message.type === "refused");
  /** Lets `s` seconds pass in the server's beats, `each` called before every one. */
  const pass = (s: number, each: () => void = () => {}) => {
    for (const end = time.s + s; time.s < end - 1e-9;) {
      time.s += 0.01;
      each();
      client.beat();
    }
  };
  const count = (type: ServerMessage["type"]) => socket.sent.filter((message) => message.type === type).length;
  return { socket, time, commands, audit, control, client, says, refusals, pass, count };
}

describe("one operator's connection", () => {
  it("O3: passes no command on while another one is in control, says so, and does after taking control", () => {
    const { says, commands, audit, control, refusals } = rig();
    control.mine = false;
    says({ type: "hold" });
    expect(commands).to.deep.equal([]);
    expect(refusals()).to.deep.equal([
      { type: "refused", command: "hold", reason: "another operator is in control; take control first" },
    ]);
    expect(audit.join()).to.match(/hold refused/);
    says({ type: "lease" });
    says({ type: "hold" });
    expect(commands).to.deep.equal(["hold"]);
  });

  it("lets somebody who only watches stop the arm, and nothing else", () => {
    const { says, commands, refusals } = rig("viewer");
    for (const type of ["start", "lease", "release", "enable", "recover"]) says({ type });
    says({ type: "jog", linear: [0, 0, 0.05] });
    expect(commands).to.deep.equal([]);
    expect(refusals()).to.have.length(6);
    says({ type: "stop" });
    says({ type: "ping", n: 1 });
    expect(commands).to.deep.equal(["stop"]);
  });

  it("passes on how somebody drives by hand, within what a hand may ask", () => {
    const { says, commands, socket } = rig();
    says({ type: "jog", linear: [0, 0, 0.1] });
    says({ type: "jog-joint", joint: 3, speed: -0.3 });
    expect(commands).to.deep.equal(["jog", "jog-joint"]);
    says({ type: "jog", linear: [0, 0, 0.2] });
    expect(socket.readyState, "a link that asks for more is closed").to.equal(2);
  });

  it("is sent the latest snapshot about thirty times a second and no more, and curves and lists at most once", () => {
    const { client, pass, count, socket } = rig();
    let i = 0;
    pass(10, () => {
      for (let k = 0; k < 20; k++)
        client.show({
          ...practising,
          series: [...practising.series],
          faults: [],
          episodes: [],
          counters: { ...empty.counters, steps: i++ },
        });
    });
    expect(count("state")).to.be.within(300, 335);
    for (const part of ["series", "faults", "episodes"] as const) expect(count(part), part).to.be.within(9, 11);
    expect(count("learning"), "nobody spoke of it").to.equal(0);
    expect(socket.sent.filter((message) => message.type === "state" && "series" in message.state)).to.deep.equal([]);
  });

  it("passes on a word about an episode whoever is in control: it moves nothing", () => {
    const { says, commands, control, refusals } = rig();
    control.mine = false;
    says({ type: "mark", episode: 4, flag: true, note: "the drawer stuck" });
    expect(commands).to.deep.equal(["mark"]);
    expect(refusals()).to.deep.equal([]);
  });

  it("is shown an episode again while it is kept, and told so when it is not", () => {
    const { says, socket, refusals } = rig();
    says({ type: "replay", episode: 3 });
    expect(socket.sent.at(-1)).to.deep.equal({ type: "replay", episode: 3, frames: [] });
    says({ type: "replay", episode: 4 });
    expect(refusals()).to.have.length(1);
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
