import { expect } from "chai";
import { unready } from "../../../launch/running/unready.ts";
import { assembled, buttonPressed, stoppedBySoftware } from "../../../sim/assembly.ts";
import { seconds } from "../../../src/domain/units.ts";

const well = assembled(seconds(0), true);

describe("an arm that a run finds", () => {
  it("and that moves when it is told to needs nobody", () => expect(unready(well)).to.equal(undefined));
  it("stopped, with its button pressed, not homed, switched off or not ready is told of, with what to do", () => {
    expect(unready(stoppedBySoftware(well, seconds(0)))).to.match(/is stopped: reset it, then enable it/);
    expect(unready(buttonPressed(well, seconds(0)))).to.match(/button is pressed: release it, then reset and enable/);
    expect(unready({ ...well, homed: false, ready: false })).to.match(/not homed: home its joints/);
    expect(unready(assembled(seconds(0), false))).to.match(/motors are off: enable it/);
    expect(unready({ ...well, ready: false })).to.match(/not ready: look at its screen/);
  });
});
