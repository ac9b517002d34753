import { expect } from "chai";
import fc from "fast-check";
import type { SceneFact, SceneSpec, Thing } from "../../../src/domain/scene.ts";
import { metres, seconds } from "../../../src/domain/units.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import {
  CARRY_RADIUS,
  CLOSED_TRAVEL,
  DRAWER_TRAVEL,
  IN_TRAY,
  LOCKER_TRAVEL,
  OPEN_TRAVEL,
  PRESS_TRAVEL,
  REACH_GOAL,
  REACH_RADIUS,
  START_TIP,
  TABLE_Z,
  achieved,
  aimKinds,
  feasibleAims,
  needs,
  sawyerReward,
} from "../../../src/tasks/sawyer.ts";
import type { AimKind, SawyerAim } from "../../../src/tasks/sawyer.ts";

type Facts = { readonly [T in Thing]?: SceneFact };
const fact = (position: Vec3, travel = 0, valid = true): SceneFact => ({ position, travel: metres(travel), valid });
const seen = (facts: Facts) => ({ at: seconds(1), facts });
const aimOf = (kind: AimKind): SawyerAim => (kind === "reach" ? { kind, goal: REACH_GOAL } : { kind });
const off = (x: number, y: number, z: number): Vec3 => [REACH_GOAL[0] + x, REACH_GOAL[1] + y, REACH_GOAL[2] + z];
const FAR: Vec3 = [0.45, 0.2, 0];
const TRAY: Vec3 = [0.5, -0.1, TABLE_Z];
const laid = (x: number, y: number, z: number): Facts => ({
  tray: fact(TRAY),
  object: fact([TRAY[0] + x, TRAY[1] + y, TABLE_Z + z]),
});
const { across, height } = IN_TRAY;
const HAIR = 1e-6;

/** What is seen at each aim's threshold, on either side of it; the tip is far from everything unless it is said. */
const thresholds: Readonly<
  Record<AimKind, { readonly true: readonly Facts[]; readonly false: readonly Facts[]; readonly tip?: Vec3 }>
> = {
  reach: { true: [{}], false: [], tip: off(0.6 * (REACH_RADIUS - HAIR), 0.8 * (REACH_RADIUS - HAIR), 0) },
  "open-drawer": {
    true: [{ drawer: fact(FAR, OPEN_TRAVEL) }, { drawer: fact(FAR, DRAWER_TRAVEL) }],
    false: [{ drawer: fact(FAR, OPEN_TRAVEL - HAIR) }, { locker: fact(FAR, LOCKER_TRAVEL) }],
  },
  "close-drawer": {
    true: [{ drawer: fact(FAR, CLOSED_TRAVEL) }, { drawer: fact(FAR, -0.001) }],
    false: [{ drawer: fact(FAR, CLOSED_TRAVEL + HAIR) }, { locker: fact(FAR, 0) }],
  },
  "press-button": { true: [{ button: fact(FAR, PRESS_TRAVEL) }], false: [{ button: fact(FAR, PRESS_TRAVEL - HAIR) }] },
  "open-locker": {
    true: [{ locker: fact(FAR, OPEN_TRAVEL) }],
    false: [{ locker: fact(FAR, OPEN_TRAVEL - HAIR) }, { drawer: fact(FAR, DRAWER_TRAVEL) }],
  },
  "close-locker": {
    true: [{ locker: fact(FAR, CLOSED_TRAVEL) }],
    false: [{ locker: fact(FAR, CLOSED_TRAVEL + HAIR) }, { drawer: fact(FAR, 0) }],
  },
  "pick-object": {
    true: [{ object: fact(off(0, 0, -CARRY_RADIUS + HAIR)) }, { object: fact(off(0, CARRY_RADIUS - HAIR, 0)) }],
    false: [{ object: fact(off(0, 0, -CARRY_RADIUS - HAIR)) }, { brick: fact(REACH_GOAL) }],
  },
  "pick-brick": {
    true: [{ brick: fact(off(CARRY_RADIUS - HAIR, 0, 0)) }],
    false: [{ brick: fact(off(CARRY_RADIUS + HAIR, 0, 0)) }, { object: fact(REACH_GOAL) }],
  },
  "place-object": {
    true: [laid(across - HAIR, -across + HAIR, 0.02), laid(0, 0, height - HAIR)],
    false: [laid(across + HAIR, 0, 0.02), laid(0, -across - HAIR, 0.02), laid(0, 0, height + HAIR)],
  },
};

describe("an aim of the sawyer domain", () => {
  for (const kind of aimKinds) {
    const { true: reached, false: missed, tip = FAR } = thresholds[kind];
    const is = (facts: Facts, at: Vec3 = tip) => achieved(aimOf(kind), at, seen(facts));

    it(`${kind}: is true at its threshold and not a hair short of it, and is rewarded with 0, else with -1`, () => {
      for (const facts of reached) {
        expect(is(facts), JSON.stringify(facts)).to.equal(true);
        expect(sawyerReward(aimOf(kind), tip, seen(facts))).to.equal(0);
      }
      for (const facts of missed) {
        expect(is(facts), JSON.stringify(facts)).to.equal(false);
        expect(sawyerReward(aimOf(kind), tip, seen(facts))).to.equal(-1);
      }
      if (kind === "reach") expect(is({}, off(0, 0, REACH_RADIUS + HAIR))).to.equal(false);
    });

    it(`${kind}: is false where what it asks about is absent, not validly seen, or NaN`, () => {
      if (kind === "reach")
        for (const axis of [0, 1, 2]) expect(is({}, REACH_GOAL.with(axis, NaN) as unknown as Vec3)).to.equal(false);
      for (const facts of reached)
        for (const name of Object.keys(facts) as Thing[]) {
          const it = facts[name]!;
          const { [name]: _, ...rest } = facts;
          expect(is(rest), `no ${name}`).to.equal(false);
          expect(is({ ...facts, [name]: { ...it, valid: false } }), `${name} invalid`).to.equal(false);
          const moves = ["drawer", "button", "locker"].includes(name);
          const bad = moves
            ? [{ ...it, travel: NaN }]
            : [0, 1, 2].map((axis) => ({ ...it, position: it.position.map((x, i) => (i === axis ? NaN : x)) }));
          // What a tray's height is, is not asked.
          for (const broken of name === "tray" ? bad.slice(0, 2) : bad)
            expect(is({ ...facts, [name]: broken as SceneFact }), `${name} NaN`).to.equal(false);
        }
    });
  }

  it("says that it needs whatever it is read from", () => {
    for (const kind of aimKinds) {
      const things = new Set(thresholds[kind].true.flatMap((facts) => Object.keys(facts)));
      for (const thing of things) expect(needs[kind], kind).to.include(thing);
    }
  });

  it("is possible only where what it needs is there, and never where it is true from the beginning", () => {
    const travel = (most: number) => fc.constantFrom(0, CLOSED_TRAVEL, OPEN_TRAVEL - 0.001, OPEN_TRAVEL, most).map(metres);
    const slides = (most: number) =>
      fc.record({ position: fc.constant(FAR), opens: fc.constant([0, -1, 0] as Vec3), travel: travel(most) });
    const stands = fc.constant({ position: FAR });
    const scenes = fc.record(
      {
        drawer: slides(DRAWER_TRAVEL),
        locker: slides(LOCKER_TRAVEL),
        button: stands,
        tray: stands,
        object: stands,
        brick: stands,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(scenes, (scene) => {
        const aims = feasibleAims(scene as SceneSpec);
        expect(aims[0]).to.equal("reach");
        expect(new Set(aims).size).to.equal(aims.length);
        for (const kind of aims) {
          for (const thing of needs[kind]) expect(scene).to.have.property(thing);
          const facts = {
            drawer: scene.drawer && fact(FAR, scene.drawer.travel),
            locker: scene.locker && fact(FAR, scene.locker.travel),
            button: scene.button && fact(FAR),
          };
          const there = Object.fromEntries(Object.entries(facts).filter(([, it]) => it)) as Facts;
          expect(achieved(aimOf(kind), START_TIP, seen(there)), kind).to.equal(false);
        }
      }),
    );
  });

  it("is not to place an object that lies in the tray already", () => {
    const scene = (x: number): SceneSpec => ({ tray: { position: TRAY }, object: { position: [TRAY[0] + x, TRAY[1], TABLE_Z] } });
    expect(feasibleAims(scene(0.1))).to.include("place-object");
    expect(feasibleAims(scene(0.01))).to.deep.equal(["reach", "pick-object"]);
  });
});
