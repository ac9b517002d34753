import { expect } from "chai";
import fc from "fast-check";
import type { OnarmError } from "../../../src/domain/errors.ts";
import type { SceneFact } from "../../../src/domain/scene.ts";
import { metres, seconds } from "../../../src/domain/units.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import { actionToTwist, sawyerObservation } from "../../../src/policy/observation.ts";
import { ACTION_SPEED, sawyerSpec } from "../../../src/tasks/sawyer.ts";

const fact = (position: Vec3, travel = 0, valid = true): SceneFact => ({ position, travel: metres(travel), valid });
const scene = (facts: Record<string, SceneFact>) => ({ at: seconds(1), facts });
/** Field names with the raw values that an observation says they have. */
const read = (observation: Float32Array) =>
  Object.fromEntries(sawyerSpec.observation.map(({ name, offset, scale }, i) => [name, offset + scale * observation[i]!]));

describe("the sawyer observation", () => {
  it("holds tip, drawer and button in the order of the domain's fields, to float32", () => {
    const seen = read(
      sawyerObservation(
        [0.61, -0.07, 0.09],
        scene({ drawer: fact([0.55, 0.12, -0.005], 0.11), button: fact([0.66, -0.14, 0.01], 0.004) }),
      ),
    );
    const expected = {
      tip_x: 0.61, tip_y: -0.07, tip_z: 0.09,
      drawer_from_tip_x: -0.06, drawer_from_tip_y: 0.19, drawer_present: 1, drawer_travel: 0.11,
      button_from_tip_x: 0.05, button_from_tip_y: -0.07, button_present: 1, button_travel: 0.004,
    }; // prettier-ignore
    expect(Object.keys(seen)).to.deep.equal(Object.keys(expected));
    for (const [name, value] of Object.entries(expected)) expect(seen[name], name).to.be.closeTo(value, 1e-7);
  });

  it("reads 0 for a thing that is absent or not validly seen, its present flag included", () => {
    const empty = [...sawyerObservation([0.6, 0, 0.06], scene({})).slice(3)];
    expect(empty).to.deep.equal(Array(8).fill(0));
    const invalid = sawyerObservation(
      [0.6, 0, 0.06],
      scene({ drawer: fact([0.5, 0.1, 0], 0.1, false), button: fact([0.7, 0, 0], 0, false) }),
    );
    expect([...invalid.slice(3)]).to.deep.equal(empty);
  });

  it("tells a present button from an absent one even where all its numbers are zero", () => {
    const present = sawyerObservation([0.6, 0, 0.06], scene({ button: fact([0.6, 0, 0.01]) }));
    expect([...present.slice(7)]).to.deep.equal([0, 0, 1, 0]);
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

  it("is scaled to m/s, and never faster than full action on each axis", () => {
    expect(actionToTwist(Float32Array.of(1, -1, 0), sawyerSpec)).to.deep.equal([ACTION_SPEED, -ACTION_SPEED, 0]);
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 3, maxLength: 3 }), (action) =>
        actionToTwist(Float32Array.from(action), sawyerSpec).every(
          (v, i) => Math.abs(v) <= ACTION_SPEED && Math.sign(v) === Math.sign(Math.fround(action[i]!)),
        ),
      ),
    );
  });

  for (const bad of [NaN, Infinity, -Infinity])
    it(`is refused with ${bad} in any place`, () => {
      for (let i = 0; i < 3; i++) expect(code(Float32Array.of(0, 0, 0).fill(bad, i, i + 1))).to.equal("policy.nonfinite");
    });

  it("is refused when it is not three numbers wide", () => {
    expect(code(Float32Array.of(0, 0))).to.equal("policy.shape");
    expect(code(Float32Array.of(0, 0, 0, 0))).to.equal("policy.shape");
  });
});
