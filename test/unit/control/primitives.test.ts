import { expect } from "chai";
import fc from "fast-check";
import { facts } from "../../../src/control/primitives.ts";
import { goalDirected, homing, randomPrimitives } from "../../../src/control/scripted.ts";
import { rng } from "../../../src/domain/rng.ts";
import type { SceneFact, Thing } from "../../../src/domain/scene.ts";
import { metres, seconds } from "../../../src/domain/units.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import { sawyerObservation } from "../../../src/policy/observation.ts";
import { ACTION_SPEED, REACH_GOAL, TABLE_Z, aimKinds, needs, sawyerSpec } from "../../../src/tasks/sawyer.ts";
import type { AimKind, SawyerAim } from "../../../src/tasks/sawyer.ts";

const fact = (position: Vec3, travel = 0): SceneFact => ({ position, travel: metres(travel), valid: true });
const START: Vec3 = [0.58, 0, 0.12];
/** m: between fingers that hold a block, that are open, that are closed. */
const GAP = { held: 0.028, open: 0.057, closed: 0.0155 };
const all: { readonly [T in Thing]: SceneFact } = {
  drawer: fact([0.6, 0.155, -0.005]),
  button: fact([0.455, -0.1, 0.01]),
  locker: fact([0.66, -0.17, TABLE_Z], 0.14),
  tray: fact([0.575, -0.1, TABLE_Z]),
  object: fact([0.575, -0.24, -0.03]),
  brick: fact([0.73, -0.17, -0.026]),
};
const seen = (things: { readonly [T in Thing]?: SceneFact }, tip = START, gap = GAP.closed) =>
  sawyerObservation(tip, { at: seconds(0), facts: things }, gap);
const aimOf = (kind: AimKind): SawyerAim => (kind === "reach" ? { kind, goal: REACH_GOAL } : { kind });
/** What the hand does for an aim, without noise: numbers of the action by their names. */
const does = (kind: AimKind, observation: Float32Array) => {
  const [vx, vy, vz, grip] = goalDirected(aimOf(kind), rng(1), { noise: 0 })(observation);
  return { vx: vx!, vy: vy!, vz: vz!, grip: grip! };
};

const place = fc
  .record({
    x: fc.double({ min: 0.4, max: 0.8, noNaN: true }),
    y: fc.double({ min: -0.32, max: 0.32, noNaN: true }),
    z: fc.double({ min: -0.035, max: 0.3, noNaN: true }),
  })
  .map(({ x, y, z }): Vec3 => [x, y, z]);

describe("what the scripted hand sees", () => {
  it("is what the observation says: where the tip is, how wide the fingers are, where things are and how far out", () => {
    const known = facts(seen(all, START, 0.04));
    const near = (a: readonly number[], b: readonly number[]) => a.forEach((x, i) => expect(x).to.be.closeTo(b[i]!, 1e-6));
    near(known.tip, START);
    expect(known.gap).to.be.closeTo(0.04, 1e-7);
    for (const name of ["drawer", "button", "locker", "tray", "object", "brick"] as const) {
      const heights = name === "object" || name === "brick";
      const [x, y, z] = all[name].position;
      // A height that is not observed is the table's.
      near(known[name]!.at, [x, y, heights ? z : TABLE_Z]);
      expect(known[name]!.travel, name).to.be.closeTo(all[name].travel, 1e-6);
    }
  });
  it("is nothing of what is absent", () => {
    expect(facts(seen({}))).to.have.all.keys("tip", "gap");
    expect(facts(seen({ tray: all.tray }))).to.have.all.keys("tip", "gap", "tray");
  });
});

describe("the scripted hand's primitives", () => {
  it("ask for finite numbers in [-1, 1] whatever is observed, with any noise, for every aim and without one", () => {
    const observation = fc
      .array(
        fc.oneof(
          fc.constantFrom(0, 1),
          fc.float({ min: -8, max: 8, noNaN: true }),
          fc.float({ noNaN: true, noDefaultInfinity: true }),
        ),
        {
          minLength: sawyerSpec.observation.length,
          maxLength: sawyerSpec.observation.length,
        },
      )
      .map((xs) => Float32Array.from(xs));
    fc.assert(
      fc.property(observation, fc.integer(), fc.constantFrom(0, 0.3, 5), (seenNow, seed, noise) => {
        const hands = aimKinds.map((kind) => goalDirected(aimOf(kind), rng(seed), { noise }));
        for (const act of [...hands, randomPrimitives(rng(seed), { noise })]) {
          const action = act(seenNow);
          expect(action).to.have.length(sawyerSpec.action.length);
          for (const x of action) expect(x).to.be.within(-1, 1);
        }
        for (const x of homing(seenNow) ?? []) expect(x).to.be.within(-1, 1);
      }),
      { numRuns: 500 },
    );
  });

  it("stand still with closed fingers where what they need has vanished", () => {
    for (const kind of aimKinds)
      for (const thing of needs[kind]) {
        const { [thing]: _, ...rest } = all;
        expect(does(kind, seen(rest)), `${kind} without its ${thing}`).to.deep.equal({ vx: 0, vy: 0, vz: 0, grip: 1 });
      }
  });

  const emptyHanded = ["open-drawer", "close-drawer", "press-button", "open-locker", "close-locker"] as const;
  for (const kind of emptyHanded)
    it(`${kind}: lets a block go first, rises from it, and then works with closed fingers`, () =>
      fc.assert(
        fc.property(place, fc.constantFrom("object", "brick"), (tip, block) => {
          const holding = { ...all, [block]: fact(tip) };
          expect(does(kind, seen(holding, tip, GAP.held)), "held").to.deep.equal({ vx: 0, vy: 0, vz: 0, grip: -1 });
          expect(does(kind, seen(holding, tip, GAP.open)), "just let go").to.deep.equal({ vx: 0, vy: 0, vz: 1, grip: -1 });
          expect(does(kind, seen(all, START, GAP.open)).grip, "away from it").to.equal(1);
        }),
        { numRuns: 50 },
      ));

  it("home: lets go of what the hand holds, brings it to where episodes start with open fingers, and is over there", () => {
    const at = (tip: Vec3, gap: number, held = false) => homing(seen(held ? { ...all, object: fact(tip) } : all, tip, gap));
    expect([...at([0.5, 0.2, 0.1], GAP.held, true)!]).to.deep.equal([0, 0, 0, -1]);
    expect(at(START, GAP.open)).to.equal(undefined);
    expect(at(START, 0.036), "without a gripper, whose gap reads 0.036 m, never").to.not.equal(undefined);
    expect(at(START, GAP.held), "with fingers that are still closed").to.not.equal(undefined);
    for (const from of [
      [0.45, -0.25, 0.02],
      [0.75, 0.28, 0.2],
      [0.6, 0, 0.01],
    ] as const) {
      let tip: Vec3 = from;
      for (let step = 0; step < 40; step++) {
        const action = at(tip, GAP.open);
        if (!action) break;
        expect(action[3]).to.equal(-1);
        tip = [0, 1, 2].map((i) => tip[i]! + 0.1 * ACTION_SPEED * action[i]!) as unknown as Vec3;
      }
      expect(Math.hypot(...tip.map((x, i) => x - START[i]!)), `from ${from.join()}`).to.be.below(0.03);
    }
  });

  for (const kind of ["reach", "pick-object"] as const)
    it(`${kind}: never opens the fingers that hold the object, wherever they are`, () =>
      fc.assert(
        fc.property(place, (tip) => {
          expect(does(kind, seen({ ...all, object: fact(tip) }, tip, GAP.held)).grip).to.equal(1);
        }),
      ));

  it("place-object: opens the fingers that hold the object low over the tray, and nowhere else", () => {
    const [x, y] = all.tray.position;
    const holding = (tip: Vec3) => does("place-object", seen({ ...all, object: fact(tip) }, tip, GAP.held)).grip;
    expect(holding([x, y, TABLE_Z + 0.03])).to.equal(-1);
    expect(holding([x + 0.008, y - 0.005, TABLE_Z + 0.03])).to.equal(-1);
    for (const z of [0.01, 0.04, 0.12]) expect(holding([x, y, z]), `over its middle, at ${z} m`).to.equal(1);
    fc.assert(
      fc.property(place, (tip) => {
        const over = Math.hypot(tip[0] - x, tip[1] - y) < 0.0125 && tip[2] < TABLE_Z + 0.041;
        // What lies in the tray is let go at any height within it.
        const within = Math.max(Math.abs(tip[0] - x), Math.abs(tip[1] - y)) <= 0.0351 && tip[2] <= TABLE_Z + 0.0501;
        if (!over && !within) expect(holding(tip)).to.equal(1);
      }),
      { numRuns: 500 },
    );
  });

  it("pick-brick: lets another block go first", () => {
    expect(does("pick-brick", seen({ ...all, object: fact(START) }, START, GAP.held))).to.include({ grip: -1, vz: 0 });
  });

  for (const [kind, name] of [
    ["pick-object", "object"],
    ["place-object", "object"],
    ["pick-brick", "brick"],
  ] as const) {
    const [x, y, z] = all[name].position;
    it(`${kind}: opens on the way, does not land on the block with closed fingers, and closes about it`, () => {
      expect(does(kind, seen(all, START, GAP.closed)).grip, "on the way").to.equal(-1);
      expect(does(kind, seen(all, [x, y, 0.03], GAP.closed)), "closed above it").to.include({ vz: 1, grip: -1 });
      const down = does(kind, seen(all, [x, y, 0.03], GAP.open));
      expect(down.grip).to.equal(-1);
      expect(down.vz).to.be.below(0);
      expect(does(kind, seen(all, [x, y, z + 0.002], GAP.open)).grip, "about it").to.equal(1);
      expect(does(kind, seen({ ...all, [name]: fact([x, y, z]) }, [x, y, z + 0.002], GAP.held)).vz, "held: lifted").to.be.above(
        0,
      );
    });
  }

  it("go over everything and not through it: from afar and low the hand rises before it crosses", () => {
    for (const kind of aimKinds) {
      if (kind === "reach") continue;
      const { vx, vy, vz } = does(kind, seen(all, [0.75, 0.28, -0.03], GAP.open));
      expect(vz, kind).to.be.above(0.5);
      expect(Math.hypot(vx, vy), kind).to.be.below(0.1);
    }
  });

  it("lift what they carry before they carry it", () => {
    const tip: Vec3 = [0.455, 0.2, -0.02];
    const { vx, vy, vz } = does("pick-object", seen({ ...all, object: fact(tip) }, tip, GAP.held));
    expect(vz).to.equal(1);
    expect(Math.hypot(vx, vy)).to.equal(0);
  });
});
