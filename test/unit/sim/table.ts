import { expect } from "chai";
import { LIMITS_FILE } from "../../../launch/sawyer.ts";
import { sawyer } from "../../../robot/description/sawyer.ts";
import { POSITION_GAIN } from "../../../sim/actuation.ts";
import { furniture } from "../../../sim/furniture/furniture.ts";
import { worldMjcf } from "../../../sim/mjcf.ts";
import { openPhysics } from "../../../sim/mujoco.ts";
import { PERIOD, resolved } from "../../../sim/twinOptions.ts";
import { loadLimits } from "../../../src/config/limits.ts";
import { postureAt } from "../../../src/control/startPosture.ts";
import type { SceneSpec, Thing } from "../../../src/domain/scene.ts";
import { metres } from "../../../src/domain/units.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import { LOCKER_TRAVEL, START_TIP, TABLE_Z } from "../../../src/tasks/sawyer.ts";
import { bench } from "./drive.ts";

/** Pieces of scenes where src/tasks/sawyerScenes.ts could put them. */
export const drawerAt = (x: number, side: number, y: number, travel = 0): SceneSpec => ({
  drawer: { position: [x, side * y, TABLE_Z], opens: [0, -side, 0], travel: metres(travel) },
});
export const buttonAt = (x: number, y: number): SceneSpec => ({ button: { position: [x, y, TABLE_Z + 0.06] } });
export const trayAt = (x: number, y: number): SceneSpec => ({ tray: { position: [x, y, TABLE_Z] } });
export const objectAt = (x: number, y: number): SceneSpec => ({ object: { position: [x, y, TABLE_Z] } });
/** Locker and button; its front's foot, m along x, when it is in. */
export const LOCKER_FRONT = 0.8;
export const lockerAt = (y: number, travel = 0): SceneSpec => ({
  ...buttonAt(0.455, -0.1),
  locker: { position: [LOCKER_FRONT, y, TABLE_Z], opens: [-1, 0, 0], travel: metres(travel) },
});
export const brickIn = (y: number, travel = 0): SceneSpec => ({
  ...lockerAt(y, travel),
  brick: { position: [LOCKER_FRONT - travel + 0.07, y, TABLE_Z + 0.004] },
});
/** All there is, the drawer on the arm's left. */
export const everything = (locker = LOCKER_TRAVEL): SceneSpec => ({
  ...brickIn(-0.17, locker),
  ...drawerAt(0.6, 1, 0.21),
  ...trayAt(0.575, -0.1),
  ...objectAt(0.455, -0.24),
});

/** Policy steps: less than an episode's, for what takes longer cannot be learned. */
export const HORIZON = 60;

/** A scene under the lockstep arm, whose tip is at its start. */
export async function tableWith(scene: SceneSpec) {
  const b = await bench({ scene });
  expect(await b.goTo(START_TIP, 0.02), "at the start").to.equal(true);
  let spent = 0; // Policy steps.
  b.twin.clock.beat$.subscribe(() => (spent += 0.1));
  return {
    ...b,
    go: async (goal: readonly number[], near?: number) => expect(await b.goTo(goal, near), `at ${goal}`).to.equal(true),
    /** Moves on until `done`, or the horizon is over. */
    until: async (v: readonly number[], done: () => boolean) => {
      while (!done() && spent < HORIZON) await b.step(v);
    },
    spent: () => spent,
  };
}
export type Table = Awaited<ReturnType<typeof tableWith>>;

/** A scene in bare physics: somebody presses the button with a finger of their own, and an arm that stays where it is put. */
export async function bareTable(scene: SceneSpec) {
  const { timestep, substeps } = resolved(sawyer, {});
  const physics = await openPhysics(worldMjcf(sawyer, timestep));
  const things = furniture(physics, PERIOD);
  const limits = loadLimits(LIMITS_FILE);
  const joints = sawyer.commanded.map((name) => ({ ...physics.joint(name), servo: physics.actuator(name) }));
  let posture: readonly number[] = [];
  const put = (tip: Vec3) => {
    posture = postureAt(sawyer, limits, tip);
    joints.forEach(({ qpos, dof }, i) => {
      physics.data("qpos")[qpos] = posture[i]!;
      physics.data("qvel")[dof] = 0;
    });
    physics.forward();
  };
  const pass = (periods: number) => {
    for (let i = 0; i < periods; i++) {
      joints.forEach(({ qpos, servo }, k) => {
        physics.data("ctrl")[servo] = POSITION_GAIN * (posture[k]! - physics.data("qpos")[qpos]!);
      });
      things.drive();
      physics.step(substeps);
    }
  };
  put(START_TIP);
  things.arrange(scene);
  /** Newtons on the cap, until said anew. */
  const finger = (newtons: number) => (physics.data("qfrc_applied")[physics.joint("button").dof] = newtons);
  return {
    physics,
    things,
    put,
    pass,
    finger,
    /** A short press, and its release. */
    press() {
      finger(6);
      pass(10);
      finger(0);
      pass(20);
    },
    fact: (name: Thing) => things.facts()[name]!,
    /** N: what all that touches the locker does to it, as of the last step. */
    onLocker: () => {
      physics.externalForces();
      const at = 6 * (physics.body("locker") + 1) + 3;
      return Math.hypot(...physics.data("cfrc_ext").subarray(at, at + 3));
    },
  };
}
export type BareTable = Awaited<ReturnType<typeof bareTable>>;
