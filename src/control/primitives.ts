import type { Observation } from "../domain/experience.ts";
import { THINGS } from "../domain/scene.ts";
import type { Thing } from "../domain/scene.ts";
import type { Vec3 } from "../domain/units.ts";
import {
  ACTION_SPEED,
  BLOCK,
  CARRY_RADIUS,
  CLOSED_TRAVEL,
  LOCKER_TRAVEL,
  REACH_GOAL,
  START_TIP,
  TABLE_Z,
  inTray,
  sawyerSpec,
} from "../tasks/sawyer.ts";

/** Heights, m in `base`: free of all furniture; of a hand that hooks or pushes the drawer's bar; of the button's cap at rest. */
const CLEAR_Z = 0.065;
const HOOK_Z = -0.022;
const CAP_Z = TABLE_Z + 0.06;
/** m: from the bar's middle into the gap behind it, and in front of it where a push begins: so far that who learns it less than exactly does not land on the bar; how far below its stop a button is pressed. */
const BEHIND = 0.026;
const BEFORE = 0.05;
const PRESS_TO = 0.018;
/** m: nearness across that counts as above a place, and farness from which the way leads over everything; nearness in height that counts as high enough. */
const ALIGNED = 0.012;
const ASTRAY = 0.035;
/** The same beside a bar, on which a hand that comes down sooner lands. */
const BESIDE = { aligned: 0.008, astray: 0.022 };
const LEVEL = 0.02;
/** m: how far beside the bar's middle, above the hook's height and past the bar a hand still has hold of it; how much lower it moves it at full speed, as who learns it less than exactly would else pull before it is behind the bar. */
const HOLD = { along: 0.035, above: 0.025, past: 0.004, firm: 0.015 };
/** m: two fingers must come down beside a block: how near above its middle they begin to, and how near about it they may close. Below its middle they would scrape what it lies on. */
const STRADDLE = 0.007;
const AROUND = { across: 0.011, above: 0.012 };
const GRASP_ABOVE = 0.002;
/** m: a gap of no more holds a block, if it is this near the tip; one of no less has let it go. */
const HELD_GAP = { least: BLOCK.width - 0.006, most: BLOCK.width + 0.005 };
const HELD = 0.02;
const FREE_GAP = 0.045;
/** m: a carried block clears everything from here on; the tip lets go of it over the tray's foot at so much. */
const CARRY_Z = 0.04;
const DROP = 0.028;
/** 1/s: pull toward a place. */
const GAIN = 5;
/** Travels and nearness at which a primitive has done its work, m. */
const OPENED = 0.105;
const CLOSED = 0.008;
const PRESSED = 0.009;
const REACHED = 0.02;
const AT_HOME = 0.03;

type Seen = { readonly at: Vec3; readonly travel: number };
/** What a behaviour may know: nothing that the policy's observation does not hold. A height that is not observed is the table's. m in `base`. */
export type Facts = { readonly tip: Vec3; readonly gap: number } & { readonly [T in Thing]?: Seen };

const index = new Map(sawyerSpec.observation.map(({ name }, i) => [name, i]));

/** The facts in a sawyer observation, SI. */
export function facts(observation: Observation): Facts {
  const raw = (name: string) => {
    const i = index.get(name);
    if (i === undefined) return undefined;
    const { offset, scale } = sawyerSpec.observation[i]!;
    return offset + scale * observation[i]!;
  };
  const tip: Vec3 = [raw("tip_x")!, raw("tip_y")!, raw("tip_z")!];
  const things: Partial<Record<Thing, Seen>> = {};
  for (const thing of THINGS) {
    if (!(raw(`${thing}_present`)! > 0.5)) continue;
    const z = raw(`${thing}_from_tip_z`);
    const at: Vec3 = [
      tip[0] + raw(`${thing}_from_tip_x`)!,
      tip[1] + raw(`${thing}_from_tip_y`)!,
      z === undefined ? TABLE_Z : tip[2] + z,
    ];
    things[thing] = { at, travel: raw(`${thing}_travel`) ?? 0 };
  }
  return { tip, gap: raw("finger_gap")!, ...things };
}

/** Tip velocity wanted now, m/s and not yet bounded, and +1 for closed fingers or -1 for open ones. */
interface Wanted {
  readonly v: Vec3;
  readonly grip: 1 | -1;
  /** The work is done; asked on, a primitive keeps what it reached. */
  readonly done: boolean;
}
export type Primitive = (seen: Facts) => Wanted;

const rise: Vec3 = [0, 0, ACTION_SPEED];
const stay: Vec3 = [0, 0, 0];
const idle: Wanted = { v: stay, grip: 1, done: true };

const between = (a: Vec3, b: Vec3) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/**
 * Over everything and down onto `place` through a funnel: the farther off across, the higher the way. A function of where the tip is and of
 * nothing else, so that who only sees what it did can learn it: phases in its head would be averaged into standing still.
 */
function approach(tip: Vec3, place: Vec3, aligned = ALIGNED, astray = ASTRAY): Vec3 {
  const [dx, dy] = [place[0] - tip[0], place[1] - tip[1]];
  const off = Math.min(1, Math.max(0, (Math.hypot(dx, dy) - aligned) / (astray - aligned)));
  const height = place[2] + off * Math.max(0, CLEAR_Z - place[2]);
  // Below the funnel it goes up before it goes across.
  const across = GAIN * Math.min(1, Math.max(0, 1 - (height - tip[2]) / LEVEL));
  return [across * dx, across * dy, GAIN * (height - tip[2]) * (height > tip[2] ? 2 : 1)];
}

/** Which block the fingers have hold of. */
const held = ({ tip, gap, object, brick }: Facts): Seen | undefined =>
  gap > HELD_GAP.least && gap < HELD_GAP.most
    ? [object, brick].find((block) => block && between(block.at, tip) < HELD)
    : undefined;

/** Work for empty hands: a block that is held is let go first, and left. */
const emptyHanded =
  (work: Primitive): Primitive =>
  (seen) => {
    if (held(seen)) return { v: stay, grip: -1, done: false };
    const left = [seen.object, seen.brick].some((block) => block && between(block.at, seen.tip) < 1.5 * HELD);
    return left && seen.gap > HELD_GAP.most ? { v: rise, grip: -1, done: false } : work(seen);
  };

/** Brings the tip to `goal`, m in `base`, with whatever it holds. */
export function reach(goal: Vec3): Primitive {
  return ({ tip }) => ({ v: approach(tip, goal), grip: 1, done: between(tip, goal) < REACHED });
}

/** Brings an empty hand back to where episodes start, with open fingers. */
export const home: Primitive = emptyHanded(({ tip, gap }) => ({
  v: approach(tip, START_TIP),
  grip: -1,
  done: between(tip, START_TIP) < AT_HOME && gap > FREE_GAP,
}));

/** Moves the drawer by its bar: +1 hooks it from behind and draws it out, -1 pushes it home. Starts over when the bar has slipped past. */
function slide(direction: 1 | -1, finished: (travel: number) => boolean): Primitive {
  return emptyHanded(({ tip, drawer }) => {
    if (!drawer) return idle;
    if (finished(drawer.travel)) return { v: tip[2] < CLEAR_Z ? rise : stay, grip: 1, done: true };
    const [x, y] = drawer.at;
    // The bar always stands on its cabinet's side of the middle, so its y tells which way the drawer opens.
    const cabinet = y < 0 ? -1 : 1;
    const start = direction > 0 ? BEHIND : -BEFORE;
    // How far the tip is on the side it works from.
    const side = (tip[1] - y) * cabinet * direction;
    const holds =
      tip[2] < HOOK_Z + HOLD.above && Math.abs(tip[0] - x) < HOLD.along && side > -HOLD.past && side < Math.abs(start) + ALIGNED;
    if (!holds) {
      const place: Vec3 = [x, y + cabinet * start, HOOK_Z];
      return { v: approach(tip, place, BESIDE.aligned, BESIDE.astray), grip: 1, done: false };
    }
    const firmly = Math.min(1, (HOOK_Z + HOLD.above - tip[2]) / HOLD.firm);
    const along = -direction * cabinet * firmly * ACTION_SPEED;
    return { v: [GAIN * (x - tip[0]), along, GAIN * (HOOK_Z - tip[2])], grip: 1, done: false };
  });
}
export const openDrawer = (): Primitive => slide(1, (travel) => travel >= OPENED);
export const closeDrawer = (): Primitive => slide(-1, (travel) => travel <= CLOSED);

const press = (tip: Vec3, { at, travel }: Seen): Wanted => ({
  v: approach(tip, [at[0], at[1], CAP_Z - PRESS_TO]),
  grip: 1,
  done: travel >= PRESSED,
});

/** Goes above the cap and presses it; keeps pressing while asked. */
export const pressButton = (): Primitive => emptyHanded(({ tip, button }) => (button ? press(tip, button) : idle));

/** Presses the button once, and waits above it while the locker moves. */
function drive(finished: (travel: number) => boolean, begins: (travel: number) => boolean): Primitive {
  return emptyHanded(({ tip, button, locker }) => {
    if (!button || !locker) return idle;
    if (begins(locker.travel)) return { ...press(tip, button), done: false };
    return { v: tip[2] < CLEAR_Z ? rise : stay, grip: 1, done: finished(locker.travel) };
  });
}
export const openLocker = (): Primitive =>
  drive(
    (travel) => travel >= LOCKER_TRAVEL - CLOSED_TRAVEL,
    (travel) => travel <= CLOSED,
  );
export const closeLocker = (): Primitive =>
  drive(
    (travel) => travel <= CLOSED_TRAVEL,
    (travel) => travel >= LOCKER_TRAVEL - CLOSED,
  );

/** Comes down over a block with open fingers and closes them about it; `then` once it is held. */
const grasp =
  (name: "object" | "brick", then: (block: Seen, seen: Facts) => Wanted): Primitive =>
  (seen) => {
    const { tip, gap } = seen;
    const block = seen[name];
    if (!block) return idle;
    const has = held(seen);
    if (has === block) return then(block, seen);
    if (has) return { v: stay, grip: -1, done: false };
    const place: Vec3 = [block.at[0], block.at[1], block.at[2] + GRASP_ABOVE];
    const [dx, dy, dz] = [place[0] - tip[0], place[1] - tip[1], place[2] - tip[2]];
    if (Math.hypot(dx, dy) < AROUND.across && Math.abs(dz) < AROUND.above)
      return { v: [GAIN * dx, GAIN * dy, GAIN * dz], grip: 1, done: false };
    // Fingers that are still closed would land on it.
    const low = gap < FREE_GAP && tip[2] < CLEAR_Z && Math.hypot(dx, dy) < ASTRAY;
    return { v: low ? rise : approach(tip, place, STRADDLE), grip: -1, done: false };
  };

/** Lifted first, then across and up. */
function carry(tip: Vec3, goal: Vec3): Vec3 {
  const across = GAIN * Math.min(1, Math.max(0, (tip[2] - CARRY_Z / 2) / (CARRY_Z / 2)));
  return [across * (goal[0] - tip[0]), across * (goal[1] - tip[1]), GAIN * (goal[2] - tip[2])];
}

/** Grasps a block and brings it to the middle of the workspace, lifted; holds it there. */
export const pick = (name: "object" | "brick"): Primitive =>
  grasp(name, ({ at }, { tip }) => ({ v: carry(tip, REACH_GOAL), grip: 1, done: between(at, REACH_GOAL) < CARRY_RADIUS / 2 }));

/** Grasps the object and lays it into the tray. */
export function place(): Primitive {
  const lay = grasp("object", ({ at }, { tip, tray }) => {
    const goal: Vec3 = [tray!.at[0] + tip[0] - at[0], tray!.at[1] + tip[1] - at[1], TABLE_Z + DROP];
    const off = Math.hypot(goal[0] - tip[0], goal[1] - tip[1]);
    const lifted = off > ASTRAY && tip[2] < CARRY_Z ? carry(tip, [goal[0], goal[1], CLEAR_Z]) : approach(tip, goal);
    return { v: lifted, grip: off < ALIGNED && tip[2] < goal[2] + 0.012 ? -1 : 1, done: false };
  });
  return (seen) => {
    const { tip, gap, object, tray } = seen;
    if (!object || !tray) return idle;
    if (!inTray(object.at, tray.at)) return lay(seen);
    const clear = between(object.at, tip) > 2 * HELD;
    return { v: gap < FREE_GAP && !clear ? stay : tip[2] < CLEAR_Z ? rise : stay, grip: -1, done: clear };
  };
}
