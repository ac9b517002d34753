import { expect } from "chai";
import { lockstepClock } from "../../../sim/lockstepClock.ts";
import { seconds } from "../../../src/domain/units.ts";
import type { Metres } from "../../../src/domain/units.ts";
import { bench } from "./drive.ts";
import { everything } from "./table.ts";

/** A clock over a world that only counts its periods. */
function counting() {
  let periods = 0;
  const clock = lockstepClock(
    seconds(0.01),
    () => seconds(periods / 100),
    () => void periods++,
  );
  const beats = (n: number) => {
    const end = periods + n;
    return clock.run(() => periods >= end);
  };
  return { clock, beats, periods: () => periods };
}

describe("lockstep time", () => {
  it("tells what was promised in a beat to who awaits it before the next beat", async () => {
    const { clock, beats, periods } = counting();
    let keep: (() => void) | undefined;
    let told: number | undefined;
    const waiting = new Promise<void>((resolve) => (keep = resolve)).then(() => (told = periods()));
    clock.beat$.subscribe(() => periods() === 5 && keep!());
    await beats(20);
    await waiting;
    expect(told).to.equal(5);
  });

  it("lets who awaits act within the same time: what is asked for in a beat is there at the next", async () => {
    const { clock, beats, periods } = counting();
    const acted: number[] = [];
    let turn: (() => void) | undefined;
    const beaten = () => new Promise<void>((resolve) => (turn = resolve));
    clock.beat$.subscribe(() => turn?.());
    const following = (async () => {
      while (acted.length < 10) {
        await beaten();
        acted.push(periods());
      }
    })();
    await beats(50);
    await following;
    expect(acted).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it("settles long chains of promises in the same beats in every run", async () => {
    const chains = async () => {
      const { clock, beats, periods } = counting();
      const settled: string[] = [];
      const chain = async (name: string, links: number) => {
        for (let link = 0; link < links; link++) {
          await undefined;
          settled.push(`${name}${link} at ${periods()}`);
        }
      };
      clock.beat$.subscribe(() => {
        if (periods() === 3) void chain("a", 7);
        if (periods() === 6) void chain("b", 4);
      });
      await beats(2500);
      return settled;
    };
    const first = await chains();
    expect(first).to.have.length(11);
    expect(await chains()).to.deep.equal(first);
  });

  it("gives the program's other work a turn within a thousand beats, in a run that would never end", async () => {
    const { clock, periods } = counting();
    setImmediate(() => clock.close());
    const ended = await clock.run(() => false).catch((error: { code: string }) => error.code);
    expect(ended).to.equal("interrupted");
    expect(periods()).to.be.at.most(1000);
  });

  it("can be run again after a run that failed", async () => {
    const { clock, beats, periods } = counting();
    const broken = () => {
      throw new Error("no longer wanted");
    };
    expect(await clock.run(broken).catch((error: Error) => error.message)).to.equal("no longer wanted");
    await beats(3);
    expect(periods()).to.equal(4);
  });
});

describe("the twin in lockstep time", () => {
  /** A life with all things on the table, in which a program waits for the fingers while the arm moves. */
  const life = async (last: number) => {
    const b = await bench({ scene: everything(0) });
    const { gripper } = b.twin;
    await gripper.calibrate();
    const widths: Metres[] = [];
    const grasping = (async () => {
      for (const to of [1, 0, 1, 0]) widths.push((await gripper.move(gripper.range[to]!)).width);
    })();
    const [x, y] = b.fact("button").position;
    await b.goTo([x, y, 0.05], 0.012);
    await grasping;
    for (let k = 0; k < 8; k++) await b.step([0, 0, -0.1]);
    for (let k = 0; k < 12; k++) await b.step([0.02 * Math.cos(k), last, 0.1]);
    await b.periods(20);
    const end = { hash: b.twin.hash(), widths, facts: b.facts(), now: b.twin.clock.now() };
    await b.twin.arm.close();
    return end;
  };

  it("repeats itself bit for bit: contacts, a locker on its way, and fingers that somebody waits for", async () => {
    const one = await life(0.05);
    expect(one.facts["locker"]!.travel, "under way or out").to.be.above(0.05);
    expect(one.widths).to.have.length(4);
    expect(await life(0.05)).to.deep.equal(one);
  });
  it("is another life where one command differs", async () => {
    expect((await life(0.05)).hash).to.not.equal((await life(0.0500001)).hash);
  });
});
