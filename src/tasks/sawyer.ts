import type { DomainSpec, Field, Split } from "../domain/experience.ts";
import type { Rng } from "../domain/rng.ts";
import { rng } from "../domain/rng.ts";
import type { SceneSpec, SceneState } from "../domain/scene.ts";
import { metres } from "../domain/units.ts";
import type { Vec3 } from "../domain/units.ts";

/** Heights and strokes the scenes are built with, m in `base`. The table top lies below the arm's mount. */
export const TABLE_Z = -0.05;
export const DRAWER_TRAVEL = 0.12;
export const BUTTON_TRAVEL = 0.012;
/** Where the tip starts every episode, m: clear above everything the table can carry. */
export const START_TIP: Vec3 = [0.58, 0, 0.12];

export type SawyerAim =
  | { readonly kind: "reach"; readonly goal: Vec3 }
  | { readonly kind: "open-drawer" }
  | { readonly kind: "close-drawer" }
  | { readonly kind: "press-button" };
export type AimKind = SawyerAim["kind"];

/** One scene and the one aim that is rewarded in it. `id` is unique within its split and seed. */
export interface SawyerTask {
  readonly id: number;
  readonly scene: SceneSpec;
  readonly aim: SawyerAim;
}

/** Thresholds, m: tip to goal; drawer displacement from closed for "open" and "closed"; button depth. */
export const REACH_RADIUS = 0.05;
/** As in the paper's scenes the hand has one place to go to: the middle of the workspace, lifted. m in `base`. */
export const REACH_GOAL: Vec3 = [0.66, 0, 0.17];
export const OPEN_TRAVEL = 0.08;
export const CLOSED_TRAVEL = 0.02;
export const PRESS_TRAVEL = 0.007;

/** The scene of a task: drawer and button each with probability 3/4 (at least one), either side, drawer found open half of the time. */
const drawScene = (r: Rng): SceneSpec => {
  const kinds = r.pick(["both", "both", "drawer", "button"] as const);
  const side = r.pick([-1, 1] as const);
  const drawer = {
    position: [r.between(0.53, 0.67), side * r.between(0.19, 0.24), TABLE_Z] as Vec3,
    opens: [0, -side, 0] as Vec3,
    travel: metres(r.uniform() < 0.5 ? 0 : DRAWER_TRAVEL),
  };
  const button = { position: [r.between(0.5, 0.7), -side * r.between(0.1, 0.2), TABLE_Z + 0.06] as Vec3 };
  return { ...(kinds === "button" ? {} : { drawer }), ...(kinds === "drawer" ? {} : { button }) };
};

/** Aims that make sense in a scene: a drawer found closed can be opened, one found open can be closed. */
export const feasibleAims = (scene: SceneSpec): AimKind[] => [
  "reach",
  ...(scene.drawer ? [scene.drawer.travel < OPEN_TRAVEL ? ("open-drawer" as const) : ("close-drawer" as const)] : []),
  ...(scene.button ? ["press-button" as const] : []),
];

/** Task `id` of a split: a pure function of (split, seed, id), so that splits and seeds never share a scene by construction. */
export function sawyerTask(split: Split, seed: number, id: number): SawyerTask {
  const r = rng("sawyer", split, seed, id);
  const scene = drawScene(r);
  // Every scene allows a reach; it is drawn once in five so that the aims that need contact are not the few.
  const [, ...contact] = feasibleAims(scene);
  const kind = r.uniform() < 0.2 ? "reach" : r.pick(contact);
  return { id, scene, aim: kind === "reach" ? { kind, goal: REACH_GOAL } : { kind } };
}

/** Whether the aim is true now. `tip`: tool centre point, m in `base`. An absent or invalid fact makes it false. */
export function achieved(aim: SawyerAim, tip: Vec3, scene: SceneState): boolean {
  const travel = (name: string) => {
    const fact = scene.facts[name];
    return fact?.valid ? fact.travel : NaN;
  };
  switch (aim.kind) {
    case "reach":
      return Math.hypot(tip[0] - aim.goal[0], tip[1] - aim.goal[1], tip[2] - aim.goal[2]) <= REACH_RADIUS;
    case "open-drawer":
      return travel("drawer") >= OPEN_TRAVEL;
    case "close-drawer":
      return travel("drawer") <= CLOSED_TRAVEL;
    case "press-button":
      return travel("button") >= PRESS_TRAVEL;
  }
}

/** Sparse reward of the paper's manipulation scenes: 0 while the aim is true, else -1. */
export const sawyerReward = (aim: SawyerAim, tip: Vec3, scene: SceneState): number => (achieved(aim, tip, scene) ? 0 : -1);

const at = (name: string, unit: string, offset: number, scale: number): Field => ({ name, unit, offset, scale });

/** Tip speed at full action, m/s: the three axes together stay below the 0.25 m/s that the limits allow. */
export const ACTION_SPEED = 0.14;

/**
 * 11 numbers seen, 3 wanted: no velocities, no goal, no aim - the task has to be inferred. Things are seen from the tip, so that a hand
 * that has learned to hook one bar can hook it anywhere; an absent thing reads 0 in all its fields.
 */
export const sawyerSpec: DomainSpec = {
  name: "sawyer",
  observation: [
    at("tip_x", "m", 0.6, 0.15),
    at("tip_y", "m", 0, 0.2),
    at("tip_z", "m", 0.06, 0.06),
    at("drawer_from_tip_x", "m", 0, 0.05),
    at("drawer_from_tip_y", "m", 0, 0.05),
    at("drawer_present", "1", 0, 1),
    at("drawer_travel", "m", 0, 0.06),
    at("button_from_tip_x", "m", 0, 0.05),
    at("button_from_tip_y", "m", 0, 0.05),
    at("button_present", "1", 0, 1),
    at("button_travel", "m", 0, 0.006),
  ],
  action: [at("tip_vx", "m/s", 0, ACTION_SPEED), at("tip_vy", "m/s", 0, ACTION_SPEED), at("tip_vz", "m/s", 0, ACTION_SPEED)],
  horizon: 60,
  period: 0.1,
  reward: { kind: "sparse", low: -1 },
  hasSuccess: true,
};
