import { expect } from "chai";
import { undoing } from "../../../src/control/resetting.ts";
import type { SceneFact, SceneSpec, SceneState, Thing } from "../../../src/domain/scene.ts";
import { metres, seconds } from "../../../src/domain/units.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import { sawyerObservation } from "../../../src/policy/observation.ts";
import { BLOCK, DRAWER_TRAVEL, LOCKER_TRAVEL, TABLE_Z } from "../../../src/tasks/sawyer.ts";

const scene = ({ drawer = 0, locker = 0 } = {}): Required<Omit<SceneSpec, "brick">> => ({
  drawer: { position: [0.6, 0.21, TABLE_Z], opens: [0, -1, 0], travel: metres(drawer) },
  button: { position: [0.455, -0.1, 0.01] },
  locker: { position: [0.8, -0.17, TABLE_Z], opens: [-1, 0, 0], travel: metres(locker) },
  tray: { position: [0.575, -0.1, TABLE_Z] },
  object: { position: [0.455, -0.24, TABLE_Z] },
});
const withBrick = (spec: SceneSpec & { readonly locker: NonNullable<SceneSpec["locker"]> }): SceneSpec => ({
  ...spec,
  brick: { position: [0.87 - spec.locker.travel, -0.17, TABLE_Z + 0.004] },
});

/** What is seen of a scene that stands as it was set out, but for what is said. */
function seen(spec: SceneSpec, but: { readonly [T in Thing]?: Partial<SceneFact> | "gone" } = {}): SceneState {
  const facts = Object.entries(spec).flatMap(([name, thing]: [string, { position: Vec3; travel?: number }]) => {
    const change = but[name as Thing];
    if (change === "gone") return [];
    const [x, y, z] = thing.position;
    const middle = name === "object" || name === "brick" ? z + BLOCK.height / 2 : z;
    return [[name, { position: [x, y, middle], travel: metres(thing.travel ?? 0), valid: true, ...change }]];
  });
  return { at: seconds(0), facts: Object.fromEntries(facts) as Record<string, SceneFact> };
}
const travel = (m: number) => ({ travel: metres(m) });
const aside = (by: number): Partial<SceneFact> => ({ position: [0.455 + by, -0.24, -0.03] });

/** Whose it is to do. */
const who = (...of: Parameters<typeof undoing>) => {
  const undo = undoing(...of);
  return undo === "nothing" ? "nobody" : undo === undefined ? "the arranger" : "the arm";
};

describe("who undoes what an episode did", () => {
  for (const [what, standing, wanted, now, expected] of [
    ["a scene that stands as it is wanted", scene(), scene(), {}, "nobody"],
    [
      "one with a brick in its open locker",
      withBrick(scene({ locker: LOCKER_TRAVEL })),
      withBrick(scene({ locker: LOCKER_TRAVEL })),
      {},
      "nobody",
    ],
    ["a drawer left open", scene(), scene(), { drawer: travel(0.1) }, "the arm"],
    [
      "a drawer left closed",
      scene({ drawer: DRAWER_TRAVEL }),
      scene({ drawer: DRAWER_TRAVEL }),
      { drawer: travel(0) },
      "the arm",
    ],
    ["a drawer wanted closed that was found open", scene({ drawer: DRAWER_TRAVEL }), scene(), {}, "the arm"],
    ["a locker left open", scene(), scene(), { locker: travel(LOCKER_TRAVEL) }, "the arm"],
    [
      "a locker left closed",
      scene({ locker: LOCKER_TRAVEL }),
      scene({ locker: LOCKER_TRAVEL }),
      { locker: travel(0) },
      "the arm",
    ],
    [
      "a locker left open with its brick in it",
      withBrick(scene()),
      withBrick(scene()),
      { locker: travel(LOCKER_TRAVEL), brick: { position: [0.73, -0.17, -0.026] } },
      "the arranger",
    ],
    [
      "a locker left open whose brick somebody put back",
      withBrick(scene()),
      withBrick(scene()),
      { locker: travel(LOCKER_TRAVEL) },
      "the arranger",
    ],
    ["drawer and locker both", scene(), scene(), { drawer: travel(0.1), locker: travel(LOCKER_TRAVEL) }, "the arranger"],
    ["a drawer wanted half open that is out further", scene(), scene({ drawer: 0.06 }), { drawer: travel(0.1) }, "the arranger"],
    ["a locker wanted half open", scene(), scene({ locker: 0.07 }), {}, "the arranger"],
    ["an object that lies a centimetre beside", scene(), scene(), { object: aside(0.01) }, "nobody"],
    ["an object that lies three centimetres beside", scene(), scene(), { object: aside(0.03) }, "the arranger"],
    [
      "an object that falls, or is held, above its place",
      scene(),
      scene(),
      { object: { position: [0.455, -0.24, 0.1] } },
      "the arranger",
    ],
    ["an object that has fallen over in its place", scene(), scene(), { object: { position: [0.46, -0.24, -0.035] } }, "nobody"],
    [
      "an object that was carried away, and a drawer left open",
      scene(),
      scene(),
      { object: aside(0.2), drawer: travel(0.1) },
      "the arranger",
    ],
    ["an object that is not seen", scene(), scene(), { object: "gone" }, "the arranger"],
    ["an object that is not validly seen", scene(), scene(), { object: { valid: false } }, "the arranger"],
    ["an object seen at NaN", scene(), scene(), { object: { position: [NaN, NaN, NaN] } }, "the arranger"],
    [
      "a drawer wanted out whose travel is NaN",
      scene({ drawer: DRAWER_TRAVEL }),
      scene({ drawer: DRAWER_TRAVEL }),
      { drawer: travel(NaN) },
      "the arranger",
    ],
    ["a tray wanted elsewhere", scene(), { ...scene(), tray: { position: [0.575, -0.13, TABLE_Z] } }, {}, "the arranger"],
    ["a thing more", { drawer: scene().drawer }, scene(), {}, "the arranger"],
    ["a thing less", scene(), { drawer: scene().drawer }, {}, "the arranger"],
    [
      "a drawer that opens the other way",
      scene(),
      { ...scene(), drawer: { ...scene().drawer, opens: [0, 1, 0] } },
      {},
      "the arranger",
    ],
  ] as const)
    it(`${what}: ${expected}`, () => expect(who(standing, wanted, seen(standing, now))).to.equal(expected));

  it("the arm is done when all stands as it is wanted, not when only what was to be undone does", () => {
    const undo = undoing(scene(), scene(), seen(scene(), { drawer: travel(0.1) }));
    if (undo === undefined || undo === "nothing") throw new Error("the arm can shut a drawer");
    expect(undo.done(seen(scene(), { drawer: travel(0.1) }))).to.equal(false);
    expect(undo.done(seen(scene()))).to.equal(true);
    expect(undo.done(seen(scene(), { object: aside(0.1) })), "the object was knocked away").to.equal(false);
    expect(undo.done(seen(scene(), { locker: travel(LOCKER_TRAVEL) })), "the button was hit").to.equal(false);
    expect(undo.done(seen(scene(), { drawer: { valid: false } }))).to.equal(false);
  });

  it("the arm does it without noise, the same each time", () => {
    const actions = [1, 2].map(() => {
      const now = seen(scene(), { drawer: travel(0.1) });
      const undo = undoing(scene(), scene(), now);
      if (undo === undefined || undo === "nothing") throw new Error("the arm can shut a drawer");
      return [...undo.behaviour(sawyerObservation([0.58, 0, 0.12], now, 0.057))];
    });
    expect(actions[0]).to.deep.equal(actions[1]);
  });
});
