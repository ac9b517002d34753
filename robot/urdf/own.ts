import { createHash } from "node:crypto";
import type { ArmDescription, Joint } from "../../src/domain/arm.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import { chain, forward } from "../../src/kinematics/chain.ts";
import { compose, fromPose, identity, poseOf } from "../../src/kinematics/transform.ts";
import type { Transform } from "../../src/kinematics/transform.ts";
import { urdfModel } from "./model.ts";
import type { UrdfModel } from "./model.ts";

/** What an arm says of itself, beside the arm that is described here. */
export interface OwnArm {
  /** The described arm with the robot's own origins, and limits where the robot's are narrower. Shapes and masses stay the nominal ones. */
  readonly description: ArmDescription;
  /** SHA-256 of the text, by which recordings name it. */
  readonly hash: string;
  /** Way of the tip from where the nominal arm has it, m: in its neutral pose. */
  readonly tip: number;
  /** Joints whose origins differ, by m and rad. */
  readonly moved: readonly { readonly joint: string; readonly metres: number; readonly radians: number }[];
  /** What else differs, in sentences for people; each of them is borne. */
  readonly notes: readonly string[];
}

/**
 * Further than this, m and rad, no calibration moves a joint: one public robot's own origins are within 0.3 mm and 5 mrad of the nominal ones, and
 * 6 mm and 0.9 degrees at the tip (see the facts table). Beyond it, another arm is meant.
 */
const MOST_METRES = 0.01;
const MOST_RADIANS = 0.02;
/** A limit that is rounded differently is no other limit. */
const ROUNDING = 1e-4;

/** Angle between two frames, rad, from how far apart their axes are: exact where it is small. */
export const turned = (a: Transform, b: Transform): number =>
  2 * Math.asin(Math.min(1, Math.hypot(...a.R.map((x, k) => x - b.R[k]!)) / Math.sqrt(8)));

/** The frame of `to` in `from`, through fixed joints of the robot's; undefined where something moves between, or nothing leads there. */
function rigid({ joints }: UrdfModel, from: string, to: string): Transform | undefined {
  const above = new Map([...joints.values()].map((joint) => [joint.child, joint]));
  let frame = identity;
  for (let [at, steps] = [to, 0]; at !== from; steps++) {
    const joint = above.get(at);
    if (joint?.type !== "fixed" || steps > joints.size) return undefined;
    frame = compose(fromPose(joint.origin), frame);
    at = joint.parent;
  }
  return frame;
}

/**
 * Puts what a robot says of itself in place of the nominal arm, joint by joint and by name, from base to tip. `from`: where the URDF came from.
 * @throws "config.invalid" when joints of the arm are missing, of another kind, hang elsewhere, move further than described, or lie where no
 * calibration would have put them: then it is another arm
 */
export function ownArm(text: string, nominal: ArmDescription, from: string): OwnArm {
  const model = urdfModel(text, from);
  const refuse = (why: string, remedy = `is this a ${nominal.name}, and its own description?`) =>
    new OnarmError("config.invalid", `${from}: ${why}; ${remedy}`, { from });
  const missing = nominal.commanded.filter((joint) => !model.joints.has(joint));
  if (missing.length > 0) throw refuse(`the robot's description is without ${missing.join(", ")}`);
  const notes: string[] = [];
  const moved: { joint: string; metres: number; radians: number }[] = [];

  const placed = (joint: Joint, frame: Transform): Joint => {
    const before = fromPose(joint.origin);
    const metres = Math.hypot(...frame.p.map((x, k) => x - before.p[k]!));
    const radians = turned(frame, before);
    // What is the same to the micrometre keeps the numbers that it has.
    if (metres < 1e-6 && radians < 1e-6) return joint;
    if (!(metres <= MOST_METRES && radians <= MOST_RADIANS))
      throw refuse(
        `${joint.name} lies ${(1000 * metres).toFixed(1)} mm and ${radians.toFixed(3)} rad from where a ${nominal.name} has it`,
      );
    moved.push({ joint: joint.name, metres, radians });
    return { ...joint, origin: poseOf(frame) };
  };
  const fixedOf = (joint: Joint): Joint => {
    const frame = rigid(model, joint.parent, joint.child);
    return frame ? placed(joint, frame) : joint;
  };
  const movingOf = (joint: Joint): Joint => {
    const said = model.joints.get(joint.name)!;
    if (said.type !== joint.kind) throw refuse(`${joint.name} is ${said.type || "of no type"}, where it is ${joint.kind}`);
    const before = said.child === joint.child ? rigid(model, joint.parent, said.parent) : undefined;
    if (!before) throw refuse(`${joint.name} does not lead from ${joint.parent} to ${joint.child}, but to ${said.child}`);
    if (Math.hypot(...said.axis.map((x, k) => x - joint.axis[k]!)) > 1e-3)
      throw refuse(`${joint.name} turns about (${said.axis.join(" ")}), where it does about (${joint.axis.join(" ")})`);
    const wider = [
      said.lower < joint.lower - ROUNDING && `its lower limit is ${said.lower}, not ${joint.lower} rad`,
      said.upper > joint.upper + ROUNDING && `its upper limit is ${said.upper}, not ${joint.upper} rad`,
      said.speed > joint.speed + ROUNDING && `it may turn at ${said.speed}, not at ${joint.speed} rad/s`,
      said.effort > joint.effort + ROUNDING && `its effort may be ${said.effort}, not ${joint.effort} N m`,
    ].filter((it) => it !== false);
    if (wider.length > 0) throw refuse(`${joint.name} is wider than the arm that is known here: ${wider.join(", ")}`);
    if (!(said.lower < said.upper)) throw refuse(`${joint.name} has no room between ${said.lower} and ${said.upper} rad`);
    const own = placed(joint, compose(before, fromPose(said.origin)));
    return { ...own, ...narrower(joint, said, notes) };
  };

  const ours = new Set(nominal.commanded);
  const joints = nominal.joints.map((joint) =>
    ours.has(joint.name) ? movingOf(joint) : joint.kind === "fixed" ? fixedOf(joint) : joint,
  );
  const description = { ...nominal, joints };
  if (!model.links.has(nominal.tip)) notes.push(`it tells of no ${nominal.tip}: the tip is where the nominal gripper has it`);
  const neutral = nominal.poses["neutral"] ?? nominal.commanded.map(() => 0);
  const tipOf = (it: ArmDescription) => forward(chain(it), neutral).p;
  const there = tipOf(nominal);
  return {
    description,
    hash: createHash("sha256").update(text).digest("hex"),
    tip: Math.hypot(...tipOf(description).map((x, k) => x - there[k]!)),
    moved,
    notes,
  };
}

/** Limits of the robot's that bind more than ours. */
function narrower(joint: Joint, said: Pick<Joint, "lower" | "upper" | "speed" | "effort">, notes: string[]) {
  const bound = {
    lower: Math.max(joint.lower, said.lower),
    upper: Math.min(joint.upper, said.upper),
    speed: Math.min(joint.speed, said.speed),
    effort: Math.min(joint.effort, said.effort),
  };
  const less = (Object.keys(bound) as (keyof typeof bound)[]).filter((key) => Math.abs(bound[key] - joint[key]) > ROUNDING);
  if (less.length > 0)
    notes.push(`${joint.name}: ${less.map((key) => `${key} ${bound[key]} instead of ${joint[key]}`).join(", ")}`);
  return less.length > 0 ? bound : {};
}

/** The differences in a line for people. */
export const toldOf = ({ moved, tip, notes }: OwnArm): string =>
  [
    moved.length === 0
      ? "joint for joint as the nominal arm"
      : `${moved.length} joints calibrated by up to ${Math.max(...moved.map(({ metres }) => 1000 * metres)).toFixed(2)} mm and ` +
        `${Math.max(...moved.map(({ radians }) => radians)).toFixed(4)} rad, which moves the tip by ${(1000 * tip).toFixed(1)} mm`,
    ...notes,
  ].join("; ");
