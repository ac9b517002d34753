import { expect } from "chai";
import { sawyer } from "../../../robot/description/sawyer.ts";
import { bench, limits, movingBench } from "./bench.ts";

const neutral = sawyer.poses["neutral"]!;
/** How far beyond its envelope the last joint is pushed, rad. */
const OUT = limits.joints[6]!.upper - neutral[6]! + 0.15;
const lastJoint = (by: number) => [0, 0, 0, 0, 0, 0, by];

async function pushedOut() {
  const b = bench();
  b.running();
  b.push(lastJoint(OUT));
  b.beats(1);
  const stop = b.controller.mode();
  await b.controller.reset();
  b.beat();
  await b.controller.enable();
  b.beat();
  return { ...b, stop };
}
/** The word of a person who holds on, again and again. */
const leading = (b: Awaited<ReturnType<typeof pushedOut>>, n: number) => b.pursue({ kind: "posture", q: neutral }, n);
const beyond = (b: { last(): { state?: { position: readonly number[] } } }) =>
  b.last().state!.position[6]! - limits.joints[6]!.upper;

describe("An arm outside its envelope (A2)", () => {
  it("is stopped in one tick, and after reset and enable by a person rests idle where it is", async () => {
    const b = await pushedOut();
    expect(b.stop).to.deep.equal({ is: "stopped", cause: "joint.envelope" });
    const there = beyond(b);
    b.beats(50);
    expect(b.controller.mode().is).to.equal("idle");
    expect(b.controller.outside()).to.equal("joint.envelope");
    expect(beyond(b)).to.equal(there);
  });

  it("refuses the policy and scripted resets, saying why", async () => {
    const b = await pushedOut();
    expect(() => b.controller.start()).to.throw(/outside its limits \(joint.envelope\).*by hand/);
    expect(b.controller.event({ on: "start-reset" })).to.equal(false);
    expect(b.controller.mode().is).to.equal("idle");
  });

  it("is led back slowly, and only inward, while a person holds on; then it may start", async () => {
    const b = await pushedOut();
    b.controller.startManual();
    let last = beyond(b);
    for (let k = 0; k < 2000; k++) {
      leading(b, 1);
      if (b.controller.outside() === undefined) break;
      expect(beyond(b)).to.be.at.most(last);
      expect(b.speed()).to.be.at.most(0.1 * 2.316 + 1e-9);
      last = beyond(b);
    }
    expect(b.controller.outside()).to.equal(undefined);
    expect(b.controller.mode().is).to.equal("manual");
    b.controller.event({ on: "finish" });
    b.beats(30);
    b.controller.start();
    expect(b.controller.mode().is).to.equal("running");
  });

  it("comes to rest within 0.3 s when the person lets go, and does not go on by itself", async () => {
    const b = await pushedOut();
    b.controller.startManual();
    leading(b, 40);
    expect(b.speed()).to.be.above(0);
    b.beats(30);
    expect(b.controller.mode().is).to.equal("idle");
    expect(b.speed()).to.equal(0);
    const told = b.ticks.flatMap(({ notices = [] }) => notices.map(({ code }) => code));
    expect(told).to.include("operator.late");
  });

  it("that was not reset by anybody is stopped again by every new push outward from inside", async () => {
    const b = await pushedOut();
    b.push(lastJoint(-OUT));
    b.beats(2);
    expect(b.controller.outside()).to.equal(undefined);
    b.push(lastJoint(OUT));
    b.beats(1);
    expect(b.controller.mode()).to.deep.equal({ is: "stopped", cause: "joint.envelope" });
  });
});

describe("A hand on the cuff (A4)", () => {
  it("holds the policy in one beat, and letting go of it does not let the policy go on: a person's resume does", () => {
    const b = movingBench();
    b.say({ cuff: true });
    b.drive([0.1, 0, 0], 1);
    expect(b.controller.mode()).to.deep.equal({ is: "holding", cause: "arm.cuff", from: "running" });
    b.say({ cuff: false });
    b.drive([0.1, 0, 0], 20);
    expect(b.controller.mode().is).to.equal("holding");
    b.controller.event({ on: "resume" });
    b.drive([0.1, 0, 0], 1);
    expect(b.controller.mode().is).to.equal("running");
  });
});
