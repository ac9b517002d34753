import type { Observation } from "../domain/experience.ts";
import type { Vec3 } from "../domain/units.ts";
import { ACTION_SPEED, TABLE_Z, sawyerSpec } from "../tasks/sawyer.ts";

/** Heights, m in `base`: free of all furniture; of a hand that hooks or pushes the drawer's bar; of the button's cap at rest. */
const CLEAR_Z = 0.05;
const HOOK_Z = -0.022;
const CAP_Z = TABLE_Z + 0.06;
/** m: from the bar's middle into the gap behind it, and in front of it where a push begins; how far below its stop a button is pressed. */
const BEHIND = 0.026;
const BEFORE = 0.035;
const PRESS_TO = 0.018;
/** m: nearness across that counts as above a place, farness that counts as lost, nearness in height that counts as down. */
const ALIGNED = 0.012;
const ASTRAY = 0.035;
const DOWN = 0.012;
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

const toward = (from: Vec3, to: Vec3): Vec3 => [GAIN * (to[0] - from[0]), GAIN * (to[1] - from[1]), GAIN * (to[2] - from[2])];
const rise: Vec3 = [0, 0, ACTION_SPEED];
const stay: Vec3 = [0, 0, 0];
const idle: Primitive = () => ({ v: stay, done: true });

/** Up to a free height, across, then down onto a place: the velocity that takes the tip there, undefined once it is there. */
function approach() {
  let phase: "lift" | "align" | "descend" | "there" = "lift";
  return {
    again: () => void (phase = "lift"),
    move(tip: Vec3, place: Vec3): Vec3 | undefined {
      const off = Math.hypot(tip[0] - place[0], tip[1] - place[1]);
      if (phase === "descend" && off > ASTRAY) phase = "lift";
      // Already over the place: no need to rise before going down to it.
      if (phase === "lift" && (tip[2] >= CLEAR_Z - DOWN || off < ALIGNED)) phase = "align";
      if (phase === "align" && off < ALIGNED) phase = "descend";
      if (phase === "descend" && Math.abs(tip[2] - place[2]) < DOWN) phase = "there";
      if (phase === "there") return undefined;
      if (phase === "lift") return rise;
      return toward(tip, phase === "align" ? [place[0], place[1], Math.max(CLEAR_Z, place[2])] : place);
    },
  };
}

/** Brings the tip to `goal`, m in `base`. */
export function reach(goal: Vec3): Primitive {
  const way = approach();
  return ({ tip }) => ({
    v: way.move(tip, goal) ?? toward(tip, goal),
    done: Math.hypot(tip[0] - goal[0], tip[1] - goal[1], tip[2] - goal[2]) < REACHED,
  });
}

/** Moves the drawer by its bar: +1 hooks it from behind and draws it out, -1 pushes it home. Starts over when the bar has slipped past. */
function slide(direction: 1 | -1, finished: (travel: number) => boolean): Primitive {
  const way = approach();
  return ({ tip, drawer: d }) => {
    if (!d) return idle({ tip });
    if (finished(d.travel)) return { v: tip[2] < CLEAR_Z ? rise : stay, done: true };
    const start = direction > 0 ? BEHIND : -BEFORE;
    const moving = way.move(tip, [d.x, d.y + d.side * start, HOOK_Z]);
    if (moving) return { v: moving, done: false };
    const slipped = (tip[1] - d.y) * d.side * direction < 0;
    if (slipped || tip[2] > CLEAR_Z / 2) {
      way.again();
      return { v: rise, done: false };
    }
    return { v: [GAIN * (d.x - tip[0]), -direction * d.side * ACTION_SPEED, GAIN * (HOOK_Z - tip[2])], done: false };
  };
}
export const openDrawer = (): Primitive => slide(1, (travel) => travel >= OPENED);
export const closeDrawer = (): Primitive => slide(-1, (travel) => travel <= CLOSED);

/** Goes above the cap and presses it; keeps pressing while asked. */
export function pressButton(): Primitive {
  const way = approach();
  return ({ tip, button: b }) => {
    if (!b) return idle({ tip });
    const moving = way.move(tip, [b.x, b.y, CAP_Z]);
    return { v: moving ?? toward(tip, [b.x, b.y, CAP_Z - PRESS_TO]), done: b.travel >= PRESSED };
  };
}
