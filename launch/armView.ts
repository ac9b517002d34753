import { sawyer } from "../robot/description/sawyer.ts";
import type { Tick } from "../src/domain/control.ts";
import { metres, rad } from "../src/domain/units.ts";
import type { Vec3 } from "../src/domain/units.ts";
import { linkTransforms, tree } from "../src/kinematics/tree.ts";
import type { OperatorCommand, PageState, SceneMark } from "../src/operator/protocol.ts";
import { BUTTON_TRAVEL, DRAWER_TRAVEL, REACH_RADIUS } from "../src/tasks/sawyer.ts";
import type { SawyerTask } from "../src/tasks/sawyer.ts";

/** Links whose origins make the stick figure, base to tip. */
const FIGURE = ["right_arm_base_link", ...[0, 1, 2, 3, 4, 5, 6].map((i) => `right_l${i}`), "right_hand", "right_gripper_tip"];
const body = tree(sawyer);

/** The stick figure of a posture, base to tip, m in `base`. `q`: commanded joints, rad. */
export function figureOf(q: readonly number[]): Vec3[] {
  const frames = linkTransforms(body, q);
  return FIGURE.map((link) => frames.get(link)!.p);
}

/** The arm of one tick as the page draws it; undefined before its first state. */
export function armView({ state }: Tick, caption?: string): PageState["arm"] {
  if (!state) return undefined;
  const points = figureOf(state.position);
  return { position: state.position.map((q) => rad(q)), points, tip: points.at(-1)!, ...(caption ? { caption } : {}) };
}

/** What stands in the scene of one tick, and the aim of the task in it. */
export function sceneMarks({ scene }: Tick, task: SawyerTask | undefined): SceneMark[] {
  const marks: SceneMark[] = [];
  const { drawer, button } = scene?.facts ?? {};
  if (drawer?.valid && task?.scene.drawer)
    marks.push({
      kind: "drawer",
      position: task.scene.drawer.position,
      opens: task.scene.drawer.opens,
      travel: drawer.travel,
      range: metres(DRAWER_TRAVEL),
    });
  if (button?.valid)
    marks.push({ kind: "button", position: button.position, travel: button.travel, range: metres(BUTTON_TRAVEL) });
  if (task?.aim.kind === "reach") marks.push({ kind: "goal", position: task.aim.goal as Vec3, radius: metres(REACH_RADIUS) });
  return marks;
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
