import { expect } from "chai";
import fc from "fast-check";
import { sawyer } from "../../../robot/description/sawyer.ts";
import type { ArmState, JointCommand, Verdict } from "../../../src/domain/arm.ts";
import { governor } from "../../../src/safety/governor.ts";
import { asVelocity, broken, limits, moving, now, reaching, setPoint, seven, stateAt, tooFast, velocity } from "./oracle.ts";

const judge = governor(sawyer, limits);
const neutral = sawyer.poses.neutral!;
const many = { numRuns: 20000 };

const within = (low: number, high: number) => fc.double({ min: low, max: high, noNaN: true });
const vector = (low: number, high: number) => fc.array(within(low, high), { minLength: 7, maxLength: 7 });
/** Poses the arm works in, poses near walls of the box, and poses anywhere it can be, also at its very limits. */
const pose = fc.oneof(
  vector(-0.12, 0.12).map((d) => neutral.map((x, k) => x + d[k]!)),
  vector(-0.4, 0.4).map((d) => neutral.map((x, k) => x + d[k]!)),
  fc.tuple(...limits.joints.map((j) => fc.oneof(within(j.lower, j.upper), fc.constantFrom(j.lower, j.upper)))),
  fc
    .tuple(fc.integer({ min: 0, max: 6 }), fc.boolean(), within(-0.01, 0.06))
    .map(([k, up, d]) => neutral.map((x, i) => (i !== k ? x : up ? limits.joints[k]!.upper - d : limits.joints[k]!.lower + d))),
);
/** A grid over the box whose outer points lie on its walls, edges and corners; drawn poses stand a few mm off them. */
const { min, max } = limits.workspace;
const grid = [0, 0.3, 1].flatMap((x) => [0, 0.5, 1].flatMap((y) => [0, 0.5, 1].map((z) => [x, y, z])));
const atWalls = grid.map((share) => reaching(share.map((s, i) => min[i]! + s * (max[i]! - min[i]!))));
const wallPose = fc
  .tuple(
    fc.constantFrom(...atWalls),
    fc.array(fc.double({ min: -0.005, max: 0.005, noNaN: true }), { minLength: 7, maxLength: 7 }),
  )
  .map(([q, d]) => q.map((x, k) => x + d[k]!));
const period = fc.oneof(fc.constantFrom(0.002, 0.01, 0.05, 0.1), within(1e-6, 0.1));
const rates = fc.oneof(vector(-0.1, 0.1), vector(-0.6, 0.6), vector(-3, 3), fc.constant(seven(0)));
const state = fc.tuple(pose, vector(-0.5, 0.5)).map(([q, v]) => stateAt(q, { velocity: v }));
const anywhere = fc
  .tuple(state, rates, period, fc.boolean(), fc.option(rates, { nil: undefined }))
  .map(([s, w, T, asPosition, before]) => ({
    state: s,
    command: asPosition
      ? setPoint(
          s.position.map((x, k) => x + w[k]! * T),
          T,
        )
      : velocity(w, T),
    previous: before && velocity(before, T),
  }));
const twist = fc
  .tuple(vector(-0.3, 0.3), within(0, 1))
  .map(([x, turn]) => [x.slice(0, 3), x.slice(3, 6).map((r) => 2 * turn * r)] as const);
/** At a wall, moving as a tip moves: a command and one before it, each from a twist. */
const walled = fc.tuple(wallPose, twist, twist, period).map(([q, to, from, T]) => {
  const previous = velocity(moving(q, ...from), T);
  return { state: stateAt(q, { velocity: previous.value }), command: velocity(moving(q, ...to), T), previous };
});
const plausible = fc.oneof(anywhere, walled);

const number = fc.oneof(
  fc.double(),
  fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 5e-324, 1e308, -1e308, 1e-9),
  within(-10, 10),
);
const anyVector = fc.array(number, { minLength: 7, maxLength: 7 });
const anything = fc.oneof(fc.anything(), number, fc.array(number, { maxLength: 9 }));
const oddState = fc.oneof(
  { weight: 8, arbitrary: state },
  fc.anything(),
  fc.record({ at: anything, position: anything, velocity: anything, effort: anything }, { requiredKeys: [] }),
  fc.record({ at: number, position: anyVector, velocity: anyVector, effort: anyVector }),
);
const oddCommand = fc.oneof(
  fc.anything(),
  fc.record(
    { kind: fc.oneof(anything, fc.constantFrom("position", "velocity")), value: anything, period: anything },
    { requiredKeys: [] },
  ),
  fc.record({ kind: fc.constantFrom("position", "velocity"), value: anyVector, period: number }),
  fc.record({ kind: fc.constantFrom("position", "velocity"), value: anyVector, period: fc.oneof(period, within(0, 1e-300)) }),
);

const moved = (verdict: Verdict) => (verdict.kind === "stop" ? undefined : verdict.command);
const distance = (a: JointCommand, b: JointCommand) => Math.max(...a.value.map((x, k) => Math.abs(x - b.value[k]!)));

describe("the governor, on whatever it is given", () => {
  it("never throws, and lets nothing out that is not finite or breaks a limit, on plausible input", () => {
    let stopped = 0;
    fc.assert(
      fc.property(plausible, ({ state: s, command, previous }) => {
        const out = moved(judge(now, s, command, previous));
        if (!out) stopped++;
        else expect(broken(asVelocity(out, s.position), s.position, out.period)).to.deep.equal([]);
      }),
      many,
    );
    expect(stopped, "stops among 20,000").to.be.within(1000, 15000);
  });

  it("never throws, and lets nothing out that is not finite or breaks a limit, on absurd input", () => {
    let out = 0;
    fc.assert(
      fc.property(
        fc.oneof(fc.constant(now), number, fc.anything()),
        oddState,
        oddCommand,
        fc.option(oddCommand, { nil: undefined }),
        (...given) => {
          const [, s, , previous] = given as unknown as Parameters<typeof judge>;
          const command = moved(judge(...(given as unknown as Parameters<typeof judge>)));
          if (!command) return;
          out++;
          expect(previous === undefined || previous.value.every(Number.isFinite)).to.equal(true);
          expect(command.value.every(Number.isFinite)).to.equal(true);
          // A set-point over a vanishing period is known to the rounding of its joint position only.
          const rounding = command.kind === "position" ? 1e-14 / command.period : 0;
          expect(broken(asVelocity(command, s.position), s.position, command.period, 1e-7 + rounding)).to.deep.equal([]);
        },
      ),
      many,
    );
    expect(out, "commands let out among 20,000").to.be.greaterThan(100);
  });

  it("stops on a NaN or an infinity anywhere", () => {
    const spoilers = [
      "now",
      "at",
      "position",
      "velocity",
      "effort",
      "value",
      "period",
      "previous value",
      "previous period",
    ] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...spoilers),
        fc.constantFrom(NaN, Infinity, -Infinity),
        fc.integer({ min: 0, max: 6 }),
        plausible,
        (where, bad, k, { state: s, command, previous }) => {
          const spoil = (xs: readonly number[]) => xs.map((x, i) => (i === k ? bad : x));
          const last = previous ?? velocity(seven(0));
          const verdict = judge(
            (where === "now" ? bad : now) as typeof now,
            {
              at: where === "at" ? bad : s.at,
              position: where === "position" ? spoil(s.position) : s.position,
              velocity: where === "velocity" ? spoil(s.velocity) : s.velocity,
              effort: where === "effort" ? spoil(s.effort) : s.effort,
            } as ArmState,
            {
              ...command,
              ...(where === "value" ? { value: spoil(command.value) } : {}),
              ...(where === "period" ? { period: bad as typeof now } : {}),
            },
            {
              ...last,
              ...(where === "previous value" ? { value: spoil(last.value) } : {}),
              ...(where === "previous period" ? { period: bad as typeof now } : {}),
            },
          );
          expect(verdict).to.deep.equal({ kind: "stop", reason: "not-finite" });
        },
      ),
      many,
    );
  });

  it("finds nothing to change in what it let out", () => {
    fc.assert(
      fc.property(plausible, ({ state: s, command, previous }) => {
        const first = judge(now, s, command, previous);
        if (first.kind !== "clamp") return;
        const again = judge(now, s, first.command, previous);
        if (again.kind === "stop") throw new Error(`stopped: ${again.reason}`);
        expect(distance(again.command, first.command), `${first.reason} then ${again.kind}`).to.be.lessThan(1e-9);
      }),
      many,
    );
  });

  it("passes the very command, and says of a clamp which joints changed and by which rule", () => {
    fc.assert(
      fc.property(plausible, ({ state: s, command, previous }) => {
        const verdict = judge(now, s, command, previous);
        if (verdict.kind === "pass") expect(verdict.command).to.equal(command);
        if (verdict.kind !== "clamp") return;
        const changed = command.value.flatMap((x, k) => (verdict.command.value[k] === x ? [] : [k]));
        // A change of a set-point may be smaller than the rounding of the set-point.
        expect(verdict.joints).to.include.members(changed);
        if (command.kind === "velocity") expect(verdict.joints).to.deep.equal(changed);
        expect(verdict.reason).to.match(/^((joint\.(speed|envelope|acceleration)|tip\.speed|workspace)(,|$))+$/);
        expect(verdict.command.kind).to.equal(command.kind);
        expect(verdict.command.period).to.equal(command.period);
      }),
      many,
    );
  });

  it("always passes standing still, whatever was sent before", () => {
    fc.assert(
      fc.property(plausible, fc.boolean(), ({ state: s, command: { period: T }, previous }, asPosition) => {
        const still = asPosition ? setPoint(s.position, T) : velocity(seven(0), T);
        const verdict = judge(now, s, still, previous);
        if (verdict.kind !== "stop") expect(verdict).to.deep.equal({ kind: "pass", command: still });
      }),
      many,
    );
  });

  it("exceeds the acceleration limit only to stand still or where a ramp to rest would break a harder limit", () => {
    let exceeded = 0;
    fc.assert(
      fc.property(plausible, ({ state: s, command, previous }) => {
        const out = moved(judge(now, s, command, previous));
        if (!out || !previous || command.value.every((x) => x === 0)) return;
        const w = asVelocity(out, s.position);
        if (command.kind === "position" && command.value.every((x, k) => x === s.position[k])) return;
        if (!tooFast(w, previous.value, out.period, 1e-7 + 1e-14 / out.period)) return;
        exceeded++;
        const share = Math.max(
          0,
          1 - Math.min(...previous.value.map((u, k) => (limits.joints[k]!.acceleration * out.period) / Math.abs(u))),
        );
        const ramp = previous.value.map((u) => u * share);
        const stopping = Math.max(...ramp.map((u, k) => Math.abs(u) / limits.joints[k]!.acceleration));
        expect([
          ...broken(ramp, s.position, out.period, -1e-6),
          ...broken(ramp, s.position, out.period + stopping / 2, -1e-6),
        ]).to.not.deep.equal([]);
      }),
      many,
    );
    expect(exceeded, "cases that the property speaks of").to.be.greaterThan(100);
  });
});
