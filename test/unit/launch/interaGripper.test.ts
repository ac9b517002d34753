import { expect } from "chai";
import { interaGripper } from "../../../launch/speak/interaGripper.ts";
import { setSignal } from "../../../robot/grippers/interaSignals.ts";

/** The device over fingers that go where they are driven, at once, or only as far as something lets them. */
function bench() {
  let [at, floor, n] = [0, 0, 0];
  const device = interaGripper(0.01, (travel) => void (at = Math.max(floor, 2 * travel)));
  const run = (periods: number) => {
    for (let k = 0; k < periods; k++) device.step(at);
    return Object.fromEntries(device.signals());
  };
  const set = (signal: string, value: number | boolean, stamp = ++n) =>
    device.obey(setSignal({ sec: stamp, nanosec: 0 }, signal, value));
  return { device, run, set, hold: (width: number) => void (floor = width) };
}

describe("the electric gripper that a twin plays", () => {
  it("keeps a position until it is calibrated, and takes it up then", () => {
    const { run, set } = bench();
    set("position_m", 0.03);
    expect(run(50)).to.include({ position_response_m: 0, is_calibrated: false });
    set("calibrate", true);
    expect(run(50)).to.include({ is_moving: true, is_calibrated: false });
    expect(run(100)).to.include({ position_response_m: 0.03, is_calibrated: true, is_moving: false, is_gripping: false });
  });
  it("moves no faster than it is told", () => {
    const { run, set } = bench();
    set("calibrate", true);
    run(150);
    set("speed_mps", 0.15);
    set("position_m", 0.041667);
    expect(run(10).position_response_m).to.be.within(0.01, 0.0165);
    expect(run(100).position_response_m).to.be.closeTo(0.041667, 1e-5);
  });
  it("says that it grips when something keeps its fingers from where they are to be", () => {
    const { run, set, hold } = bench();
    set("calibrate", true);
    run(150);
    set("position_m", 0.04);
    run(50);
    hold(0.02);
    set("position_m", 0);
    expect(run(50)).to.include({ position_response_m: 0.02, is_gripping: true, is_moving: false });
  });
  it("halts when it may not go, and goes on when it may", () => {
    const { run, set } = bench();
    set("calibrate", true);
    run(150);
    set("go", false);
    set("position_m", 0.04);
    expect(run(50)).to.include({ position_response_m: 0 });
    set("go", true);
    expect(run(50)).to.include({ position_response_m: 0.04 });
  });
  it("takes a command once however often it is said, and acknowledges it by its stamp", () => {
    const { device, run, set } = bench();
    set("calibrate", true, 7);
    run(150);
    set("calibrate", true, 7);
    expect(run(1)).to.include({ is_moving: false });
    expect(device.commands()).to.deep.equal([{ sec: 7, nanosec: 0 }]);
  });
  it("wants to be calibrated again after a reboot", () => {
    const { run, set } = bench();
    set("calibrate", true);
    run(150);
    set("reboot", true);
    expect(run(1)).to.include({ is_calibrated: false });
  });
  it("leaves what it cannot read", () => {
    const { device, run } = bench();
    for (const args of ["", "{", "null", "[]", '{"signals":{"position_m":null}}', '{"signals":{"position_m":{"data":["x"]}}}'])
      device.obey({ time: { sec: 1, nanosec: args.length }, op: "set", args });
    device.obey({ ...setSignal({ sec: 9, nanosec: 0 }, "calibrate", true), op: "get" });
    expect(run(5)).to.include({ position_response_m: 0, is_calibrated: false, is_moving: false });
  });
});
