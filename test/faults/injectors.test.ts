import { expect } from "chai";
import fc from "fast-check";
import { Subject } from "rxjs";
import type { MonoTypeOperatorFunction } from "rxjs";
import { switchable } from "../../sim/faults/switchable.ts";
import { duplicated, frozen, jittered, late, lossy, reordered, restamped, silent, sparse } from "../../sim/faults/streams.ts";
import { faultyArm, swallowed, stuck, thinned } from "../../sim/faults/arm.ts";
import { rng } from "../../src/domain/rng.ts";
import { seconds } from "../../src/domain/units.ts";
import { fakeArm } from "../support/fakeArm.ts";

const stamped = (n: number) => Array.from({ length: n }, (_, k) => ({ at: seconds(k / 100), k }));
/** What comes out, message by message, each with the stamp of the message that let it go. */
function through(fault: MonoTypeOperatorFunction<{ at: ReturnType<typeof seconds>; k: number }>, n: number) {
  const in$ = new Subject<{ at: ReturnType<typeof seconds>; k: number }>();
  const out: { k: number; at: number; when: number }[] = [];
  let when = 0;
  in$.pipe(fault).subscribe(({ k, at }) => out.push({ k, at, when }));
  for (const message of stamped(n)) {
    when = message.at;
    in$.next(message);
  }
  return out;
}
const numbers = (out: readonly { k: number }[]) => out.map(({ k }) => k);

describe("fault injectors", () => {
  it("jitter holds each message up by at most so much, loses none and lets none overtake another", () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 }), fc.integer(), (most, seed) => {
        const out = through(jittered(seconds(most / 100), rng(seed)), 100);
        expect(numbers(out)).to.deep.equal([...Array(out.length).keys()]);
        expect(out.length).to.be.at.least(100 - most - 1);
        // Let go by the next message after its time: a period more at most.
        for (const { at, when } of out) expect(when - at).to.be.within(0, (most + 1) / 100 + 1e-9);
      }),
    ));

  it("late lets every message go when it is that old", () => {
    for (const { at, when } of through(late(seconds(0.08)), 50)) expect(when - at).to.be.closeTo(0.08, 1e-9);
  });

  it("loss loses about its share", () => {
    expect(through(lossy(0.05, rng("loss")), 10_000).length).to.be.within(9300, 9700);
  });

  it("duplicates, reorders, restamps, thins, freezes and silences", () => {
    expect(numbers(through(duplicated(), 2))).to.deep.equal([0, 0, 1, 1]);
    expect(numbers(through(reordered(), 4))).to.deep.equal([1, 0, 3, 2]);
    expect(through(restamped(-3600), 1)[0]!.at).to.equal(-3600);
    expect(numbers(through(sparse(3), 7))).to.deep.equal([2, 5]);
    expect(through(frozen(), 3).map(({ k, at }) => [k, at])).to.deep.equal([
      [0, 0],
      [0, 0.01],
      [0, 0.02],
    ]);
    expect(through(silent(), 5)).to.deep.equal([]);
  });

  it("can be put in and taken out while the stream runs, and until then change nothing", () => {
    const slot = switchable<number>();
    const in$ = new Subject<number>();
    const out: number[] = [];
    in$.pipe(slot.through).subscribe((x) => out.push(x));
    in$.next(1);
    slot.inject(silent());
    in$.next(2);
    slot.inject(duplicated());
    in$.next(3);
    slot.clear();
    in$.next(4);
    expect(out).to.deep.equal([1, 3, 3, 4]);
  });

  it("keep commands from an arm in three ways, and never its stop", async () => {
    const fake = fakeArm();
    const { arm, sends } = faultyArm(fake.arm);
    const command = { kind: "velocity", value: [0, 0], period: seconds(0.01) } as const;
    const taken: string[] = [];
    const send = (how: string) => arm.send(command).subscribe(() => taken.push(how));
    send("straight");
    sends.inject(swallowed);
    send("swallowed");
    sends.inject(stuck);
    send("stuck");
    sends.inject(thinned(2));
    send("thinned");
    send("thinned");
    sends.clear();
    send("straight");
    expect(taken).to.deep.equal(["straight", "swallowed", "thinned", "thinned", "straight"]);
    expect(fake.sent.length).to.equal(3);
    sends.inject(stuck);
    await arm.halt();
    expect(fake.halts()).to.equal(1);
  });
});
