import type { DomainSpec, Field } from "../domain/experience.ts";
import { THINGS } from "../domain/scene.ts";
import type { SceneSpec, SceneState, Thing } from "../domain/scene.ts";
import type { Vec3 } from "../domain/units.ts";

/** Heights, strokes and sizes the scenes are built with, m in `base`. The table top lies below the arm's mount. */
export const TABLE_Z = -0.05;
export const DRAWER_TRAVEL = 0.12;
export const BUTTON_TRAVEL = 0.012;
export const LOCKER_TRAVEL = 0.14;
/** A block's edges across and its height: between the electric gripper's closed gap of 15 mm and its open one of 57. */
export const BLOCK = { width: 0.03, height: 0.04 } as const;
/** Where the tip starts every episode, m: clear above everything the table can carry. */
export const START_TIP: Vec3 = [0.58, 0, 0.12];

export const aimKinds = [
  "reach",
  "open-drawer",
  "close-drawer",
  "press-button",
  "open-locker",
  "close-locker",
  "pick-object",
  "place-object",
  "pick-brick",
] as const;
export type AimKind = (typeof aimKinds)[number];

/** What is rewarded. A reach says where to; everything picked up is wanted at REACH_GOAL, and what is placed, in the tray. */
export type SawyerAim = { readonly kind: "reach"; readonly goal: Vec3 } | { readonly kind: Exclude<AimKind, "reach"> };

/** One scene and the one aim that is rewarded in it. `id` is unique within its split and seed. */
export interface SawyerTask {
  readonly id: number;
  readonly scene: SceneSpec;
  readonly aim: SawyerAim;
}

/** Thresholds, m: tip to goal; drawer displacement from closed for "open" and "closed"; button depth; a carried block to its goal. */
export const REACH_RADIUS = 0.05;
export const OPEN_TRAVEL = 0.08;
export const CLOSED_TRAVEL = 0.02;
export const PRESS_TRAVEL = 0.007;
export const CARRY_RADIUS = 0.08;
/** m: a block lies in the tray when its middle is this near the tray's across, and no higher than this above the table. */
export const IN_TRAY = { across: 0.035, height: 0.05 } as const;
/** As in the paper's scenes hand and blocks have one place to go to: the middle of the workspace, lifted. m in `base`. */
export const REACH_GOAL: Vec3 = [0.66, 0, 0.17];

/** Aims that make sense in a scene as it is set out: a drawer found closed can be opened, one found open closed; a brick is got at where the locker stands open. */
export function feasibleAims({ drawer, button, locker, tray, object, brick }: SceneSpec): AimKind[] {
  const aims: AimKind[] = ["reach"];
  if (drawer) aims.push(drawer.travel < OPEN_TRAVEL ? "open-drawer" : "close-drawer");
  if (button) aims.push("press-button");
  const stored = locker && locker.travel >= OPEN_TRAVEL;
  if (button && locker) aims.push(stored ? "close-locker" : "open-locker");
  if (object) aims.push("pick-object");
  if (object && tray && !inTray(object.position, tray.position)) aims.push("place-object");
  if (brick && stored) aims.push("pick-brick");
  return aims;
}

/** What an aim cannot do without. */
export const needs: Readonly<Record<AimKind, readonly Thing[]>> = {
  reach: [],
  "open-drawer": ["drawer"],
  "close-drawer": ["drawer"],
  "press-button": ["button"],
  "open-locker": ["locker", "button"],
  "close-locker": ["locker", "button"],
  "pick-object": ["object"],
  "place-object": ["object", "tray"],
  "pick-brick": ["brick"],
};

/** Whether the aim is true now. `tip`: tool centre point, m in `base`. An absent or invalid fact makes it false. */
export function achieved(aim: SawyerAim, tip: Vec3, scene: SceneState): boolean {
  const fact = (name: Thing) => {
    const found = scene.facts[name];
    return found?.valid ? found : undefined;
  };
  const travel = (name: Thing) => fact(name)?.travel ?? NaN;
  const from = ([x, y, z]: Vec3, goal: Vec3) => Math.hypot(x - goal[0], y - goal[1], z - goal[2]);
  const carried = (name: Thing) => from(fact(name)?.position ?? [NaN, NaN, NaN], REACH_GOAL) <= CARRY_RADIUS;
  switch (aim.kind) {
    case "reach":
      return from(tip, aim.goal) <= REACH_RADIUS;
    case "open-drawer":
      return travel("drawer") >= OPEN_TRAVEL;
    case "close-drawer":
      return travel("drawer") <= CLOSED_TRAVEL;
    case "press-button":
      return travel("button") >= PRESS_TRAVEL;
    case "open-locker":
      return travel("locker") >= OPEN_TRAVEL;
    case "close-locker":
      return travel("locker") <= CLOSED_TRAVEL;
    case "pick-object":
      return carried("object");
    case "pick-brick":
      return carried("brick");
    case "place-object": {
      const [block, tray] = [fact("object"), fact("tray")];
      return block !== undefined && tray !== undefined && inTray(block.position, tray.position);
    }
  }
}

/** Whether a block whose middle is at `block` lies in a tray whose foot is at `tray`. */
export const inTray = (block: Vec3, tray: Vec3): boolean =>
  Math.abs(block[0] - tray[0]) <= IN_TRAY.across &&
  Math.abs(block[1] - tray[1]) <= IN_TRAY.across &&
  block[2] <= TABLE_Z + IN_TRAY.height;

/** Sparse reward of the paper's manipulation scenes: 0 while the aim is true, else -1. */
export const sawyerReward = (aim: SawyerAim, tip: Vec3, scene: SceneState): number => (achieved(aim, tip, scene) ? 0 : -1);

const at = (name: string, unit: string, offset: number, scale: number): Field => ({ name, unit, offset, scale });
const fromTip = (thing: Thing, axes: string) => [...axes].map((axis) => at(`${thing}_from_tip_${axis}`, "m", 0, 0.05));
const present = (thing: Thing) => at(`${thing}_present`, "1", 0, 1);

/** Tip speed at full action, m/s: the three axes together stay below the 0.25 m/s that the limits allow. */
export const ACTION_SPEED = 0.14;

/**
 * What is seen, and the tip velocity and grip that are wanted: no velocities, no goal, no aim - the task has to be inferred. Things are seen from
 * the tip, so that a hand that has learned to hook one bar can hook it anywhere; an absent thing reads 0 in all its fields.
 */
export const sawyerSpec: DomainSpec = {
  name: "sawyer",
  observation: [
    at("tip_x", "m", 0.6, 0.15),
    at("tip_y", "m", 0, 0.2),
    at("tip_z", "m", 0.06, 0.06),
    at("finger_gap", "m", 0.036, 0.02),
    ...fromTip("drawer", "xy"),
    present("drawer"),
    at("drawer_travel", "m", 0, 0.06),
    ...fromTip("button", "xy"),
    present("button"),
    at("button_travel", "m", 0, 0.006),
    ...fromTip("locker", "xy"),
    present("locker"),
    at("locker_travel", "m", 0, 0.06),
    ...fromTip("tray", "xy"),
    present("tray"),
    ...fromTip("object", "xyz"),
    present("object"),
    ...fromTip("brick", "xyz"),
    present("brick"),
  ],
  action: [
    at("tip_vx", "m/s", 0, ACTION_SPEED),
    at("tip_vy", "m/s", 0, ACTION_SPEED),
    at("tip_vz", "m/s", 0, ACTION_SPEED),
    // Above +0.3 the fingers close, below -0.3 they open, between they stay.
    at("grip", "1", 0, 1),
  ],
  horizon: 75,
  period: 0.1,
  reward: { kind: "sparse", low: -1 },
  hasSuccess: true,
  // Left for right: furniture stands on either side alike.
  mirrored: ["tip_y", ...THINGS.map((thing) => `${thing}_from_tip_y`), "tip_vy"],
};
