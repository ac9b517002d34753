import type { Primitive } from "../../src/domain/arm.ts";
import type { SceneSpec } from "../../src/domain/scene.ts";
import type { Vec3 } from "../../src/domain/units.ts";
import { BUTTON_TRAVEL, DRAWER_TRAVEL, TABLE_Z } from "../../src/tasks/sawyer.ts";
import { checkScene } from "../furniture/check.ts";
import { bar, blocks, button, cabinet, slide, touchable } from "../furniture/shapes.ts";
import { posesOf } from "./arm.ts";
import { blockModel, lockerModel, trayModel } from "./boxes.ts";
import { ALONG_X, ALONG_Y, box, level, mobile, part, rod, solid } from "./parts.ts";
import { body, element, inertial, leaf, pose } from "./sdf.ts";
import type { Sdf } from "./sdf.ts";

const { width, depth, height } = cabinet;

/** A cabinet that stands on the table and a tray with a handle bar that slides out of it, in the drawer's own frame: +y is the way it opens. */
const drawer = ({ position, opens, travel }: NonNullable<SceneSpec["drawer"]>): Sdf => {
  const tray: Vec3 = [width - 0.01, depth, height - 0.01];
  const post = (side: number) => rod(bar.post, [side * bar.half, bar.reach / 2, bar.height], bar.reach, ALONG_Y);
  return element(
    "model",
    { name: "drawer" },
    pose({ xyz: position, rpy: [0, 0, Math.atan2(-opens[0], opens[1])] }),
    element("joint", { name: "stands", type: "fixed" }, leaf("parent", "world"), leaf("child", "body")),
    element(
      "link",
      { name: "body" },
      inertial({ mass: 2, com: [0, -depth / 2, height / 2], inertia: solid(2, [width, depth, height]) }),
      // What is seen of it: the tray goes through it, and touches only what is outside.
      ...part("cabinet", box([0, -depth / 2, height / 2], [width, depth, height]), "wood"),
    ),
    element(
      "link",
      { name: "tray" },
      pose({ xyz: [0, travel, 0], rpy: level }, "body"),
      leaf("gravity", false),
      inertial({ mass: slide.mass, com: [0, -depth / 2, height / 2], inertia: solid(slide.mass, tray) }),
      ...part("chest", box([0, -depth / 2, height / 2], tray), "wood"),
      ...part("bar", rod(bar.radius, [0, bar.reach, bar.height], 2 * bar.half, ALONG_X), "metal"),
      ...part("post-", post(-1), "metal"),
      ...part("post+", post(1), "metal"),
    ),
    // The joint reads zero where the world begins; it begins `travel` out.
    mobile("slide", { axis: [0, 1, 0], lower: -travel, upper: DRAWER_TRAVEL - travel, ...slide, spring: 0 }, "tray"),
    posesOf(),
  );
};

const buttonModel = ({ position: [x, y, z] }: NonNullable<SceneSpec["button"]>): Sdf => {
  const [w, d, h] = button.cap;
  return element(
    "model",
    { name: "button" },
    pose({ xyz: [x, y, z - button.height], rpy: level }),
    element("joint", { name: "stands", type: "fixed" }, leaf("parent", "world"), leaf("child", "body")),
    element(
      "link",
      { name: "body" },
      inertial({
        mass: 0.5,
        com: [0, 0, button.housing[2]],
        inertia: solid(0.5, button.housing.map((half) => 2 * half) as unknown as Vec3),
      }),
      ...part("housing", box([0, 0, button.housing[2]], button.housing.map((half) => 2 * half) as unknown as Vec3), "metal"),
    ),
    element(
      "link",
      { name: "cap" },
      pose({ xyz: [0, 0, button.height - h], rpy: level }, "body"),
      leaf("gravity", false),
      inertial({ mass: button.mass, com: level, inertia: solid(button.mass, [2 * w, 2 * d, 2 * h]) }),
      ...part("cap", box(level, [2 * w, 2 * d, 2 * h]), "cap"),
    ),
    mobile(
      "press",
      { axis: [0, 0, -1], lower: -0.001, upper: BUTTON_TRAVEL, damping: button.damping, friction: 0, spring: button.spring },
      "cap",
    ),
    posesOf(),
  );
};

/** Where the floor is under the arm's mount, m: the pedestal's feet. */
export const FLOOR = -0.913;

const standing = (name: string, primitive: Primitive, colour: string, friction: number): Sdf =>
  element(
    "model",
    { name },
    leaf("static", true),
    element("link", { name: "body" }, ...body(name, primitive, { colour, friction })),
  );

/** What stands around the arm: table, floor, and what the scene has. @throws "tasks.invalid" for a scene that cannot stand */
export function sceneModels(spec: SceneSpec): readonly Sdf[] {
  checkScene(spec);
  const table = 0.04;
  return [
    standing("table", box([0.65, 0, TABLE_Z - table / 2], [0.9, 1.2, table]), "wood", touchable["table"]!),
    standing("floor", box([0, 0, FLOOR - 0.05], [6, 6, 0.1]), "metal", 0.8),
    ...(spec.drawer ? [drawer(spec.drawer)] : []),
    ...(spec.button ? [buttonModel(spec.button)] : []),
    ...(spec.locker ? [lockerModel(spec.locker)] : []),
    ...(spec.tray ? [trayModel(spec.tray.position)] : []),
    ...blocks.flatMap((name) => (spec[name] ? [blockModel(name, spec[name].position)] : [])),
  ];
}
