import { twinGripper } from "../../sim/gripper.ts";
import { seconds } from "../../src/domain/units.ts";
import { Fingers } from "./grip.ts";

/** m: gap when closed, and what both fingers together add to it. */
const CLOSED = 0.0155;
const TRAVEL = 0.0416;
const PERIOD = 0.01;

/** The embedded gripper over fingers that take any thing, in virtual time that passes by itself. Open, nothing between them. */
export function twinFingers() {
  const fingers = new Fingers(TRAVEL, 0.002);
  const seen = { commands: 0, calibrations: 0 };
  let ready = false;
  const device = twinGripper(
    CLOSED,
    TRAVEL,
    (each) => {
      seen.commands++;
      fingers.target = 2 * each;
    },
    seconds(0),
  );
  device.gripper.state$.subscribe({
    next: (state) => {
      if (state.ready && !ready) seen.calibrations++;
      ready = state.ready;
    },
    error: () => {},
  });
  let periods = 0;
  let turn: NodeJS.Immediate;
  const step = () => {
    fingers.step();
    device.step(++periods * PERIOD, fingers.position);
  };
  const live = () => {
    step();
    turn = setImmediate(live);
  };
  live();
  return {
    gripper: device.gripper,
    befall: device.befall,
    tolerance: 0.001,
    asked: () => seen.commands + seen.calibrations,
    calibrations: () => seen.calibrations,
    put: (width: number | undefined) => void (fingers.thing = width === undefined ? undefined : width - CLOSED),
    mute: (is: boolean) => device.befall(is ? "silent" : "none"),
    fail: () => device.befall("faulty"),
    powerCycle: () => device.befall("restarted"),
    cut: () => {
      clearImmediate(turn);
      device.end(new Error("the physics of its arm came to an end"));
    },
    close: () => clearImmediate(turn),
  };
}
