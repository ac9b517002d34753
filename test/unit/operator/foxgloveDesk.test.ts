import { expect } from "chai";
import type { WebSocket } from "ws";
import type { Shown } from "../../../src/operator/foxglove/channel.ts";
import { deskRig, FakeSocket, saying, text } from "../../support/deskRig.ts";

describe("the desk that viewers sit at", () => {
  it("puts a snapshot into words once for all who were told the same, and not at all for nobody", () => {
    const told: (Shown | undefined)[] = [];
    const counted = saying("counted", { tell: ({ time }, before) => (told.push(before), [{ time, body: text("x") }]) });
    const { desk, show, pass, subscribe } = deskRig([counted]);
    show(1);
    pass(1);
    expect(told).to.have.length(0);
    const others = Array.from({ length: 5 }, () => new FakeSocket());
    for (const other of others) {
      desk.welcome(other as unknown as WebSocket, () => {});
      other.emit("message", text({ op: "subscribe", subscriptions: [{ id: 3, channelId: 0 }] }), false);
    }
    subscribe(4, 0);
    pass(1);
    show(2);
    pass(1);
    expect(others.every(({ frames }) => frames.length === 2)).to.equal(true);
    expect(told).to.have.length(2);
    expect(told[0]).to.equal(undefined);
    expect(told[1]?.state.at).to.equal(1);
  });

  it("stamps snapshots with the wall's time at their own clock's distances, whatever the way here took", () => {
    const times: bigint[] = [];
    const stamps = saying("stamps", { every: 0, tell: ({ time }) => (times.push(time), []) });
    const { time, desk, show, subscribe } = deskRig([stamps]);
    subscribe(1, 0);
    const shown = (s: number, at: number) => {
      time.s = s;
      show(at);
      desk.beat();
    };
    shown(100, 5);
    shown(100.35, 5.1); // 0.25 s late
    shown(100.4, 5.2);
    expect(times).to.deep.equal([1_000_100_000_000_000n, 1_000_100_100_000_000n, 1_000_100_200_000_000n]);
    shown(200, 6); // the snapshots' clock began anew
    shown(201, NaN);
    expect(times.slice(3)).to.deep.equal([1_000_200_000_000_000n, 1_000_201_000_000_000n]);
  });

  it("goes on without a channel that fails, and says so once", () => {
    const broken = saying("/broken", {
      every: 0,
      tell: () => {
        throw new Error("no such joint");
      },
    });
    const { subscribe, show, pass, bodies, said } = deskRig([broken, saying("good")]);
    subscribe(1, 0);
    subscribe(2, 1);
    show(1);
    pass(0.2);
    show(2);
    pass(0.2);
    expect(bodies(2)).to.deep.equal(["good 1", "good 2"]);
    expect(said).to.deep.equal(["viewers get no more /broken: no such joint; everything else goes on"]);
  });

  it("is another one after a restart, and its viewers can tell", () => {
    const session = () => (deskRig().socket.words[0] as unknown as { sessionId: string }).sessionId;
    expect(session()).to.be.a("string").that.does.not.equal(session());
  });

  it("talks to each viewer by itself: one that breaks off leaves the others as they are", () => {
    const { desk, socket, subscribe, show, pass } = deskRig();
    subscribe(1, 0);
    const other = new FakeSocket();
    desk.welcome(other as unknown as WebSocket, () => {});
    other.emit("message", text({ op: "subscribe", subscriptions: [{ id: 1, channelId: 0 }] }), false);
    socket.terminate();
    show(1);
    pass(0.05);
    expect(other.frames).to.have.length(1);
    expect(desk.size).to.equal(1);
  });
});
