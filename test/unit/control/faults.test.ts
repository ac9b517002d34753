import { expect } from "chai";
import type { ArmState } from "../../../src/domain/arm.ts";
import { rad, seconds } from "../../../src/domain/units.ts";
import { bench, limits, thing, withinLimits } from "./bench.ts";

const STILL: [number, number, number] = [0, 0, 0];

/** The fault table's rows that the control loop answers; bounds are counted in beats of 10 ms. */
describe("the control loop under a fault", () => {
  const moving = (options = {}) => {
    const b = bench(options);
    b.running();
    b.drive([0.1, 0, 0], 40);
    expect(b.speed()).to.be.above(0.05);
    return b;
  };

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

  it("L2: stops when states have ceased for 150 ms, and lets nothing leave after", () => {
    const b = moving();
    b.quiet.arm = true;
    b.drive([0.1, 0, 0], 15);
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

  it("C1: holds when the scene is older than 200 ms, and goes on when it is seen again", () => {
    const b = moving({ withScene: true });
    b.quiet.scene = true;
    b.drive(STILL, 20);
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
    b.drive(STILL, 50);
    expect(b.controller.mode()).to.include({ is: "holding", cause: "scene.implausible" });
    b.things["button"] = thing([0.6, 0.12, 0.01]);
    b.drive(STILL, 1);
    expect(b.controller.mode().is).to.equal("running");
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

  for (const bad of [NaN, Infinity, -Infinity])
    it(`P1: refuses ${bad} in the same tick and holds; the third in a row stops`, () => {
      const b = moving();
      const wish = () => (b.controller.setIntent({ kind: "twist", linear: [0, bad, 0] }), b.beat());
      wish();
      expect(b.controller.mode()).to.deep.equal({ is: "holding", cause: "policy.nonfinite", from: "running" });
      expect(b.last().command!.value.every(Number.isFinite)).to.equal(true);
      wish();
      b.drive([0.1, 0, 0], 1);
      expect(b.controller.mode().is).to.equal("running");
      wish();
      wish();
      expect(b.controller.mode().is).to.equal("holding");
      wish();
      expect(b.controller.mode()).to.deep.equal({ is: "stopped", cause: "policy.nonfinite" });
    });

  it("P1: refuses a posture of the wrong width", () => {
    const b = moving();
    b.controller.setIntent({ kind: "posture", q: [0] });
    b.beat();
    expect(b.controller.mode()).to.include({ is: "holding", cause: "policy.nonfinite" });
  });

  it("P4: holds when a wish to move is not renewed for 200 ms", () => {
    const b = moving();
    // The last wish was made one beat ago.
    b.beats(19);
    expect(b.controller.mode().is).to.equal("running");
    b.beat();
    expect(b.controller.mode()).to.include({ is: "holding", cause: "policy.late" });
    b.beats(60);
    expect(b.speed()).to.equal(0);
    b.drive([0.1, 0, 0], 1);
    expect(b.controller.mode().is).to.equal("running");
  });

  it("H4: holds after more than three late beats in a row", () => {
    const b = moving();
    const late = () => (b.controller.setIntent({ kind: "twist", linear: STILL }), b.beat(0.01));
    for (let k = 0; k < 3; k++) late();
    expect(b.controller.mode().is).to.equal("running");
    late();
    expect(b.controller.mode()).to.include({ is: "holding", cause: "beat.late" });
    b.drive(STILL, 1);
    expect(b.controller.mode().is).to.equal("running");
  });

  it("H2: starts from what the arm measures after 300 ms without a beat, with one command and no backlog", () => {
    const b = moving();
    const sent = b.sent.length;
    b.beat(0.3);
    expect(b.sent.length).to.equal(sent + 1);
  });

  it("A4: follows an arm that says it is disabled, and moves again only after enable and start", async () => {
    const b = moving();
    b.say({ enabled: false });
    expect(b.controller.mode().is).to.equal("disabled");
    const sent = b.sent.length;
    b.drive([0.1, 0, 0], 5);
    expect(b.sent.length).to.equal(sent);
    await b.controller.enable();
    b.drive([0.1, 0, 0], 5);
    expect([b.controller.mode().is, b.speed()]).to.deep.equal(["idle", 0]);
  });

  for (const missing of ["homed", "ready"] as const)
    it(`A4: does not take an arm for enabled that is not ${missing}`, () => {
      const b = bench();
      b.say({ [missing]: false });
      b.beat();
      expect(b.controller.mode().is).to.equal("disabled");
    });

  it("A4: latches a stop that the arm reports", () => {
    const b = moving();
    b.say({ stopped: true, enabled: false });
    expect(b.controller.mode()).to.deep.equal({ is: "stopped", cause: "arm.stopped" });
    b.say({ stopped: false, enabled: true });
    b.beats(3);
    expect(b.controller.mode().is).to.equal("stopped");
  });

  it("A5: stops in the tick whose state holds a NaN", () => {
    const b = moving();
    b.quiet.arm = true;
    b.emit(b.stateAt(b.now() + 1e-7, { position: Array(7).fill(rad(NaN)) } as Partial<ArmState>));
    b.beat();
    expect(b.controller.mode()).to.deep.equal({ is: "stopped", cause: "not-finite" });
  });

  it("A2: stops an arm found outside its envelope, idle or not", () => {
    const b = bench();
    b.beats(2);
    b.push([0, 0, 0, 4, 0, 0, 0]);
    b.beat();
    expect(b.controller.mode()).to.deep.equal({ is: "stopped", cause: "joint.envelope" });
  });

  it("keeps a person's hold until a person resumes, whatever else comes and goes", () => {
    const b = moving({ withScene: true });
    b.controller.event({ on: "hold", cause: "operator" });
    b.quiet.scene = true;
    b.drive([0.1, 0, 0], 30);
    b.quiet.scene = false;
    b.drive([0.1, 0, 0], 5);
    expect(b.controller.mode()).to.include({ is: "holding", cause: "operator" });
    expect(b.controller.event({ on: "resume" })).to.equal(true);
    b.drive([0.1, 0, 0], 40);
    expect(b.speed()).to.be.above(0.05);
  });

  it("is refused its reset while the arm refuses, and stays stopped", async () => {
    const b = moving({
      through: (arm: object) => ({ ...arm, reset: async () => Promise.reject(new Error("the button is pressed")) }),
    });
    b.controller.stop("test");
    const refusal = await b.controller.reset().catch(String);
    expect(refusal).to.match(/button/);
    expect(b.controller.mode().is).to.equal("stopped");
  });

  it("uses 50 ms from the limits file for L1", () => expect(limits.maxStateAge).to.equal(seconds(0.05)));
});
