import { OnarmError } from "../src/domain/errors.ts";
import type { SceneFact, SceneSpec } from "../src/domain/scene.ts";
import { metres } from "../src/domain/units.ts";
import type { Vec3 } from "../src/domain/units.ts";
import { BUTTON_TRAVEL, DRAWER_TRAVEL, TABLE_Z } from "../src/tasks/sawyer.ts";
import type { Physics } from "./mujoco.ts";

/**
 * What stands on the table. One compiled model holds all of it; a scene moves it into place or far out of reach, so that arranging costs
 * microseconds and not a compilation.
 */

/** Drawer, in its own frame: origin at the front face's foot, +y the way it opens. The bar stands off by `reach`; half its length is `half`. */
export const bar = { reach: 0.055, height: 0.045, half: 0.05, radius: 0.005, post: 0.004 };
export const cabinet = { width: 0.16, depth: 0.2, height: 0.07 };
/** Resistance, N and N s/m: it stays where it is left and moves with about 5 N at 0.1 m/s. */
export const slide = { friction: 3, damping: 20, mass: 0.6 };
/** Button, origin at its foot on the table. The spring gives 3.6 N at full depth. */
export const button = {
  height: 0.06,
  housing: [0.04, 0.04, 0.0225],
  cap: [0.025, 0.025, 0.01],
  spring: 300,
  damping: 6,
  mass: 0.05,
} as const;

/** An arm this deep in a thing, m, is not touching it but in its place. */
const OVERLAP = 0.005;

/** Out of every reach, and apart from each other. */
const away = { drawer: [0, 20, -20], button: [0, -20, -20] } as const;

const box = (name: string, half: readonly number[], at: readonly number[]) =>
  `<geom name="${name}" type="box" size="${half.join(" ")}" pos="${at.join(" ")}"/>`;
const rod = (name: string, radius: number, from: readonly number[], to: readonly number[]) =>
  `<geom name="${name}" type="capsule" size="${radius}" fromto="${[...from, ...to].join(" ")}"/>`;

/** The default end stop gives way by millimetres when an arm leans on something light. */
const stop = `solimplimit="0.99 0.999 0.0005"`;

const barEnd = (side: number): Vec3 => [side * bar.half, bar.reach, bar.height];
const front = (side: number): Vec3 => [side * bar.half, 0, bar.height];
const { width, depth, height } = cabinet;

/** Everything a scene can have, parked; frame `base`, angles in rad. */
export const furnitureMjcf = (): string => `
${box("table", [0.45, 0.6, 0.02], [0.65, 0, TABLE_Z - 0.02])}
<body name="drawer">
  ${box("cabinet", [width / 2, depth / 2, height / 2], [0, -depth / 2, height / 2])}
  <body gravcomp="1">
    <inertial pos="0 ${-depth / 2} ${height / 2}" mass="${slide.mass}" diaginertia="0.004 0.004 0.004"/>
    <joint name="drawer" type="slide" axis="0 1 0" range="0 ${DRAWER_TRAVEL}" damping="${slide.damping}" frictionloss="${slide.friction}" ${stop}/>
    ${box("tray", [width / 2 - 0.005, depth / 2, height / 2 - 0.005], [0, -depth / 2, height / 2])}
    ${rod("bar", bar.radius, barEnd(-1), barEnd(1))}
    ${rod("post-", bar.post, front(-1), barEnd(-1))}
    ${rod("post+", bar.post, front(1), barEnd(1))}
  </body>
</body>
<body name="button">
  ${box("housing", button.housing, [0, 0, button.housing[2]])}
  <body pos="0 0 ${button.height - button.cap[2]}" gravcomp="1">
    <inertial pos="0 0 0" mass="${button.mass}" diaginertia="1e-4 1e-4 1e-4"/>
    <joint name="button" type="slide" axis="0 0 -1" range="-0.001 ${BUTTON_TRAVEL}" stiffness="${button.spring}" damping="${button.damping}" ${stop}/>
    ${box("cap", button.cap, [0, 0, 0])}
  </body>
</body>`;

/** What can be touched, and its friction. The bar is smooth steel: pressing on it drags it along less than the drawer's own friction holds. */
export const touchable: Readonly<Record<string, number>> = {
  table: 0.4,
  cabinet: 0.4,
  tray: 0.4,
  bar: 0.05,
  "post-": 0.05,
  "post+": 0.05,
  housing: 0.4,
  cap: 0.4,
};

const refuse = (what: string, spec: SceneSpec): never => {
  throw new OnarmError("tasks.invalid", `the scene cannot be set out: ${what}`, { spec });
};

/** Refuses a scene that cannot stand on the table. Throws "tasks.invalid". */
export function checkScene(spec: SceneSpec): void {
  const places = [spec.drawer?.position, spec.button?.position].filter((p) => p !== undefined);
  if (!places.every((p) => p.every(Number.isFinite))) refuse("a position is not a finite number", spec);
  if (!spec.drawer) return;
  const { opens, travel } = spec.drawer;
  if (!(Math.abs(Math.hypot(...opens) - 1) < 1e-6 && Math.abs(opens[2]) < 1e-6))
    refuse("`opens` must be a horizontal unit vector", spec);
  if (!(travel >= 0 && travel <= DRAWER_TRAVEL)) refuse(`a drawer's travel lies between 0 and ${DRAWER_TRAVEL} m`, spec);
}

/** The furniture of one physics: sets scenes out and says what stands where. */
export function furniture(physics: Physics) {
  const bodies = { drawer: physics.body("drawer"), button: physics.body("button") };
  const joints = { drawer: physics.joint("drawer"), button: physics.joint("button") };
  let scene: SceneSpec = {};

  const put = (name: "drawer" | "button", foot: readonly number[], yaw: number, travel: number) => {
    physics.model("body_pos").set(foot, 3 * bodies[name]);
    physics.model("body_quat").set([Math.cos(yaw / 2), 0, 0, Math.sin(yaw / 2)], 4 * bodies[name]);
    physics.data("qpos")[joints[name].qpos] = travel;
    physics.data("qvel")[joints[name].dof] = 0;
  };
  const travel = (name: "drawer" | "button") => metres(physics.data("qpos")[joints[name].qpos]!);

  const things = new Set(
    Object.keys(touchable)
      .filter((name) => name !== "table")
      .map((name) => physics.geom(name)),
  );
  const place = (spec: SceneSpec) => {
    scene = spec;
    const { drawer: d, button: b } = spec;
    put("drawer", d?.position ?? away.drawer, d ? Math.atan2(-d.opens[0], d.opens[1]) : 0, d?.travel ?? 0);
    put("button", b ? [b.position[0], b.position[1], b.position[2] - button.height] : away.button, 0, 0);
    // Friction keeps a solver row busy even where nothing can touch the drawer.
    physics.model("dof_frictionloss")[joints.drawer.dof] = d ? slide.friction : 0;
    physics.forward();
  };

  return {
    /**
     * Moves everything to where `spec` wants it, at rest. Throws "tasks.invalid" for a scene that cannot stand, and "arm.refused", leaving all
     * as it was, where the arm is in the way: two bodies set into one another would fly apart.
     */
    arrange(spec: SceneSpec): void {
      checkScene(spec);
      const before = { scene, drawer: travel("drawer") };
      place(spec);
      if (!physics.contacts().some(({ geoms, distance }) => geoms.some((geom) => things.has(geom)) && distance < -OVERLAP))
        return;
      const { drawer } = before.scene;
      place(drawer ? { ...before.scene, drawer: { ...drawer, travel: before.drawer } } : before.scene);
      throw new OnarmError("arm.refused", "the arm stands where the scene is to be set out; move it clear first", { spec });
    },
    /** drawer: centre of the handle bar and displacement from closed; button: centre of the cap's top and depth. */
    facts(): Record<string, SceneFact> {
      const { drawer: d, button: b } = scene;
      const facts: Record<string, SceneFact> = {};
      if (d) {
        const [x, y, z] = d.position;
        const out = bar.reach + travel("drawer");
        const position: Vec3 = [x + d.opens[0] * out, y + d.opens[1] * out, z + bar.height];
        facts.drawer = { position, travel: travel("drawer"), valid: true };
      }
      if (b) {
        const [x, y, z] = b.position;
        facts.button = { position: [x, y, z - travel("button")], travel: travel("button"), valid: true };
      }
      return facts;
    },
  };
}
