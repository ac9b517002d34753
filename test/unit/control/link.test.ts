import { expect } from "chai";
import { NEVER, Observable, throwError } from "rxjs";
import type { JointCommand } from "../../../src/domain/arm.ts";
import { OnarmError } from "../../../src/domain/errors.ts";
import type { Arm } from "../../../src/ports/arm.ts";
import { bench } from "./bench.ts";

describe("the control loop toward a slow link", () => {
  /** A link whose every send waits for `take`. */
  const slow = () => {
    const waiting: (() => void)[] = [];
    const through = (arm: Arm): Arm => ({
      ...arm,
      send: (command: JointCommand) =>
        new Observable<JointCommand>((out) => void waiting.push(() => (out.next(command), out.complete()))),
    });
    return { through, take: () => waiting.shift()?.(), waiting };
  };

  it("drops and counts commands while one is under way, and queues none", () => {
    const link = slow();
    const b = bench({ through: link.through });
    b.beats(4);
    expect([link.waiting.length, b.controller.counters().dropped]).to.deep.equal([1, 3]);
    link.take();
    expect(link.waiting.length).to.equal(0);
    b.beat();
    expect(link.waiting.length).to.equal(1);
    expect(b.last().sent).to.not.equal(undefined);
  });

  it("lets a stop overtake a send that is under way", () => {
    const link = slow();
    const b = bench({ through: link.through });
    b.beats(2);
    b.controller.stop("test");
    expect(b.halts()).to.equal(1);
    b.beat();
    expect(b.last().mode.is).to.equal("stopped");
  });

  it("does not wait for a send that hung before the stop", async () => {
    const link = slow();
    const b = bench({ through: link.through });
    b.beats(2);
    b.controller.stop("test");
    await b.controller.reset();
    await b.controller.enable();
    b.beat();
    expect(link.waiting.length).to.equal(2);
  });

  it("stops when a send is under way for more than 100 ms", () => {
    const b = bench({ through: (arm) => ({ ...arm, send: () => NEVER }) });
    b.beats(11);
    expect(b.controller.mode().is).to.equal("idle");
    b.beats(2);
    expect(b.controller.mode()).to.deep.equal({ is: "stopped", cause: "link.timeout" });
  });

  for (const [error, cause] of [
    [new Error("gone"), "link.lost"],
    [new OnarmError("arm.refused", "no command for this arm"), "arm.refused"],
  ] as const)
    it(`stops with "${cause}" when a send fails with "${error.message}"`, () => {
      const b = bench({ through: (arm) => ({ ...arm, send: () => throwError(() => error) }) });
      b.beat();
      expect(b.controller.mode()).to.deep.equal({ is: "stopped", cause });
    });
});

describe("the deliberate acts", () => {
  const code = (promise: Promise<void>) =>
    promise.then(
      () => "done",
      (e: { code: string }) => e.code,
    );

  it("are refused out of turn, and then touch nothing", async () => {
    const b = bench();
    b.beat();
    expect([await code(b.controller.reset()), await code(b.controller.enable())]).to.deep.equal(["mode.refused", "mode.refused"]);
    expect([b.controller.mode().is, b.halts()]).to.deep.equal(["idle", 0]);
  });

  it("stop an arm that has not heard of its stop before they reset it", async () => {
    let deaf = true;
    const b = bench({ through: (arm) => ({ ...arm, halt: () => (deaf ? Promise.reject(new Error("link")) : arm.halt()) }) });
    b.beat();
    b.controller.stop("test");
    deaf = false;
    expect(await code(b.controller.reset())).to.equal("done");
    expect([b.controller.mode().is, b.halts()]).to.deep.equal(["disabled", 1]);
  });
});
