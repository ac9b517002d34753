import { expect } from "chai";
import { deadlines, monotonic, pacedClock } from "../../../sim/pacedClock.ts";
import { line, lines } from "../../../sim/wire.ts";
import type { FromTwin } from "../../../sim/wire.ts";
import { seconds } from "../../../src/domain/units.ts";
import { outcome } from "../../contract/arm.contract.ts";

describe("wall-paced time", () => {
  it("serves deadlines at or after their moment, on a grid that does not drift", async () => {
    const served: number[] = [];
    await new Promise<void>((enough) => {
      const pace = deadlines(seconds(0.004), (at) => {
        expect(monotonic()).to.be.at.least(at);
        if (served.push(at) < 20) return;
        pace.stop();
        enough();
      });
    });
    const periods = served.map((at) => (at - served[0]!) / 0.004);
    for (const [i, k] of periods.entries()) {
      expect(Math.abs(k - Math.round(k)), "off the grid").to.be.lessThan(1e-3);
      if (i > 0) expect(k).to.be.greaterThan(periods[i - 1]! + 0.5);
    }
  });
  it("says how many deadlines went by while the process was kept from running, and serves them once, not in a burst", async () => {
    const late: number[] = [];
    await new Promise<void>((enough) => {
      const pace = deadlines(seconds(0.005), (_, missed) => {
        if (late.push(missed) === 2) for (const until = monotonic() + 0.06; monotonic() < until;);
        if (late.length < 4) return;
        pace.stop();
        enough();
      });
    });
    expect(late[2]).to.be.at.least(10);
  });
  it("beats until closed, asks after every beat, and then says that it was interrupted", async () => {
    const clock = pacedClock(seconds(0.003));
    const order: string[] = [];
    clock.beat$.subscribe({ next: () => order.push("beat"), complete: () => order.push("end") });
    await clock.run(() => order.push("asked") >= 6);
    expect(order.slice(0, 6)).to.deep.equal(["beat", "asked", "beat", "asked", "beat", "asked"]);
    const waiting = clock.run(() => false);
    clock.close();
    expect(await outcome(waiting)).to.equal("interrupted");
    expect(order.at(-1)).to.equal("end");
    expect(await outcome(clock.run(() => true))).to.equal("interrupted");
  });
});

describe("what a paced twin and its clients say to each other", () => {
  const done = (id: number): FromTwin => ({ op: "done", id });
  it("comes out whole, however it was cut on the way", () => {
    const stream = [1, 2, 3].map((id) => line(done(id))).join("");
    for (const cut of [1, 5, 17, stream.length]) {
      const taken: FromTwin[] = [];
      const read = lines<FromTwin>((message) => taken.push(message));
      for (let i = 0; i < stream.length; i += cut) read(stream.slice(i, i + cut));
      expect(taken).to.deep.equal([done(1), done(2), done(3)]);
    }
  });
  it("is refused when it is not JSON, or a line that never ends", () => {
    expect(() => lines(() => {})("GET / HTTP/1.1\r\n")).to.throw(SyntaxError);
    expect(() => lines(() => {})("x".repeat(100_000))).to.throw(RangeError);
  });
});
