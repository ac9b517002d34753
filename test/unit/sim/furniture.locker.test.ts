import { expect } from "chai";
import { motor } from "../../../sim/furniture/shapes.ts";
import { START_TIP, LOCKER_TRAVEL, TABLE_Z } from "../../../src/tasks/sawyer.ts";
import { bench } from "./drive.ts";
import { LOCKER_FRONT, bareTable, brickIn, lockerAt, tableWith } from "./table.ts";
import type { BareTable } from "./table.ts";

const Y = -0.17;
/** Periods in which it goes all the way, twice over. */
const RIDE = 300;

describe("the locker", () => {
  let t: BareTable;
  const open = async (...of: Parameters<typeof bareTable>) => (t = await bareTable(...of));
  const travel = () => t.fact("locker").travel;
  const press = (rides = RIDE) => {
    t.press();
    t.pass(rides);
  };
  afterEach(() => t.physics.free());

  it("goes out at a press, in at the next, and out at the one after", async () => {
    await open(lockerAt(Y));
    for (const goal of [LOCKER_TRAVEL, 0, LOCKER_TRAVEL]) {
      press();
      expect(travel()).to.be.closeTo(goal, 1e-3);
    }
  });

  it("goes in at the first press where it is found open, and where it is found part of the way out", async () => {
    for (const found of [LOCKER_TRAVEL, 0.06]) {
      await open(lockerAt(Y, found));
      t.pass(RIDE);
      expect(travel(), "found").to.be.closeTo(found, 1e-3);
      press();
      expect(travel()).to.be.closeTo(0, 1e-3);
      t.physics.free();
    }
    await open({});
  });

  it("takes one long press for one, and goes no faster than its motor", async () => {
    await open(lockerAt(Y));
    t.finger(6);
    let [last, fastest] = [0, 0];
    for (let i = 0; i < 3 * RIDE; i++) {
      t.pass(1);
      fastest = Math.max(fastest, Math.abs(travel() - last) / 0.01);
      last = travel();
    }
    expect(last).to.be.closeTo(LOCKER_TRAVEL, 1e-3);
    expect(fastest).to.be.within(0.9 * motor.speed, 1.1 * motor.speed);
  });

  it("does not take a press for two where the finger trembles above the depth at which it lets go", async () => {
    await open(lockerAt(Y));
    // The spring gives 300 N/m: from 1.8 N on it is 6 mm deep, and 8 mm from 2.4.
    for (let i = 0; i < 10; i++) {
      t.finger(2.6);
      t.pass(10);
      t.finger(1.6);
      t.pass(10);
    }
    t.pass(RIDE);
    expect(travel()).to.be.closeTo(LOCKER_TRAVEL, 1e-3);
  });

  it("turns round at a press on the way", async () => {
    await open(lockerAt(Y));
    press(30);
    expect(travel()).to.be.within(0.03, 0.1);
    press();
    expect(travel()).to.be.closeTo(0, 1e-3);
  });

  it("stops at a hand in its way, pushes it with no more than its motor has, and goes on when the hand leaves", async () => {
    await open(lockerAt(Y));
    t.put([LOCKER_FRONT - 0.07, Y, TABLE_Z + 0.02]);
    t.press();
    let most = 0;
    for (let i = 0; i < 2 * RIDE; i++) {
      t.pass(1);
      most = Math.max(most, t.onLocker());
    }
    expect(travel(), "held back").to.be.within(0.03, 0.09);
    expect(most, "N").to.be.within(1, 1.5 * motor.force);
    expect(t.onLocker(), "N at rest").to.be.within(1, motor.force);
    const held = travel();
    t.pass(50);
    expect(travel()).to.be.closeTo(held, 1e-3);
    t.put(START_TIP);
    t.pass(RIDE);
    expect(travel()).to.be.closeTo(LOCKER_TRAVEL, 1e-3);
  });

  it("carries its brick along, out and in, and leaves it where it lay in the box", async () => {
    await open(brickIn(Y));
    const lies = () => t.fact("brick").position.map((x, i) => x - t.fact("locker").position[i]!);
    t.pass(50);
    const before = lies();
    for (let presses = 0; presses < 4; presses++) {
      press();
      lies().forEach((x, i) => expect(x, `axis ${i} after press ${presses + 1}`).to.be.closeTo(before[i]!, 0.004));
    }
    press();
    expect(t.fact("brick").position[0]).to.be.closeTo(LOCKER_FRONT - LOCKER_TRAVEL + 0.07, 0.004);
  });

  it("says where its front's foot is as it now stands", async () => {
    await open(lockerAt(Y, 0.05));
    t.fact("locker").position.forEach((x, i) => expect(x).to.be.closeTo([LOCKER_FRONT - 0.05, Y, TABLE_Z][i]!, 1e-6));
    press();
    expect(t.fact("locker").position[0]).to.be.closeTo(LOCKER_FRONT, 1e-3);
  });

  it("begins anew where the scene is set out again: what was heard of the button before is forgotten", async () => {
    await open(lockerAt(Y));
    press(20);
    t.things.arrange(lockerAt(Y));
    t.pass(RIDE);
    expect(travel(), "no ride left over").to.be.closeTo(0, 1e-6);
    press();
    expect(travel()).to.be.closeTo(LOCKER_TRAVEL, 1e-3);
  });
});

describe("the locker under an arm", () => {
  it("stays open where a twin begins with it open, and where its joints are put anew", async () => {
    const b = await bench({ scene: brickIn(Y, LOCKER_TRAVEL) });
    await b.periods(200);
    expect(b.fact("locker").travel).to.be.closeTo(LOCKER_TRAVEL, 1e-3);
    b.twin.setJoints([...b.state().position]);
    await b.periods(200);
    expect(b.fact("locker").travel).to.be.closeTo(LOCKER_TRAVEL, 1e-3);
    await b.twin.arm.close();
  });

  it("is opened by a hand that presses the button", async () => {
    const b = await tableWith(brickIn(Y));
    const [x, y] = b.fact("button").position;
    await b.go([x, y, 0.05], 0.012);
    await b.until([0, 0, -0.1], () => b.fact("button").travel > 0.009);
    await b.go([x, y, 0.06], 0.012);
    await b.periods(150);
    expect(b.fact("locker").travel).to.be.closeTo(LOCKER_TRAVEL, 1e-3);
    await b.twin.arm.close();
  });
});
