import { OnarmError } from "../../src/domain/errors.ts";
import type { DrawerSpec, SceneFact, SceneSpec } from "../../src/domain/scene.ts";
import { metres } from "../../src/domain/units.ts";
import type { Vec3 } from "../../src/domain/units.ts";
import { BLOCK, LOCKER_TRAVEL, PRESS_TRAVEL } from "../../src/tasks/sawyer.ts";
import type { Physics } from "../mujoco.ts";
import { checkScene } from "./check.ts";
import { bar, blocks, button, motor, slide, touchable } from "./shapes.ts";

/**
 * What stands on the table. One compiled model holds all of it; a scene moves it into place or far out of reach, so that arranging costs
 * microseconds and not a compilation.
 */

/** An arm this deep in a thing, m, is not touching it but in its place. */
const OVERLAP = 0.005;
/** m: a button that has come up so far can be pressed anew. */
const RELEASED = 0.003;
/** m: the motor's target runs ahead of the locker by no more, so that a hand in its way is pushed, not rammed. */
const AHEAD = 0.03;

/** Out of every reach, and apart from each other. */
const away = { drawer: [0, 20, -20], button: [0, -20, -20], locker: [0, 25, -20], tray: [0, -25, -20] } as const;
const parked = { object: [0, 30, -20], brick: [0, -30, -20] } as const;

type Sliding = "drawer" | "button" | "locker";
type Block = (typeof blocks)[number];

/** The furniture of one physics: sets scenes out and says what stands where. `period`: from one `drive` to the next, s. */
export function furniture(physics: Physics, period: number) {
  const bodies = Object.fromEntries([...Object.keys(away), ...blocks].map((name) => [name, physics.body(name)])) as Record<
    keyof typeof away | Block,
    number
  >;
  const joints = Object.fromEntries(
    ["drawer", "button", "locker", ...blocks].map((name) => [name, physics.joint(name)]),
  ) as Record<Sliding | Block, ReturnType<Physics["joint"]>>;
  const servo = physics.actuator("locker");
  let scene: SceneSpec = {};
  /** Where the motor takes the locker, and whether the button's press has been heard. */
  let goal = 0;
  let target = 0;
  let pressed = false;

  const stand = (name: keyof typeof away, foot: readonly number[], yaw = 0) => {
    physics.model("body_pos").set(foot, 3 * bodies[name]);
    physics.model("body_quat").set([Math.cos(yaw / 2), 0, 0, Math.sin(yaw / 2)], 4 * bodies[name]);
  };
  const put = (name: Sliding, travel: number) => {
    physics.data("qpos")[joints[name].qpos] = travel;
    physics.data("qvel")[joints[name].dof] = 0;
  };
  const travel = (name: Sliding) => metres(physics.data("qpos")[joints[name].qpos]!);
  const yawOf = (d: DrawerSpec | undefined) => (d ? Math.atan2(-d.opens[0], d.opens[1]) : 0);
  /** A block that is not there floats where it is parked. */
  const lay = (name: Block, foot: Vec3 | undefined) => {
    const at = foot ? [foot[0], foot[1], foot[2] + BLOCK.height / 2] : parked[name];
    physics.data("qpos").set([...at, 1, 0, 0, 0], joints[name].qpos);
    physics.data("qvel").fill(0, joints[name].dof, joints[name].dof + 6);
    physics.model("body_gravcomp")[bodies[name]] = foot ? 0 : 1;
  };
  const centre = (name: Block): Vec3 => {
    const [x, y, z] = physics.data("qpos").subarray(joints[name].qpos, joints[name].qpos + 3);
    return [x!, y!, z!];
  };

  const things = new Set(
    Object.keys(touchable)
      .filter((name) => name !== "table")
      .map((name) => physics.geom(name)),
  );
  const tools = new Set(physics.geoms("tool"));

  const place = (spec: SceneSpec) => {
    scene = spec;
    const { drawer: d, button: b, locker: l, tray: t } = spec;
    stand("drawer", d?.position ?? away.drawer, yawOf(d));
    stand("button", b ? [b.position[0], b.position[1], b.position[2] - button.height] : away.button);
    stand("locker", l?.position ?? away.locker, yawOf(l));
    stand("tray", t?.position ?? away.tray);
    put("drawer", d?.travel ?? 0);
    put("button", 0);
    put("locker", l?.travel ?? 0);
    for (const name of blocks) lay(name, spec[name]?.position);
    goal = target = l?.travel ?? 0;
    pressed = false;
    physics.data("ctrl")[servo] = target;
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
      const before = { scene, state: physics.save(), goal, target, pressed };
      place(spec);
      const inTheWay = physics
        .contacts()
        .some(
          ({ geoms: [a, b], distance }) =>
            distance < -OVERLAP && [a, b].some((g) => tools.has(g)) && [a, b].some((g) => things.has(g)),
        );
      if (!inTheWay) return;
      place(before.scene);
      physics.restore(before.state);
      ({ goal, target, pressed } = before);
      throw new OnarmError("arm.refused", "the arm stands where the scene is to be set out; move it clear first", { spec });
    },
    /** Once a period, before the physics: a press of the button sends the locker the other way. */
    drive(): void {
      if (!scene.locker) return;
      const depth = travel("button");
      if (pressed ? depth < RELEASED : depth >= PRESS_TRAVEL) {
        pressed = !pressed;
        if (pressed) goal = goal > 0 ? 0 : LOCKER_TRAVEL;
      }
      const at = travel("locker");
      const stride = motor.speed * period;
      const next = target + Math.min(stride, Math.max(-stride, goal - target));
      if (target !== goal) target = Math.min(at + AHEAD, Math.max(at - AHEAD, next));
      // Said anew each time: who puts the arm somewhere clears every motor's target.
      physics.data("ctrl")[servo] = target;
    },
    /**
     * drawer: centre of the handle bar, displacement from closed; locker: foot of its front's middle, displacement; button: centre of the cap's
     * top, depth; tray: its foot's middle; blocks: their own middle.
     */
    facts(): Record<string, SceneFact> {
      const { drawer: d, button: b, locker: l, tray: t } = scene;
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
      if (l) {
        const out = travel("locker");
        const [x, y, z] = l.position;
        facts.locker = { position: [x + l.opens[0] * out, y + l.opens[1] * out, z], travel: out, valid: true };
      }
      if (t) facts.tray = { position: t.position, travel: metres(0), valid: true };
      for (const name of blocks) if (scene[name]) facts[name] = { position: centre(name), travel: metres(0), valid: true };
      return facts;
    },
  };
}
