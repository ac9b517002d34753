import type { Primitive } from "../../src/domain/arm.ts";
import { metres } from "../../src/domain/units.ts";
import type { Vec3 } from "../../src/domain/units.ts";
import { touchable } from "../furniture/shapes.ts";
import { body, element, leaf, numbers } from "./sdf.ts";
import type { Sdf } from "./sdf.ts";

export const level: Vec3 = [0, 0, 0];
export const box = (xyz: Vec3, size: Vec3): Primitive => ({ shape: "box", size, pose: { xyz, rpy: level }, collides: true });
export const rod = (radius: number, xyz: Vec3, length: number, rpy: Vec3): Primitive => ({
  ...{ shape: "cylinder", radius: metres(radius), length: metres(length), collides: true },
  pose: { xyz, rpy },
});
export const ALONG_X: Vec3 = [0, Math.PI / 2, 0];
export const ALONG_Y: Vec3 = [Math.PI / 2, 0, 0];

/** What is seen and touched, with the friction that the twin gives it. */
export const part = (name: string, primitive: Primitive, colour: string) =>
  body(name, primitive, { colour, friction: touchable[name]! });

/** Solid box about its middle, kg m2. */
export const solid = (mass: number, [x, y, z]: Vec3) =>
  [(mass / 12) * (y * y + z * z), (mass / 12) * (x * x + z * z), (mass / 12) * (x * x + y * y), 0, 0, 0] as const;

/** A joint along `axis`. SI. */
export const mobile = (
  name: string,
  {
    axis,
    lower,
    upper,
    damping,
    friction,
    spring,
  }: Readonly<Record<"lower" | "upper" | "damping" | "friction" | "spring", number>> & { axis: Vec3 },
  child: string,
  parent = "body",
): Sdf =>
  element(
    "joint",
    { name, type: "prismatic" },
    leaf("parent", parent),
    leaf("child", child),
    element(
      "axis",
      {},
      leaf("xyz", numbers(axis)),
      element("limit", {}, leaf("lower", lower), leaf("upper", upper)),
      element(
        "dynamics",
        {},
        leaf("damping", damping),
        leaf("friction", friction),
        leaf("spring_reference", 0),
        leaf("spring_stiffness", spring),
      ),
    ),
  );
