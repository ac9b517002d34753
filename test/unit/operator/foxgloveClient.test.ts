import { expect } from "chai";
import fc from "fast-check";
import { deskRig, saying } from "../../support/deskRig.ts";

describe("one viewer's connection", () => {
  it("is told first what the server is and then what there is to see", () => {
    const { socket } = deskRig();
    expect(socket.words.map(({ op }) => op)).to.deep.equal(["serverInfo", "advertise"]);
    expect(socket.words[0]).to.include({ name: "onarm" });
  });

  it("gets what it subscribed to, under its own number, and nothing before there is something", () => {
    const { subscribe, pass, show, bodies, socket } = deskRig();
    subscribe(70, 1);
    pass(0.5);
    expect(socket.frames).to.deep.equal([]);
    show(1);
    pass(0.01);
    expect(bodies(70)).to.deep.equal(["b 1"]);
    expect(socket.frames).to.have.length(1);
  });

  it("gets each channel no oftener than it is meant to be told, and always the newest", () => {
    const { subscribe, pass, show, bodies } = deskRig();
    subscribe(1, 0);
    pass(2, (beat) => show(beat));
    expect(bodies(1).length).to.be.within(18, 20);
    expect(bodies(1)[1]).to.match(/^a (9|10|11)$/);
  });

  it("gets no snapshot twice", () => {
    const { subscribe, pass, show, bodies } = deskRig();
    subscribe(1, 0);
    show(1);
    pass(3);
    expect(bodies(1)).to.deep.equal(["a 1"]);
  });

  it("is told why for a channel that is not there, is subscribed to already, or a number that is taken", () => {
    const { subscribe, asks, status } = deskRig();
    subscribe(1, 0);
    subscribe(2, 9);
    subscribe(1, 1);
    subscribe(2, 0);
    asks({ op: "unsubscribe", subscriptionIds: [44] });
    asks("hello");
    expect(status()).to.deep.equal([
      "there is no channel 9",
      "the subscription 1 is taken",
      "channel 0 is subscribed to already",
      "there is no subscription 44",
      "that is no message of this protocol",
    ]);
  });

  it("may use a number again once it is free", () => {
    const { subscribe, asks, pass, show, bodies } = deskRig();
    subscribe(1, 0);
    asks({ op: "unsubscribe", subscriptionIds: [1] });
    subscribe(1, 1);
    show(5);
    pass(0.02);
    expect(bodies(1)).to.deep.equal(["b 5"]);
  });

  it("is closed with 1008 for a flood, and is not heard after that", () => {
    const { asks, subscribe, socket, show, pass, desk, gone } = deskRig();
    for (let i = 0; i < 300; i++) asks({ op: "unsubscribe", subscriptionIds: [i] });
    expect(socket.closedWith).to.equal(1008);
    subscribe(1, 0);
    show(1);
    pass(0.1);
    expect(socket.frames).to.deep.equal([]);
    expect(desk.size).to.equal(0);
    expect(gone).to.deep.equal(["gone"]);
  });

  it("hears, whatever it asks in whatever order, of what it is subscribed to and of nothing else", () => {
    const id = fc.integer({ min: 0, max: 4 });
    const step = fc.oneof(
      fc.record({ ask: fc.constant("subscribe" as const), id, channelId: fc.integer({ min: 0, max: 3 }) }),
      fc.record({ ask: fc.constant("unsubscribe" as const), id }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { asks, socket, show, pass } = deskRig([saying("0"), saying("1"), saying("2")]);
        const subscribed = new Map<number, number>();
        steps.forEach((one, at) => {
          if (one.ask === "unsubscribe") {
            asks({ op: "unsubscribe", subscriptionIds: [one.id] });
            subscribed.delete(one.id);
          } else {
            asks({ op: "subscribe", subscriptions: [one] });
            const free = one.channelId < 3 && !subscribed.has(one.id) && ![...subscribed.values()].includes(one.channelId);
            if (free) subscribed.set(one.id, one.channelId);
          }
          const before = socket.frames.length;
          show(at);
          pass(0.11);
          const heard = socket.frames.slice(before).map(({ id, body }) => `${id}: ${body}`);
          expect(heard.sort()).to.deep.equal([...subscribed].map(([id, channel]) => `${id}: ${channel} ${at}`).sort());
        });
      }),
      { numRuns: 50 },
    );
  });

  it("that reads slowly loses the lossy channels first, keeps the log whole, and gets the newest when it reads again", () => {
    const { subscribe, pass, show, bodies, socket, status } = deskRig();
    subscribe(1, 0);
    subscribe(3, 2);
    show(1);
    pass(0.2);
    socket.bufferedAmount = 65 * 1024;
    pass(2, (beat) => show(2 + beat));
    expect(bodies(1)).to.deep.equal(["a 1"]);
    expect(bodies(3).at(-1)).to.equal("line 200");
    expect(status()).to.deep.equal(["Send buffer limit reached"]);
    socket.bufferedAmount = 0;
    show(500);
    pass(0.02);
    expect(bodies(1)).to.deep.equal(["a 1", "a 500"]);
    expect(bodies(3)).to.deep.equal(Array.from({ length: 500 }, (_, i) => `line ${i}`));
  });

  it("that reads nothing gets nothing more at 256 KiB and is cut off after 5 s", () => {
    const { subscribe, pass, show, socket, time, desk } = deskRig();
    subscribe(1, 0);
    subscribe(3, 2);
    socket.reads = false;
    socket.bufferedAmount = 300 * 1024;
    const since = time.s;
    let most = 0;
    pass(6, (beat) => {
      show(beat);
      most = Math.max(most, socket.bufferedAmount);
      if (!socket.terminated) expect(time.s - since).to.be.below(5.1);
    });
    expect(socket.terminated).to.equal(true);
    expect(socket.frames).to.deep.equal([]);
    expect(most).to.be.below(301 * 1024);
    expect(desk.size).to.equal(0);
  });

  it("whatever it makes us keep stays bounded, however fast it asks and however little it reads", () => {
    const { socket, show, pass, asks } = deskRig();
    socket.reads = false;
    pass(4, (beat) => {
      show(beat * 1000);
      if (!socket.terminated)
        asks({ op: "subscribe", subscriptions: Array.from({ length: 100 }, (_, id) => ({ id, channelId: id % 3 })) });
      expect(socket.bufferedAmount).to.be.below(1024 * 1024);
    });
  });

  it("that answers no ping is cut off: behind a tunnel nobody else says that it is gone", () => {
    const quiet = deskRig();
    quiet.socket.reads = false;
    quiet.pass(25);
    expect(quiet.socket.terminated).to.equal(true);
    const lively = deskRig();
    lively.pass(65);
    expect(lively.socket.terminated).to.equal(false);
    expect(lively.socket.pings).to.equal(6);
  });

  it("is closed with 1001 when the run ends", () => {
    const { desk, socket } = deskRig();
    desk.close();
    expect(socket.closedWith).to.equal(1001);
  });
});
