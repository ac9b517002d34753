import { expect } from "chai";
import { rad } from "../../../src/domain/units.ts";
import { bench, movingBench as moving, thing, withinLimits } from "./bench.ts";

const STILL: [number, number, number] = [0, 0, 0];

/** The fault table's rows about what is heard and seen; bounds are counted in beats of 10 ms. */
describe("the control loop under a fault of its link or its eyes", () => {
  it("L1: holds once states are older than 50 ms, easing to rest, and goes on by itself when they are back", () => {
    const b = moving();
    b.quiet.arm = true;
    b.drive([0.1, 0, 0], 5);
    expect(b.controller.mode().is).to.equal("running");
    b.drive([0.1, 0, 0], 1);
    expect(b.controller.mode()).to.deep.equal({ is: "holding", cause: "state.late", from: "running" });
    const fast = b.speed();
    b.drive([0.1, 0, 0], 3);
    expect(b.speed()).to.be.below(fast);
    b.quiet.arm = false;
    b.drive([0.1, 0, 0], 1);
    expect(b.controller.mode().is).to.equal("running");
    expect(withinLimits(b.sent)).to.equal(true);
  });

  it("L2: stops within 150 ms of the last state, and lets nothing leave after", () => {
    const b = moving();
    b.quiet.arm = true;
    b.drive([0.1, 0, 0], 13);
    expect(b.controller.mode().is).to.equal("holding");
    b.drive([0.1, 0, 0], 1);
    expect(b.controller.mode()).to.deep.equal({ is: "stopped", cause: "state.stale" });
    const sent = b.sent.length;
    b.quiet.arm = false;
    b.drive([0.1, 0, 0], 5);
    expect([b.sent.length, b.halts(), b.controller.mode().is]).to.deep.equal([sent, 1, "stopped"]);
  });

  it("L2: an idle arm that falls silent is stopped too, a disabled one is offline until it speaks", () => {
    const idle = bench();
    idle.beat();
    idle.quiet.arm = true;
    idle.beats(16);
    expect(idle.controller.mode().is).to.equal("stopped");
    const off = bench();
    off.say({ enabled: false });
    off.beat();
    expect(off.controller.mode().is).to.equal("disabled");
    off.quiet.arm = true;
    off.beats(16);
    expect(off.controller.mode().is).to.equal("offline");
    off.quiet.arm = false;
    off.beat();
    expect(off.controller.mode().is).to.equal("disabled");
  });

  for (const [what, at] of [
    ["a duplicate", (now: number) => now],
    ["one out of order", (now: number) => now - 0.015],
    ["one from the future", (now: number) => now + 3600],
    ["one stamped NaN", () => NaN],
  ] as const)
    it(`L3: drops and counts ${what}, and drives on by the state it had`, () => {
      const b = moving();
      const before = b.controller.state();
      b.emit(b.stateAt(at(b.now()), { position: Array(7).fill(rad(9)) }));
      expect(b.controller.state()).to.equal(before);
      expect(b.controller.counters().dropped).to.equal(1);
      b.drive([0.1, 0, 0], 5);
      expect(b.controller.mode().is).to.equal("running");
    });

  it("L3: holds while more than 20 stamps in a second are dropped, and goes on a second later", () => {
    const b = moving();
    for (let k = 0; k < 20; k++) b.emit(b.stateAt(0));
    b.drive(STILL, 1);
    expect(b.controller.mode().is).to.equal("running");
    b.emit(b.stateAt(0));
    b.drive(STILL, 1);
    expect(b.controller.mode()).to.include({ is: "holding", cause: "state.disorder" });
    b.drive(STILL, 102);
    expect(b.controller.mode().is).to.equal("running");
  });

  it("L3: hears an arm whose clock stepped back once a person has reset it", async () => {
    const b = moving();
    b.emit(b.stateAt(b.now() - 0.001));
    b.controller.stop("test");
    await b.controller.reset();
    expect(b.controller.state()).to.equal(undefined);
    b.emit(b.stateAt(b.now() - 0.1));
    expect(b.controller.state()!.at).to.be.closeTo(b.now() - 0.1, 1e-9);
  });

  it("L7: stops when the link is lost, and stays stopped", () => {
    const b = moving();
    b.lose();
    expect(b.controller.mode()).to.deep.equal({ is: "stopped", cause: "link.lost" });
    b.beats(30);
    expect(b.controller.mode().is).to.equal("stopped");
  });

  it("C1: holds within 200 ms of the last scene, and goes on when it is seen again", () => {
    const b = moving({ withScene: true });
    b.quiet.scene = true;
    b.drive(STILL, 18);
    expect(b.controller.mode().is).to.equal("running");
    b.drive(STILL, 1);
    expect(b.controller.mode()).to.deep.equal({ is: "holding", cause: "scene.stale", from: "running" });
    b.quiet.scene = false;
    b.drive(STILL, 1);
    expect(b.controller.mode().is).to.equal("running");
  });

  it("C1: holds while a thing is seen where it cannot have got to", () => {
    const b = bench({ withScene: true });
    b.things["button"] = thing([0.6, 0.1, 0.01]);
    b.running();
    b.drive(STILL, 5);
    b.things["button"] = thing([0.6, 0.12, 0.01]);
    b.drive(STILL, 5);
    expect(b.controller.mode().is).to.equal("running");
    b.things["button"] = thing([0.6, -0.2, 0.01]);
    b.drive(STILL, 100);
    expect(b.controller.mode()).to.include({ is: "holding", cause: "scene.implausible" });
    b.things["button"] = thing([0.6, 0.12, 0.01]);
    b.drive(STILL, 1);
    expect(b.controller.mode().is).to.equal("running");
  });

  it("C1: believes a thing that is pushed a long way, step by step", () => {
    const b = bench({ withScene: true });
    b.running();
    for (let k = 0; k <= 100; k++) {
      b.things["drawer"] = thing([0.6, 0.2 - 0.003 * k, 0]);
      b.drive(STILL, 1);
      expect(b.controller.mode().is).to.equal("running");
    }
  });

  it("C1: believes whatever it sees while a reset sets the scene out", () => {
    const b = bench({ withScene: true });
    b.things["button"] = thing([0.6, 0.1, 0.01]);
    b.beat();
    b.controller.event({ on: "start-reset" });
    b.drive(STILL, 5);
    b.things["button"] = thing([0.6, -0.2, 0.01]);
    b.drive(STILL, 5);
    expect(b.controller.mode().is).to.equal("resetting");
    b.controller.event({ on: "finish" });
    b.controller.start();
    b.drive(STILL, 5);
    expect(b.controller.mode().is).to.equal("running");
  });
});
