import type { Observation } from "../domain/experience.ts";
import type { Vec3 } from "../domain/units.ts";
import { ACTION_SPEED, TABLE_Z, sawyerSpec } from "../tasks/sawyer.ts";

/** Heights, m in `base`: free of all furniture; of a hand that hooks or pushes the drawer's bar; of the button's cap at rest. */
const CLEAR_Z = 0.065;
const HOOK_Z = -0.022;
const CAP_Z = TABLE_Z + 0.06;
/** m: from the bar's middle into the gap behind it, and in front of it where a push begins; how far below its stop a button is pressed. */
const BEHIND = 0.026;
const BEFORE = 0.035;
const PRESS_TO = 0.018;
/** m: nearness across that counts as above a place, and farness from which the way leads over everything; nearness in height that counts as high enough. */
const ALIGNED = 0.012;
const ASTRAY = 0.035;
const LEVEL = 0.02;
/** m: how far beside the bar's middle, above the hook's height and past the bar a hand still has hold of it. */
const HOLD = { along: 0.035, above: 0.025, past: 0.004 };
/** 1/s: pull toward a place. */
const GAIN = 5;
/** Travels and nearness at which a primitive has done its work, m. */
const OPENED = 0.105;
const CLOSED = 0.008;
const PRESSED = 0.009;
const REACHED = 0.02;

/** What a behaviour may know: nothing that the policy's observation does not hold. `side`: +1 or -1, the y side the drawer's cabinet stands on. */
export interface Facts {
  readonly tip: Vec3;
  readonly drawer?: { readonly x: number; readonly y: number; readonly travel: number; readonly side: number };
  readonly button?: { readonly x: number; readonly y: number; readonly travel: number };
}

/** The facts in a sawyer observation, SI. The bar always stands on its cabinet's side of the middle, so its y tells which way the drawer opens. */
export function facts(observation: Observation): Facts {
  const [tx, ty, tz, dx, dy, drawer, dTravel, bx, by, button, bTravel] = sawyerSpec.observation.map(
    ({ offset, scale }, i) => offset + scale * observation[i]!,
  ) as [number, number, number, number, number, number, number, number, number, number, number];
  return {
    tip: [tx, ty, tz],
    ...(drawer > 0.5 && { drawer: { x: tx + dx, y: ty + dy, travel: dTravel, side: ty + dy < 0 ? -1 : 1 } }),
    ...(button > 0.5 && { button: { x: tx + bx, y: ty + by, travel: bTravel } }),
  };
}

/** Tip velocity wanted now, m/s and not yet bounded. `done`: the work is done; asked on, a primitive keeps what it reached. */
export type Primitive = (seen: Facts) => { readonly v: Vec3; readonly done: boolean };

const rise: Vec3 = [0, 0, ACTION_SPEED];
const stay: Vec3 = [0, 0, 0];
const idle: Primitive = () => ({ v: stay, done: true });

/**
 * Over everything and down onto `place` through a funnel: the farther off across, the higher the way. A function of where the tip is and of
 * nothing else, so that who only sees what it did can learn it: phases in its head would be averaged into standing still.
 */
function approach(tip: Vec3, place: Vec3): Vec3 {
  const [dx, dy] = [place[0] - tip[0], place[1] - tip[1]];
  const astray = Math.min(1, Math.max(0, (Math.hypot(dx, dy) - ALIGNED) / (ASTRAY - ALIGNED)));
  const height = place[2] + astray * Math.max(0, CLEAR_Z - place[2]);
  // Below the funnel it goes up before it goes across.
  const across = GAIN * Math.min(1, Math.max(0, 1 - (height - tip[2]) / LEVEL));
  return [across * dx, across * dy, GAIN * (height - tip[2]) * (height > tip[2] ? 2 : 1)];
}

/** Brings the tip to `goal`, m in `base`. */
export function reach(goal: Vec3): Primitive {
  return ({ tip }) => ({
    v: approach(tip, goal),
    done: Math.hypot(tip[0] - goal[0], tip[1] - goal[1], tip[2] - goal[2]) < REACHED,
  });
}

/** Moves the drawer by its bar: +1 hooks it from behind and draws it out, -1 pushes it home. Starts over when the bar has slipped past. */
function slide(direction: 1 | -1, finished: (travel: number) => boolean): Primitive {
  return ({ tip, drawer: d }) => {
    if (!d) return idle({ tip });
    if (finished(d.travel)) return { v: tip[2] < CLEAR_Z ? rise : stay, done: true };
    const start = direction > 0 ? BEHIND : -BEFORE;
    // How far the tip is on the side it works from.
    const side = (tip[1] - d.y) * d.side * direction;
    const holds =
      tip[2] < HOOK_Z + HOLD.above &&
      Math.abs(tip[0] - d.x) < HOLD.along &&
      side > -HOLD.past &&
      side < Math.abs(start) + ALIGNED;
    if (!holds) return { v: approach(tip, [d.x, d.y + d.side * start, HOOK_Z]), done: false };
    return { v: [GAIN * (d.x - tip[0]), -direction * d.side * ACTION_SPEED, GAIN * (HOOK_Z - tip[2])], done: false };
  };
}
export const openDrawer = (): Primitive => slide(1, (travel) => travel >= OPENED);
export const closeDrawer = (): Primitive => slide(-1, (travel) => travel <= CLOSED);

/** Goes above the cap and presses it; keeps pressing while asked. */
export function pressButton(): Primitive {
  return ({ tip, button: b }) => {
    if (!b) return idle({ tip });
    return { v: approach(tip, [b.x, b.y, CAP_Z - PRESS_TO]), done: b.travel >= PRESSED };
  };
}
