import type { ArmDescription, ArmState } from "../src/domain/arm.ts";
import type { Vec3 } from "../src/domain/units.ts";
import type { Physics } from "./mujoco.ts";

/** A push on a link that is no finger harder than this, N, is what the arm's own collision detection reports. */
export const COLLISION_FORCE = 30;

export type Touch = Required<Pick<ArmState, "wrench" | "collision">>;

const NONE: Touch = { wrench: [0, 0, 0, 0, 0, 0], collision: false };

/**
 * What the world does to the arm, from the physics' own contacts: the wrench on the tip in base, N and N m, and whether anything but a finger
 * is hit. The arm's weight and inertia are not in it, as a vendor's estimate has them out.
 */
export function touchSensor(description: ArmDescription, physics: Physics, bodies: readonly string[]) {
  const fingers = new Set(description.joints.filter(({ kind }) => kind === "prismatic").map(({ child }) => child));
  const parts = bodies.map((name) => ({ at: physics.body(name), finger: fingers.has(name) }));
  // The engine tells forces about the centre of mass of the whole tree, which it keeps with the tree's root.
  const root = 3 * Math.min(...parts.map(({ at }) => at));
  const tip = 3 * physics.site("tip");
  const hand = physics.body(description.joints.find(({ name }) => name === description.commanded.at(-1))!.child);
  let pulled = false;

  return {
    /** A force of somebody's hand on the tip, N in base, until told otherwise; call it before every step, since the tip moves on. */
    pull(force: Vec3): void {
      const p = physics.data("site_xpos");
      const com = physics.data("xipos");
      const [x, y, z] = [0, 1, 2].map((k) => p[tip + k]! - com[3 * hand + k]!) as [number, number, number];
      const [fx, fy, fz] = force;
      pulled = force.some((f) => f !== 0);
      physics.data("xfrc_applied").set([fx, fy, fz, y * fz - z * fy, z * fx - x * fz, x * fy - y * fx], 6 * hand);
    },
    /** As of the last step. */
    read(): Touch {
      if (!pulled && !physics.touching()) return NONE;
      physics.externalForces();
      const all = physics.data("cfrc_ext");
      const com = physics.data("subtree_com");
      const p = physics.data("site_xpos");
      let [tx, ty, tz, fx, fy, fz] = [0, 0, 0, 0, 0, 0];
      let collision = false;
      for (const { at, finger } of parts) {
        const k = 6 * at;
        const [x, y, z] = [all[k + 3]!, all[k + 4]!, all[k + 5]!];
        [tx, ty, tz] = [tx + all[k]!, ty + all[k + 1]!, tz + all[k + 2]!];
        [fx, fy, fz] = [fx + x, fy + y, fz + z];
        // Says what is harmless, so that NaN is a collision.
        if (!finger && !(x * x + y * y + z * z <= COLLISION_FORCE * COLLISION_FORCE)) collision = true;
      }
      const [rx, ry, rz] = [com[root]! - p[tip]!, com[root + 1]! - p[tip + 1]!, com[root + 2]! - p[tip + 2]!];
      return { wrench: [fx, fy, fz, tx + ry * fz - rz * fy, ty + rz * fx - rx * fz, tz + rx * fy - ry * fx], collision };
    },
  };
}
