import { expect } from "chai";
import { bench, limits } from "./bench.ts";

const plenty = limits.exploration;
const codes = (b: ReturnType<typeof bench>) => b.ticks.flatMap(({ notices = [] }) => notices.map(({ code }) => code));

describe("An exploration budget (X1)", () => {
  for (const [name, budget, live] of [
    ["budget.minutes", { ...plenty, minutes: 0.01 }, () => {}],
    ["budget.metres", { ...plenty, metres: 0.02 }, () => {}],
    [
      "budget.contacts",
      { ...plenty, contacts: 3 },
      (b: ReturnType<typeof bench>, k: number) => b.feel({ wrench: [0, 0, k % 4 < 2 ? 20 : 0, 0, 0, 0] }),
    ],
  ] as const)
    it(`(${name}) once spent ends driving in one tick, brings the arm to rest, and lets nothing start`, () => {
      const b = bench({ exploration: budget });
      b.running();
      let k = 0;
      for (; k < 200 && b.controller.mode().is === "running"; k++) {
        live(b, k);
        b.drive([0.1, 0, 0], 1);
      }
      expect(b.controller.mode().is, `after ${k} beats`).to.equal("idle");
      expect(b.controller.exploration().spent).to.equal(name);
      expect(codes(b)).to.include(name);
      b.beats(40);
      expect(b.speed()).to.equal(0);
      expect(() => b.controller.start()).to.throw(new RegExp(`${name} is used up`));
      expect(b.controller.counters().stops).to.equal(0);
    });

  it("is not touched by an arm that waits", () => {
    const b = bench({ exploration: plenty });
    b.beats(500);
    expect(b.controller.exploration().usage).to.deep.include({ seconds: 0, metres: 0 });
  });

  it("counts what a session spends: seconds of driving and the way of the tip", () => {
    const b = bench({ exploration: plenty });
    b.running();
    b.drive([0.1, 0, 0], 300);
    const { usage, spent } = b.controller.exploration();
    expect(spent).to.equal(undefined);
    expect(usage.seconds).to.be.closeTo(3, 0.05);
    expect(usage.metres).to.be.within(0.15, 0.31);
  });
});

describe("A word worth telling", () => {
  it("L1: comes when states are one period late, before anything is held, and once a second at most", () => {
    const b = bench();
    b.running();
    b.drive([0.1, 0, 0], 20);
    b.quiet.arm = true;
    b.drive([0.1, 0, 0], 3);
    expect(b.controller.mode().is).to.equal("running");
    expect(codes(b)).to.deep.equal(["state.late"]);
    b.drive([0.1, 0, 0], 3);
    expect(b.controller.mode().is).to.equal("holding");
    expect(codes(b)).to.deep.equal(["state.late"]);
  });

  it("L6: comes when the wall clock steps by an hour either way, and nothing moves differently", () => {
    const [calm, stepped] = [bench(), bench()];
    for (const b of [calm, stepped]) {
      b.running();
      for (let k = 0; k < 60; k++) {
        if (b === stepped && k === 20) b.stepWall(3600);
        if (b === stepped && k === 40) b.stepWall(-7200);
        b.drive([0.1, 0, 0], 1);
      }
    }
    expect(codes(stepped)).to.deep.equal(["clock.jumped"]);
    expect(stepped.sent).to.deep.equal(calm.sent);
  });

  it("can be put in from outside, and goes out with one tick", () => {
    const b = bench();
    b.controller.note({ level: "warn", code: "storage.low", text: "little room is left" });
    b.beats(3);
    expect(codes(b)).to.deep.equal(["storage.low"]);
  });
});
