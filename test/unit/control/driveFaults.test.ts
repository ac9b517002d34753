import { expect } from "chai";
import type { ArmState } from "../../../src/domain/arm.ts";
import { rad, seconds } from "../../../src/domain/units.ts";
import { bench, limits, movingBench as moving } from "./bench.ts";

const STILL: [number, number, number] = [0, 0, 0];

/** The fault table's rows about what drives and about the arm itself; bounds are counted in beats of 10 ms. */
describe("the control loop under a fault of its driver or its arm", () => {
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

  it("P4: holds when a wish to move is not renewed for 180 ms", () => {
    const b = moving();
    // The last wish was made one beat ago.
    b.beats(17);
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

  it("H2: lets nothing leave while it has heard nothing yet after a stall, and goes on when the states were only waiting", () => {
    const b = moving();
    const sent = b.sent.length;
    b.quiet.arm = true;
    b.beat(0.3);
    expect([b.sent.length, b.controller.mode().is]).to.deep.equal([sent, "holding"]);
    b.quiet.arm = false;
    b.drive(STILL, 1);
    expect(b.controller.mode().is).to.equal("running");
  });

  it("H2: stops when there is still no state one beat after a stall", () => {
    const b = moving();
    b.quiet.arm = true;
    b.beat(0.3);
    b.beat();
    expect(b.controller.mode()).to.deep.equal({ is: "stopped", cause: "state.stale" });
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
      through: (arm) => ({ ...arm, reset: async () => Promise.reject(new Error("the button is pressed")) }),
    });
    b.controller.stop("test");
    const refusal = await b.controller.reset().catch(String);
    expect(refusal).to.match(/button/);
    expect(b.controller.mode().is).to.equal("stopped");
  });

  it("uses 50 ms from the limits file for L1", () => expect(limits.maxStateAge).to.equal(seconds(0.05)));
});
