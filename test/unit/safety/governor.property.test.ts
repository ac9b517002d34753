import { expect } from "chai";
import fc from "fast-check";
import { sawyer } from "../../../robot/description/sawyer.ts";
import type { ArmState, JointCommand, Verdict } from "../../../src/domain/arm.ts";
import { governor } from "../../../src/safety/governor.ts";
import { many, number, period, plausible, state, within } from "./draws.ts";
import { asVelocity, broken, feared, limits, now, setPoint, seven, tooFast, velocity } from "./oracle.ts";

const judge = governor(sawyer, limits);
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
    expect(stopped / many.numRuns, "share of stops").to.be.within(0.05, 0.75);
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
    expect(out / many.numRuns, "share of commands let out").to.be.greaterThan(0.001);
  });

  it("stops on a NaN or an infinity anywhere", () => {
    const spoilers = [
      "now",
      "at",
      "heard",
      "position",
      "velocity",
      "effort",
      "wrench",
      "tip",
      "value",
      "period",
      "previous value",
      "previous period",
      "previous acceleration",
    ] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...spoilers),
        fc.constantFrom(NaN, Infinity, -Infinity),
        fc.integer({ min: 0, max: 6 }),
        plausible,
        (where, bad, k, { state: s, command, previous }) => {
          const spoil = (xs: readonly number[]) => xs.map((x, i) => (i === k % xs.length ? bad : x));
          const last = previous ?? velocity(seven(0));
          const verdict = judge(
            (where === "now" ? bad : now) as typeof now,
            {
              at: where === "at" ? bad : s.at,
              position: where === "position" ? spoil(s.position) : s.position,
              velocity: where === "velocity" ? spoil(s.velocity) : s.velocity,
              effort: where === "effort" ? spoil(s.effort) : s.effort,
              ...(where === "heard" ? { heard: bad } : {}),
              ...(where === "wrench" ? { wrench: spoil([0, 0, 0, 0, 0, 0]) } : {}),
              ...(where === "tip" ? { tip: spoil([0.6, 0, 0.1]) } : {}),
            } as unknown as ArmState,
            {
              ...command,
              ...(where === "value" ? { value: spoil(command.value) } : {}),
              ...(where === "period" ? { period: bad as typeof now } : {}),
            },
            {
              ...last,
              ...(where === "previous value" ? { value: spoil(last.value) } : {}),
              ...(where === "previous period" ? { period: bad as typeof now } : {}),
              ...(where === "previous acceleration" ? { acceleration: spoil(seven(0)) } : {}),
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
        expect(verdict.reason).to.match(/^((joint\.(speed|envelope|acceleration|jerk)|tip\.speed|workspace|clearance)(,|$))+$/);
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
        const barred = [...broken(ramp, s.position, out.period, -1e-6)];
        expect(barred.length > 0 || feared(ramp, s.position, out.period)).to.equal(true);
      }),
      many,
    );
    expect(exceeded / many.numRuns, "share of cases that the property speaks of").to.be.greaterThan(0.005);
  });
});
