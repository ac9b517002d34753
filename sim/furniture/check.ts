import { OnarmError } from "../../src/domain/errors.ts";
import type { DrawerSpec, SceneSpec } from "../../src/domain/scene.ts";
import type { Metres, Vec3 } from "../../src/domain/units.ts";
import { BLOCK, DRAWER_TRAVEL, LOCKER_TRAVEL, TABLE_Z } from "../../src/tasks/sawyer.ts";
import { bar, button, cabinet, locker, tray } from "./shapes.ts";

/** m: half the edge of what stands free on the table. */
const half = { button: button.housing[0], tray: tray.half, object: BLOCK.width / 2 } as const;
/** m: how near to what it stands on a foot must be told. */
const FOOT = 0.005;
/** What slides, in its own frame, closed: half its width, its back and the most forward of it along the way it opens, m. */
const body = {
  drawer: { half: cabinet.width / 2, back: -cabinet.depth, front: bar.reach + bar.radius },
  locker: { half: locker.width / 2, back: -locker.depth, front: 0 },
} as const;

/** Refuses a scene that cannot stand on the table. Throws "tasks.invalid". */
export function checkScene(spec: SceneSpec): void {
  const refuse = (what: string): never => {
    throw new OnarmError("tasks.invalid", `the scene cannot be set out: ${what}`, { spec });
  };
  for (const [name, { position }] of Object.entries(spec) as [string, { position: Vec3 }][])
    if (!position.every(Number.isFinite)) refuse(`the ${name}'s position is not a finite number`);
  const slides = (name: string, { opens, travel }: DrawerSpec, most: number) => {
    if (!(Math.abs(Math.hypot(...opens) - 1) < 1e-6 && Math.abs(opens[2]) < 1e-6))
      refuse(`the ${name}'s \`opens\` must be a horizontal unit vector`);
    if (!(travel >= 0 && travel <= most)) refuse(`a ${name}'s travel lies between 0 and ${most} m`);
  };
  if (spec.drawer) slides("drawer", spec.drawer, DRAWER_TRAVEL);
  if (spec.locker) slides("locker", spec.locker, LOCKER_TRAVEL);
  if (spec.locker && !spec.button) refuse("a locker is opened by its button; set that out, or leave the locker out");
  if (spec.brick && !spec.locker) refuse("a brick lies in a locker; set that out, or call it an object");
  const { object, tray: dish } = spec;
  if (object && !(Math.abs(object.position[2] - TABLE_Z) < FOOT)) refuse(`the object's foot is at z ${TABLE_Z}, on the table`);
  const free = (["button", "tray", "object"] as const).filter((name) => spec[name]);
  free.forEach((a, i) =>
    free.slice(i + 1).forEach((b) => {
      if (apart(spec[a]!.position, spec[b]!.position) >= half[a] + half[b]) return;
      const inside =
        b === "object" && a === "tray" && apart(object!.position, dish!.position) <= tray.half - half.object - tray.wall;
      if (!inside) refuse(`the ${b} stands where the ${a} does`);
    }),
  );
  for (const name of ["drawer", "locker"] as const)
    for (const thing of spec[name] ? free : []) {
      const { half: width, back, front } = body[name];
      const { across, along } = seenFrom(spec[name]!, spec[thing]!.position);
      const home = name === "drawer" ? 0 : spec.locker!.travel;
      if (across < width + half[thing] && along > back + home - half[thing] && along < front + spec[name]!.travel + half[thing])
        refuse(`the ${thing} stands where the ${name} does`);
    }
  if (!spec.brick || !spec.locker) return;
  const { across, along } = seenFrom(spec.locker, spec.brick.position);
  const wall = locker.wall + half.object;
  const within = along - spec.locker.travel;
  const high = spec.brick.position[2] - spec.locker.position[2] - locker.floor;
  if (!(across <= body.locker.half - wall && within <= -wall && within >= wall - locker.depth && Math.abs(high) < FOOT))
    refuse("the brick does not lie on the floor of its locker as that is found");
}

/** m: how far beside a drawer's or locker's middle a place is, and how far along the way it opens from its closed front. */
function seenFrom({ position, opens }: DrawerSpec, place: Vec3): { readonly across: number; readonly along: number } {
  const [x, y] = [place[0] - position[0], place[1] - position[1]];
  return { across: Math.abs(x * opens[1] - y * opens[0]), along: x * opens[0] + y * opens[1] };
}

/** m: along the axis in which two squares are further from each other. */
const apart = (a: Vec3, b: Vec3): Metres => Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])) as Metres;
