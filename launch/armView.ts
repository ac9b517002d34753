import { sawyer } from "../robot/description/sawyer.ts";
import type { Tick } from "../src/domain/control.ts";
import { THINGS } from "../src/domain/scene.ts";
import type { SceneFact, SceneSpec, Thing } from "../src/domain/scene.ts";
import { metres, rad } from "../src/domain/units.ts";
import type { Vec3 } from "../src/domain/units.ts";
import { linkTransforms, tree } from "../src/kinematics/tree.ts";
import type { OperatorCommand, PageState, SceneMark } from "../src/operator/protocol.ts";
import {
  BLOCK,
  BUTTON_TRAVEL,
  CARRY_RADIUS,
  DRAWER_TRAVEL,
  LOCKER_TRAVEL,
  REACH_GOAL,
  REACH_RADIUS,
  TABLE_Z,
} from "../src/tasks/sawyer.ts";
import type { SawyerAim, SawyerTask } from "../src/tasks/sawyer.ts";

/** Links whose origins make the stick figure, base to tip. */
const FIGURE = ["right_arm_base_link", ...[0, 1, 2, 3, 4, 5, 6].map((i) => `right_l${i}`), "right_hand", "right_gripper_tip"];
const body = tree(sawyer);

/** The stick figure of a posture, base to tip, m in `base`. `q`: commanded joints, rad. */
export function figureOf(q: readonly number[]): Vec3[] {
  const frames = linkTransforms(body, q);
  return FIGURE.map((link) => frames.get(link)!.p);
}

/** The fingers of a posture as two strokes from their ends towards the hand, m in `base`. `gap`: clear between them, m; `long`: how long a stroke, m. */
export function fingersOf(q: readonly number[], gap: number, long: number): (readonly [end: Vec3, back: Vec3])[] {
  const { p, R } = linkTransforms(body, q).get("right_gripper_tip")!;
  const place = (across: number, back: number): Vec3 => {
    const along = (i: 0 | 1 | 2) => p[i] + R[3 * i + 1]! * across - R[3 * i + 2]! * back;
    return [along(0), along(1), along(2)];
  };
  return [-gap / 2, gap / 2].map((across) => [place(across, 0), place(across, long)]);
}

/** The arm of one tick as the page draws it; undefined before its first state. */
export function armView({ state }: Tick, caption?: string): PageState["arm"] {
  if (!state) return undefined;
  const points = figureOf(state.position);
  return { position: state.position.map((q) => rad(q)), points, tip: points.at(-1)!, ...(caption ? { caption } : {}) };
}

/** m: what is seen about a tray and a block in it; for the eye alone. */
const ABOUT_TRAY = 0.06;

/**
 * Where an aim wants the tip or a block to be, m in `base`: a ball about `position`. undefined for one that is of a travel, and while the tray is not
 * seen. `tray`: its foot's middle.
 */
export function goalOf(aim: SawyerAim, tray: Vec3 | undefined): { readonly position: Vec3; readonly radius: number } | undefined {
  switch (aim.kind) {
    case "reach":
      return { position: aim.goal, radius: REACH_RADIUS };
    case "pick-object":
    case "pick-brick":
      return { position: REACH_GOAL, radius: CARRY_RADIUS };
    case "place-object":
      return tray && { position: [tray[0], tray[1], TABLE_Z + BLOCK.height / 2], radius: ABOUT_TRAY };
    default:
      return undefined;
  }
}

/** What stands in the scene of one tick, and where the aim of the task in it wants something to be. */
export function sceneMarks({ scene }: Tick, task: SawyerTask | undefined): SceneMark[] {
  const seen = (thing: Thing) => {
    const fact = scene?.facts[thing];
    return fact?.valid ? fact : undefined;
  };
  const marks = THINGS.flatMap((thing) => {
    const fact = seen(thing);
    return fact ? markOf(thing, fact, task?.scene) : [];
  });
  const goal = task && goalOf(task.aim, seen("tray")?.position);
  return goal ? [...marks, { kind: "goal", position: goal.position, radius: metres(goal.radius) }] : marks;
}

function markOf(kind: Thing, { position, travel }: SceneFact, spec: SceneSpec | undefined): SceneMark[] {
  if (kind === "button") return [{ kind, position, travel, range: metres(BUTTON_TRAVEL) }];
  if (kind !== "drawer" && kind !== "locker") return [{ kind, position }];
  const stands = spec?.[kind];
  if (!stands) return [];
  const range = metres(kind === "drawer" ? DRAWER_TRAVEL : LOCKER_TRAVEL);
  return [{ kind, position: stands.position, opens: stands.opens, travel, range }];
}

/** The commands that mean something in a mode. `outside`: the arm is outside its limits. */
export function acceptsIn(mode: string, outside = false): OperatorCommand["kind"][] {
  if (mode === "stopped") return ["reset"];
  if (mode === "disabled") return ["enable"];
  if (outside && (mode === "idle" || mode === "manual")) return ["recover", "stop"];
  if (mode === "idle") return ["start", "jog", "jog-joint", "stop"];
  if (mode === "manual") return ["jog", "jog-joint", "stop"];
  if (mode === "holding") return ["resume", "take-over", "stop"];
  return mode === "running" || mode === "resetting" ? ["hold", "take-over", "stop"] : ["stop"];
}
