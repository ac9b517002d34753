import type { Split } from "../domain/experience.ts";
import type { Rng } from "../domain/rng.ts";
import { rng } from "../domain/rng.ts";
import { THINGS } from "../domain/scene.ts";
import type { SceneSpec } from "../domain/scene.ts";
import { metres } from "../domain/units.ts";
import type { Vec3 } from "../domain/units.ts";
import { DRAWER_TRAVEL, LOCKER_TRAVEL, REACH_GOAL, TABLE_Z, aimKinds, feasibleAims } from "./sawyer.ts";
import type { SawyerTask } from "./sawyer.ts";

/** Each thing's chance to be there, as in the paper's scenes. */
const PRESENT = 0.75;
/** Chance that a drawer or locker is found open. */
const FOUND_OPEN = 0.5;
/** m: the four slots for what stands free on the table, across from the drawer; y is away from it. How far off its slot a thing may stand. */
const SLOTS = [
  [0.455, 0.1],
  [0.455, 0.24],
  [0.575, 0.1],
  [0.575, 0.24],
] as const;
const ASTRAY = { x: 0.01, y: 0.015 } as const;
/** m: the locker's closed front, beyond the slots and open towards the arm; how far behind its front a brick lies. */
const LOCKER_FRONT = 0.8;
const BRICK_BEHIND = 0.07;
/** m: the floor that the brick lies on. */
export const LOCKER_FLOOR = 0.004;

/** A scene, and in one word how its things are combined: which are there, on which side, in which slots, found how. */
function drawScene(r: Rng): { readonly scene: SceneSpec; readonly combination: string } {
  const side = r.pick([-1, 1] as const);
  const there = () => r.uniform() < PRESENT;
  const open = () => r.uniform() < FOUND_OPEN;
  const slots = shuffled(r, [0, 1, 2, 3]);
  /** The middle of a slot, and of what stands in it. */
  const stand = (slot: number, height = 0): Vec3 => {
    const [x, y] = SLOTS[slot]!;
    return [x + r.between(-ASTRAY.x, ASTRAY.x), -side * (y + r.between(-ASTRAY.y, ASTRAY.y)), TABLE_Z + height];
  };
  const found = { drawer: open(), locker: open() };
  const has = { drawer: there(), button: there(), tray: there(), object: there(), locker: there(), brick: there() };
  const lockerY = -side * r.between(0.16, 0.18);
  const travel = metres(found.locker ? LOCKER_TRAVEL : 0);
  const locked = has.button && has.locker;
  const scene: SceneSpec = {
    ...(has.drawer && {
      drawer: {
        position: [r.between(0.53, 0.67), side * r.between(0.19, 0.24), TABLE_Z] as Vec3,
        opens: [0, -side, 0] as Vec3,
        travel: metres(found.drawer ? DRAWER_TRAVEL : 0),
      },
    }),
    ...(has.button && { button: { position: stand(slots[0]!, 0.06) } }),
    ...(has.tray && { tray: { position: stand(slots[1]!) } }),
    ...(has.object && { object: { position: stand(slots[2]!) } }),
    ...(locked && { locker: { position: [LOCKER_FRONT, lockerY, TABLE_Z] as Vec3, opens: [-1, 0, 0] as Vec3, travel } }),
    ...(locked &&
      has.brick && { brick: { position: [LOCKER_FRONT - travel + BRICK_BEHIND, lockerY, TABLE_Z + LOCKER_FLOOR] as Vec3 } }),
  };
  const combination = [
    side,
    ...THINGS.filter((thing) => scene[thing]),
    found.drawer && scene.drawer ? "drawer out" : "",
    found.locker && scene.locker ? "locker out" : "",
    ...(["button", "tray", "object"] as const).map((thing, i) => (scene[thing] ? slots[i] : "")),
  ].join();
  return { scene, combination };
}

/** Of all combinations of things, sides and slots, which share belongs to the tests, and which to validation: training never sees those. */
const HELD_OUT = { test: 0.2, validation: 0.15 } as const;
const splitOf = (combination: string): Split => {
  const u = rng("sawyer combination", combination).uniform();
  return u < HELD_OUT.test ? "test" : u < HELD_OUT.test + HELD_OUT.validation ? "validation" : "train";
};

/**
 * Tasks that share a scene. In training a scene is had with several aims, so that what is wanted cannot be read off where things stand: nets that
 * can, learn each scene's one aim by heart and infer nothing ("memorization", Yin et al. 2020). Tests are of as many scenes as tasks.
 */
const AIMS_PER_SCENE: Readonly<Record<Split, number>> = { train: 3, validation: 1, test: 1 };

/**
 * Task `id` of a split: a pure function of (split, seed, id). The splits share no combination of things, sides and slots, whatever the seeds, and
 * no seed repeats another's places.
 */
export function sawyerTask(split: Split, seed: number, id: number): SawyerTask {
  const several = AIMS_PER_SCENE[split];
  const r = rng("sawyer", split, seed, Math.floor(id / several));
  // The aim first: lockers and bricks are rare, and an aim that is rarely asked for is not learned.
  const first = r.pick(aimKinds);
  for (;;) {
    const { scene, combination } = drawScene(r);
    const feasible = feasibleAims(scene);
    if (!feasible.includes(first) || feasible.length < Math.max(2, several) || splitOf(combination) !== split) continue;
    const kind = [
      first,
      ...shuffled(
        r,
        feasible.filter((it) => it !== first),
      ),
    ][id % several]!;
    return { id, scene, aim: kind === "reach" ? { kind, goal: REACH_GOAL } : { kind } };
  }
}

function shuffled<T>(r: Rng, items: readonly T[]): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = r.integer(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}
