import { expect } from "chai";
import { Subject } from "rxjs";
import { sawyer } from "../../../robot/description/sawyer.ts";
import { authority } from "../../../src/control/authority.ts";
import { controlLoop, outbox } from "../../../src/control/loop.ts";
import type { Seconds, Vec3 } from "../../../src/domain/units.ts";
import { seconds } from "../../../src/domain/units.ts";
import { chain, jacobian } from "../../../src/kinematics/chain.ts";
import { orientationError } from "../../../src/kinematics/inverse.ts";
import { bench, limits } from "./bench.ts";

const kinematics = chain(sawyer);
const neutral = sawyer.poses["neutral"]!;
const STILL: Vec3 = [0, 0, 0];
/** Tip velocity that the last command asks for, m/s. */
const asked = (b: ReturnType<typeof bench>): Vec3 => {
  const { J } = jacobian(kinematics, b.controller.state()!.position);
  const value = b.sent.at(-1)!.value;
  const row = (k: number) => value.reduce((sum, v, i) => sum + J[7 * k + i]! * v, 0);
  return [row(0), row(1), row(2)];
};

describe("set-points", () => {
  it("never ask for more speed than is wanted, to make up for the time a change took", () => {
    const b = bench();
    b.running();
    for (const [wanted, n] of [
      [0.1, 60],
      [-0.1, 60],
      [0.1, 60],
    ] as const)
      for (let k = 0; k < n; k++) {
        b.drive([wanted, 0, 0], 1);
        expect(Math.abs(asked(b)[0])).to.be.below(0.102);
      }
  });

  it("stay below the tip's speed limit however much is wanted, and keep the direction", () => {
    const b = bench();
    b.running();
    for (let k = 0; k < 70; k++) {
      b.drive([0.4, -0.4, 0], 1);
      expect(Math.hypot(...asked(b))).to.be.below(limits.tipSpeed);
    }
    const [x, y, z] = asked(b);
    expect(Math.hypot(x, y, z)).to.be.above(0.2);
    expect([x + y, z].map(Math.abs).every((off) => off < 0.01)).to.equal(true);
    expect(b.controller.counters().clamps).to.equal(0);
  });

  it("lead a tip that was pushed far away back slowly", () => {
    const b = bench();
    b.running();
    b.drive(STILL, 20);
    b.push([0.15, 0, 0, 0, 0, 0, 0]);
    for (let k = 0; k < 200; k++) {
      b.drive(STILL, 1);
      // The lead is 0.02 m and its gain 3 per second; turning the hand upright again moves the tip a little too.
      expect(Math.hypot(...asked(b))).to.be.below(0.07);
    }
  });

  it("turn the hand upright again", () => {
    const b = bench();
    b.running();
    b.drive(STILL, 5);
    const R = b.R();
    b.push([0, 0, 0, 0, 0, 0, 0.1]);
    expect(Math.hypot(...orientationError(b.R(), R))).to.be.above(0.09);
    b.drive(STILL, 300);
    expect(Math.hypot(...orientationError(b.R(), R))).to.be.below(0.01);
  });

  it("drift toward the neutral posture where the tip leaves them the choice", () => {
    const b = bench();
    b.running();
    // A motion of the elbow alone: the joint velocity left over when neutral pulls and the tip may not move.
    b.push([0.1, 0.05, -0.1, 0.05, 0.1, 0, 0]);
    b.drive(STILL, 400);
    const settled = b.tip();
    const far = () => Math.hypot(...b.controller.state()!.position.map((q, i) => q - neutral[i]!));
    const before = far();
    b.drive(STILL, 1500);
    expect(far()).to.be.below(before - 1e-3);
    expect(Math.hypot(...b.tip().map((x, i) => x - settled[i]!))).to.be.below(2e-3);
  });

  it("start from the measured tip again after a clamp", () => {
    let reseeds = 0;
    const state = {
      at: seconds(0.01),
      position: [...neutral],
      velocity: neutral.map(() => 0),
      effort: neutral.map(() => 0),
    } as never;
    const command = { kind: "velocity" as const, value: neutral.map(() => 1), period: seconds(0.01) };
    const beat$ = new Subject<Seconds>();
    const who = authority(7, () => {});
    for (const event of [{ on: "connected", enabled: true }, { on: "start" }] as const) who.fire(event);
    const judge = () => ({ kind: "clamp" as const, command, joints: [0], reason: "test" });
    const arm = bench().arm;
    const lifetime = controlLoop({
      arm,
      clock: { now: () => seconds(0.01), wall: () => 0, beat$, period: seconds(0.01), run: async () => {} },
      senses: { state: () => state, scene: () => undefined, dropped: () => 0 } as never,
      authority: who,
      supervisor: () => [],
      setPoints: { follow: () => command, brake: () => command, reseed: () => void reseeds++ },
      judge: { driving: judge, easing: judge, recovering: judge },
      follows: () => undefined,
      outbox: outbox(),
    }).subscribe();
    beat$.next(seconds(0.01));
    lifetime.unsubscribe();
    expect(reseeds).to.equal(1);
  });
});
