import { expect } from "chai";
import fc from "fast-check";
import { seconds } from "../../../src/domain/units.ts";
import { SILENCE, heartbeat } from "../../../src/safety/heartbeat.ts";

describe("the watchdog's rule", () => {
  it("takes a driving control that says nothing for more than 100 ms for stalled", () => {
    expect(heartbeat(seconds(0), true, seconds(SILENCE))).to.equal(undefined);
    expect(heartbeat(seconds(0), true, seconds(SILENCE + 1e-9))).to.equal("control.stalled");
    expect(SILENCE).to.equal(0.1);
  });

  it("leaves alone a control that does not drive, and one that has not begun to beat", () => {
    expect(heartbeat(seconds(0), false, seconds(9))).to.equal(undefined);
    expect(heartbeat(undefined, true, seconds(9))).to.equal(undefined);
    expect(heartbeat(seconds(0), false, seconds(9), false)).to.equal(undefined);
  });

  it("takes a closed link for the loss of a control that drove, however young its last beat", () => {
    expect(heartbeat(seconds(1), true, seconds(1), false)).to.equal("control.lost");
    expect(heartbeat(seconds(1), true, seconds(1), true)).to.equal(undefined);
  });

  it("takes a stamp that is no number, in either place, for silence", () => {
    for (const [last, now] of [
      [NaN, 1],
      [1, NaN],
    ] as const)
      expect(heartbeat(seconds(last), true, seconds(now))).to.equal("control.stalled");
  });

  it("never throws, and while control drives finds no silence beyond its bound good", () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), (last, now) => {
        const found = heartbeat(seconds(last), true, seconds(now));
        if (found === undefined) expect(now - last).to.be.at.most(SILENCE);
      }),
    );
  });
});
