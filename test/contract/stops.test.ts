import { setTimeout as pause } from "node:timers/promises";
import { performance } from "node:perf_hooks";
import { openStopBox } from "../../robot/stopbox/stopBox.ts";
import { seconds } from "../../src/domain/units.ts";
import { fakeStop } from "../support/fakeStop.ts";
import { needsSocat, openPty } from "../support/pty.ts";
import { stopBoxDevice, type StopBoxDevice } from "../support/stopBoxDevice.ts";
import { virtualStopBox } from "../support/virtualStopBox.ts";
import { itKeepsTheStopContract } from "./stop.contract.ts";

/** Every line damaged in the middle. */
const flipped = (text: string) => text.replace(/,[PR],/, ",X,");
const line = (device: StopBoxDevice) => (is: "well" | "silent" | "noisy") =>
  device.spoil(is === "well" ? (text) => text : is === "silent" ? () => "" : flipped);

itKeepsTheStopContract("the fake", async () => {
  const { stop, say } = fakeStop();
  let pressed = false;
  const hand = () => (pressed ? "pressed" : "released");
  return {
    stop,
    press: () => void ((pressed = true), say(hand())),
    release: () => void ((pressed = false), say(hand())),
    line: (is) => say(is === "well" ? hand() : is === "silent" ? "silent" : "garbled"),
    unplug: () => say("lost"),
    plug: () => say(hand()),
    tick: async () => {},
  };
});

itKeepsTheStopContract("the stop box in virtual time", async () => {
  const box = virtualStopBox();
  const stop = await box.open();
  return { stop, ...box.device, line: line(box.device), unplug: box.unplug, plug: box.plug, tick: () => box.step() };
});

describe("over a port of the operating system", () => {
  before(function () {
    needsSocat(this);
  });
  // At a quarter of the speed: a computer that is busy with other tests is no silent box. How fast it is, is tested in virtual time.
  const clock = { now: () => seconds(performance.now() / 4000) };
  const devices: StopBoxDevice[] = [];
  after(() => devices.forEach((device) => device.close()));
  const end: (() => Promise<void>)[] = [];
  afterEach(() => Promise.all(end.splice(0).map((one) => one())));

  itKeepsTheStopContract("the stop box", async () => {
    const pty = await openPty();
    const device = stopBoxDevice(pty.say, clock.now);
    devices.push(device);
    const stop = await openStopBox({ path: pty.path, clock });
    end.push(async () => {
      device.close();
      await stop.close();
      await pty.unplug();
    });
    return { stop, ...device, line: line(device), unplug: pty.unplug, plug: pty.plug, tick: () => pause(5) };
  });
});
