import { expect } from "chai";
import fc from "fast-check";
import type { OnarmError } from "../../../src/domain/errors.ts";
import { THINGS } from "../../../src/domain/scene.ts";
import type { SceneFact, Thing } from "../../../src/domain/scene.ts";
import { metres, seconds } from "../../../src/domain/units.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import { actionToTwist, sawyerObservation } from "../../../src/policy/observation.ts";
import { ACTION_SPEED, sawyerSpec } from "../../../src/tasks/sawyer.ts";

const fact = (position: Vec3, travel = 0, valid = true): SceneFact => ({ position, travel: metres(travel), valid });
const scene = (facts: { readonly [T in Thing]?: SceneFact }) => ({ at: seconds(1), facts });
const names = sawyerSpec.observation.map(({ name }) => name);
/** Field names with the raw values that an observation says they have. */
const read = (observation: Float32Array) =>
  Object.fromEntries(sawyerSpec.observation.map(({ name, offset, scale }, i) => [name, offset + scale * observation[i]!]));
/** The numbers of one thing's fields, as the policy gets them. */
const of = (thing: Thing, observation: Float32Array) => [...observation].filter((_, i) => names[i]!.startsWith(`${thing}_`));

const everything = {
  drawer: fact([0.55, 0.12, -0.005], 0.11),
  button: fact([0.66, -0.14, 0.01], 0.004),
  locker: fact([0.72, -0.17, -0.05], 0.08),
  tray: fact([0.46, -0.1, -0.05]),
  object: fact([0.57, -0.23, -0.03]),
  brick: fact([0.79, -0.17, -0.026]),
};
const TIP: Vec3 = [0.61, -0.07, 0.09];

describe("the sawyer observation", () => {
  it("holds tip, fingers and things in the order of the domain's fields, to float32", () => {
    const seen = read(sawyerObservation(TIP, scene(everything), 0.045));
    const expected = {
      tip_x: 0.61, tip_y: -0.07, tip_z: 0.09, finger_gap: 0.045,
      drawer_from_tip_x: -0.06, drawer_from_tip_y: 0.19, drawer_present: 1, drawer_travel: 0.11,
      button_from_tip_x: 0.05, button_from_tip_y: -0.07, button_present: 1, button_travel: 0.004,
      locker_from_tip_x: 0.11, locker_from_tip_y: -0.1, locker_present: 1, locker_travel: 0.08,
      tray_from_tip_x: -0.15, tray_from_tip_y: -0.03, tray_present: 1,
      object_from_tip_x: -0.04, object_from_tip_y: -0.16, object_from_tip_z: -0.12, object_present: 1,
      brick_from_tip_x: 0.18, brick_from_tip_y: -0.1, brick_from_tip_z: -0.116, brick_present: 1,
    }; // prettier-ignore
    expect(Object.keys(seen)).to.deep.equal(Object.keys(expected));
    for (const [name, value] of Object.entries(expected)) expect(seen[name], name).to.be.closeTo(value, 1e-7);
  });

  it("reads 0 for a thing that is absent or not validly seen, its present flag included, and changes nothing else", () => {
    const all = sawyerObservation(TIP, scene(everything), 0.045);
    for (const thing of THINGS) {
      const { [thing]: lost, ...rest } = everything;
      const absent = sawyerObservation(TIP, scene(rest), 0.045);
      expect(of(thing, absent), thing).to.deep.equal(of(thing, all).map(() => 0));
      const invalid = sawyerObservation(TIP, scene({ ...everything, [thing]: { ...lost, valid: false } }), 0.045);
      expect([...invalid], thing).to.deep.equal([...absent]);
      for (const other of THINGS)
        if (other !== thing) expect(of(other, absent), `${other} without ${thing}`).to.deep.equal(of(other, all));
    }
  });

  it("tells a present thing from an absent one even where all its numbers are zero", () => {
    for (const thing of THINGS) {
      const present = of(thing, sawyerObservation(TIP, scene({ [thing]: fact(TIP) })));
      expect(
        present.filter((x) => x === 1),
        thing,
      ).to.have.length(1);
      expect(
        present.reduce((sum, x) => sum + Math.abs(x), 0),
        thing,
      ).to.equal(1);
    }
  });

  it("reads 0 for the gap of an arm whose fingers tell none, and is the same in everything else", () => {
    const [blind, seeing] = [sawyerObservation(TIP, scene(everything)), sawyerObservation(TIP, scene(everything), 0.045)];
    const gap = names.indexOf("finger_gap");
    expect(blind[gap]).to.equal(0);
    expect([...blind].filter((_, i) => i !== gap)).to.deep.equal([...seeing].filter((_, i) => i !== gap));
  });

  it("holds no velocity, no goal and no aim: the task has to be inferred", () => {
    expect(names.filter((name) => /goal|aim|task|_v[xyz]$|velocity/.test(name))).to.deep.equal([]);
  });
});

describe("an action as a tip velocity", () => {
  const code = (action: Float32Array, spec = sawyerSpec) => {
    try {
      return actionToTwist(action, spec);
    } catch (error) {
      return (error as OnarmError).code;
    }
  };

  it("is scaled to m/s, and never faster than full action on each axis, whatever the grip", () => {
    expect(actionToTwist(Float32Array.of(1, -1, 0, 1), sawyerSpec)).to.deep.equal([ACTION_SPEED, -ACTION_SPEED, 0]);
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 4, maxLength: 4 }), (action) => {
        const v = actionToTwist(Float32Array.from(action), sawyerSpec);
        return (
          v.length === 3 && v.every((x, i) => Math.abs(x) <= ACTION_SPEED && Math.sign(x) === Math.sign(Math.fround(action[i]!)))
        );
      }),
    );
  });

  it("stays below the speed that the arm's limits allow, with all axes at full action", () => {
    expect(Math.hypot(...(actionToTwist(Float32Array.of(1, 1, 1, 1), sawyerSpec) as Vec3))).to.be.below(0.25);
  });

  for (const bad of [NaN, Infinity, -Infinity])
    it(`is refused with ${bad} in any place, the grip's included`, () => {
      for (let i = 0; i < 4; i++) expect(code(Float32Array.of(0, 0, 0, 0).fill(bad, i, i + 1))).to.equal("policy.nonfinite");
    });

  it("is refused when it is not as wide as the domain's action", () => {
    for (const width of [0, 2, 3, 5]) expect(code(new Float32Array(width)), `${width} numbers`).to.equal("policy.shape");
  });
});
