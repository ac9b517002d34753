import type { DrawerSpec } from "../../src/domain/scene.ts";
import type { Vec3 } from "../../src/domain/units.ts";
import { BLOCK, LOCKER_TRAVEL } from "../../src/tasks/sawyer.ts";
import { blockMass, locker, lockerSlabs, motor, tray, traySlabs } from "../furniture/shapes.ts";
import { posesOf } from "./arm.ts";
import { box, level, mobile, part, solid } from "./parts.ts";
import { element, inertial, leaf, pose } from "./sdf.ts";
import type { Sdf } from "./sdf.ts";

const doubled = (half: Vec3): Vec3 => [2 * half[0], 2 * half[1], 2 * half[2]];
const slabs = (of: typeof traySlabs): readonly Sdf[] =>
  of.flatMap(({ name, half, at }) => part(name, box(at, doubled(half)), "wood"));

/** An open box that slides out of nothing, in its own frame: +y is the way it opens. Its motor is not there: it stays where it stands or is pushed. */
export const lockerModel = ({ position, opens, travel }: DrawerSpec): Sdf => {
  const size: Vec3 = [locker.width, locker.depth, locker.height];
  const held = { damping: motor.damping, friction: motor.force, spring: 0 };
  return element(
    "model",
    { name: "locker" },
    pose({ xyz: position, rpy: [0, 0, Math.atan2(-opens[0], opens[1])] }),
    element(
      "link",
      { name: "box" },
      pose({ xyz: [0, travel, 0], rpy: level }),
      leaf("gravity", false),
      inertial({ mass: locker.mass, com: [0, -locker.depth / 2, locker.height / 2], inertia: solid(locker.mass, size) }),
      ...slabs(lockerSlabs),
    ),
    // The joint reads zero where the world begins; it begins `travel` out.
    mobile("slide", { axis: [0, 1, 0], lower: -travel, upper: LOCKER_TRAVEL - travel, ...held }, "box", "world"),
    posesOf(),
  );
};

/** kg: it does not move, and weighs something all the same. */
const TRAY_MASS = 0.2;

export const trayModel = (position: Vec3): Sdf =>
  element(
    "model",
    { name: "tray" },
    pose({ xyz: position, rpy: level }),
    element("joint", { name: "stands", type: "fixed" }, leaf("parent", "world"), leaf("child", "body")),
    element(
      "link",
      { name: "body" },
      inertial({
        mass: TRAY_MASS,
        com: [0, 0, tray.height / 2],
        inertia: solid(TRAY_MASS, [2 * tray.half, 2 * tray.half, tray.height]),
      }),
      ...slabs(traySlabs),
    ),
    posesOf(),
  );

/** A free block; `foot`: the middle of what it stands on. */
export const blockModel = (name: "object" | "brick", [x, y, z]: Vec3): Sdf => {
  const size: Vec3 = [BLOCK.width, BLOCK.width, BLOCK.height];
  return element(
    "model",
    { name },
    pose({ xyz: [x, y, z + BLOCK.height / 2], rpy: level }),
    element(
      "link",
      { name: "block" },
      inertial({ mass: blockMass, com: level, inertia: solid(blockMass, size) }),
      ...part(name, box(level, size), "cap"),
    ),
    posesOf(),
  );
};
