import { expect } from "chai";
import fc from "fast-check";
import { Subject } from "rxjs";
import { openInteraElectric } from "../../../robot/grippers/interaElectric.ts";
import { sameTime, setSignal, stampAfter, valuesOf } from "../../../robot/grippers/interaSignals.ts";
import type { IoCommand, IoStatus } from "../../../robot/grippers/interaSignals.ts";
import { metres, seconds } from "../../../src/domain/units.ts";
import { outcome } from "../../contract/arm.contract.ts";
import { interaResponder } from "../../support/interaResponder.ts";

const status = (signals: Readonly<Record<string, string>>): IoStatus => ({
  time: { sec: 1, nanosec: 0 },
  signals: Object.entries(signals).map(([name, data]) => ({ name, format: "{}", data })),
  commands: [],
});
const ready = { position_response_m: "[0.02]", is_calibrated: "[true]", is_moving: "[false]" };
const patience = { answer: seconds(0.05), motion: seconds(0.05), calibration: seconds(0.05) };

describe("what Intera's IO framework carries", () => {
  it("sets a signal the way the robot reads it", () =>
    expect(JSON.parse(setSignal({ sec: 1, nanosec: 2 }, "position_m", 0.03).args)).to.deep.equal({
      signals: { position_m: { format: { type: "float" }, data: [0.03] } },
    }));
  it("says bool for a truth value", () =>
    expect(setSignal({ sec: 1, nanosec: 2 }, "calibrate", true).args)
      .to.include('"bool"')
      .and.include("[true]"));
  it("reads JSON in strings, and leaves out what it cannot read", () =>
    expect([
      ...valuesOf(status({ a: "[0.041]", b: "[true]", c: "{", d: "[]", e: '["x"]', f: "[1e999]", g: "null", h: "7", i: "" })),
    ]).to.deep.equal([
      ["a", 0.041],
      ["b", true],
    ]));
  it("never throws on what a signal holds", () =>
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (data) => void valuesOf(status({ data })))));
  it("stamps no two commands alike, also when the clock stands or steps back", () =>
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 2e9, noNaN: true }), { maxLength: 30 }), (walls) => {
        let last = { sec: 0, nanosec: 999_999_998 };
        for (const wall of walls) {
          const next = stampAfter(wall, last);
          expect(sameTime(next, last)).to.equal(false);
          expect(next.sec - last.sec + (next.nanosec - last.nanosec) / 1e9).to.be.greaterThan(0);
          expect(next.nanosec).to.be.within(0, 999_999_999);
          last = next;
        }
      }),
    ));
});

describe("Intera's electric gripper, when the robot does not play along", () => {
  it("is refused when nothing is heard of it", async () => {
    const link = { status$: new Subject<IoStatus>(), publish: () => {} };
    expect(await outcome(openInteraElectric({ link, patience }))).to.equal("gripper.failed");
    expect(link.status$.observed, "nobody listens on").to.equal(false);
  });
  it("S4: gives a deed two stamps at most, each said again until its time is over", async () => {
    const published: IoCommand[] = [];
    const status$ = new Subject<IoStatus>();
    const opening = openInteraElectric({
      link: { status$, publish: (command) => published.push(command) },
      patience,
      repeat: seconds(0.01),
    });
    status$.next(status(ready));
    const gripper = await opening;
    expect(await outcome(gripper.move(metres(0.03)))).to.equal("gripper.failed");
    expect(new Set(published.map(({ time }) => `${time.sec}.${time.nanosec}`)).size).to.equal(2);
    expect(published.length).to.be.greaterThan(2);
    const before = published.length;
    await gripper.close();
    expect(published.length).to.equal(before);
  });
  it("takes an acknowledgement of another command for none", async () => {
    const status$ = new Subject<IoStatus>();
    const opening = openInteraElectric({
      link: { status$, publish: () => status$.next({ ...status(ready), commands: [{ sec: 1, nanosec: 1 }] }) },
      patience,
    });
    status$.next(status(ready));
    const gripper = await opening;
    expect(await outcome(gripper.move(metres(0.03)))).to.equal("gripper.failed");
    await gripper.close();
  });
  it("calls a gripper faulty that does not tell where its fingers are", async () => {
    const robot = interaResponder();
    const gripper = await openInteraElectric({ link: robot.link, patience });
    robot.say(status({ is_calibrated: "[true]" }));
    let fault: string | undefined;
    gripper.state$.subscribe((state) => (fault = state.fault)).unsubscribe();
    expect(fault).to.match(/fingers/);
    await gripper.close();
    robot.close();
  });
  it("speaks of the clear gap between the fingers, wherever these are mounted", async () => {
    const robot = interaResponder();
    const gripper = await openInteraElectric({ link: robot.link });
    expect(gripper.range.map((x) => Number(x.toFixed(4)))).to.deep.equal([0.0155, 0.0572]);
    await gripper.close();
    robot.close();
  });
});
