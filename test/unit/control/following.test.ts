import { expect } from "chai";
import { of } from "rxjs";
import { sawyer } from "../../../robot/description/sawyer.ts";
import type { Arm } from "../../../src/ports/arm.ts";
import { bench, movingBench } from "./bench.ts";

/** A link that takes commands and loses them. */
function oneWay() {
  const fault = { on: false };
  const through = (arm: Arm): Arm => ({ ...arm, send: (command) => (fault.on ? of(command) : arm.send(command)) });
  return { fault, through };
}

describe("An arm that does not do what it is sent", () => {
  it("L5: whose echo ceases while more than 0.05 rad/s is commanded is stopped within 500 ms", () => {
    const { fault, through } = oneWay();
    const b = movingBench({ through, echo: true });
    fault.on = true;
    b.drive([0.1, 0, 0], 29);
    expect(b.controller.mode().is).to.equal("running");
    b.drive([0.1, 0, 0], 3);
    expect(b.controller.mode()).to.deep.equal({ is: "stopped", cause: "link.oneway" });
  });

  it("L5: that has no echo is stopped by its tracking error, within 500 ms where a joint is sent at 1 rad/s", () => {
    const { fault, through } = oneWay();
    const b = bench({ through });
    b.running();
    const q = sawyer.poses["neutral"]!.map((x, k) => (k === 6 ? x - 3 : x));
    b.pursue({ kind: "posture", q }, 30);
    expect(b.speed()).to.be.above(1);
    fault.on = true;
    b.pursue({ kind: "posture", q }, 50);
    expect(b.controller.mode()).to.deep.equal({ is: "stopped", cause: "tracking" });
  });

  it("that was idle for long, and so heard nothing telling, may start all the same", () => {
    const { fault, through } = oneWay();
    const b = bench({ through, echo: true });
    fault.on = true;
    b.beats(100);
    fault.on = false;
    b.controller.start();
    b.drive([0.1, 0, 0], 50);
    expect(b.controller.mode().is).to.equal("running");
    expect(b.speed()).to.be.above(0.05);
  });

  it("A3: pushed more than 0.2 rad from where it was sent is stopped in the same beat", () => {
    const b = movingBench();
    b.push([0, 0, 0, 0, 0, 0, 0.19]);
    b.drive([0.1, 0, 0], 1);
    expect(b.controller.mode().is).to.equal("running");
    b.push([0, 0, 0, 0, 0, 0, 0.05]);
    b.drive([0.1, 0, 0], 1);
    expect(b.controller.mode()).to.deep.equal({ is: "stopped", cause: "tracking" });
  });

  it("held fast while it pushes gently goes on: that is what pressing a button to its stop is", () => {
    const b = movingBench();
    b.drive([0, 0, 0], 40);
    b.world.stuck = true;
    b.drive([0.02, 0, 0], 500);
    expect(b.controller.mode().is).to.equal("running");
  });
});
