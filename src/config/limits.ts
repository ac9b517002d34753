import { z } from "zod";
import type { ArmDescription, Limits } from "../domain/arm.ts";
import { OnarmError } from "../domain/errors.ts";
import { metres, metresPerSec, millis, newtonMetres, newtons, rad, radPerSec, radPerSec2, radPerSec3 } from "../domain/units.ts";
import type { Vec3 } from "../domain/units.ts";
import { frozen, parseConfig, readConfig } from "./file.ts";

/** Bounds no lab arm needs to pass: beyond them a slip of unit or of the decimal point is the likelier reading. */
const upTo = (most: number) => z.number().positive().max(most);
const angle = z.number().min(-12.6).max(12.6);
const length = z.number().min(-5).max(5);

const contradiction = (message: string, remedy: string) => ({ message, params: { remedy } });

const joint = z
  .strictObject({
    lower_rad: angle,
    upper_rad: angle,
    max_speed_rad_s: upTo(10),
    max_acceleration_rad_s2: upTo(100),
    max_jerk_rad_s3: upTo(100_000),
    max_effort_nm: upTo(1000),
  })
  .refine((j) => j.lower_rad < j.upper_rad, contradiction("lower_rad is not below upper_rad", "exchange or correct them"));

const span = z
  .tuple([length, length])
  .refine(([min, max]) => min < max, contradiction("is an empty span", "give [lowest, highest]"));

// Names are words, because keys that look like integers would change their order on the way through an object.
const joints = z
  .record(z.string().regex(/^[A-Za-z_]\w*$/, "a joint's name is a word"), joint)
  .refine((all) => Object.keys(all).length > 0, contradiction("is empty", "name every joint of the arm"));

/** The shape of a limits file; keys carry the units. */
export const limitsFile = z
  .strictObject({
    joints,
    joint_margin_rad: z.number().min(0).max(1),
    max_tip_speed_m_s: upTo(2),
    workspace_m: z.strictObject({ x: span, y: span, z: span }),
    max_state_age_ms: upTo(1000),
    max_period_ms: upTo(1000),
    max_tracking_error_rad: upTo(1),
    max_wrench: z.strictObject({ force_n: upTo(1000), torque_nm: upTo(1000) }),
    min_clearance_m: z.number().min(0).max(0.5),
    keep_out_m: z.record(
      z.string().regex(/^[A-Za-z_]\w*$/, "a box's name is a word"),
      z.strictObject({ x: span, y: span, z: span }),
    ),
    exploration: z.strictObject({
      contacts: z.int().positive(),
      clamps: z.int().positive(),
      metres: upTo(1e6),
      minutes: upTo(1e5),
      clamp_share: upTo(1),
    }),
  })
  .superRefine((file, context) => {
    for (const [name, j] of Object.entries(file.joints))
      if (!(2 * file.joint_margin_rad < j.upper_rad - j.lower_rad))
        context.addIssue({
          code: "custom",
          path: ["joint_margin_rad"],
          ...contradiction(`leaves ${name} no room between lower and upper`, "make it smaller"),
        });
    const axes = ["x", "y", "z"] as const;
    for (const [name, box] of Object.entries(file.keep_out_m))
      if (axes.every((i) => box[i][0] <= file.workspace_m[i][0] && box[i][1] >= file.workspace_m[i][1]))
        context.addIssue({
          code: "custom",
          path: ["keep_out_m", name],
          ...contradiction("covers the whole workspace", "make it smaller or move it"),
        });
  });

/** Limits from the text of a limits file, frozen, in SI. `file` names it in messages. Throws "config.invalid". */
export function parseLimits(text: string, file: string): Limits {
  const raw = parseConfig(limitsFile, text, file);
  const { x, y, z } = raw.workspace_m;
  return frozen({
    joints: Object.entries(raw.joints).map(([name, j]) => ({
      name,
      lower: rad(j.lower_rad),
      upper: rad(j.upper_rad),
      speed: radPerSec(j.max_speed_rad_s),
      acceleration: radPerSec2(j.max_acceleration_rad_s2),
      jerk: radPerSec3(j.max_jerk_rad_s3),
      effort: newtonMetres(j.max_effort_nm),
    })),
    margin: rad(raw.joint_margin_rad),
    tipSpeed: metresPerSec(raw.max_tip_speed_m_s),
    workspace: { min: [x[0], y[0], z[0]] as Vec3, max: [x[1], y[1], z[1]] as Vec3 },
    maxStateAge: millis(raw.max_state_age_ms),
    maxPeriod: millis(raw.max_period_ms),
    trackingError: rad(raw.max_tracking_error_rad),
    wrench: { force: newtons(raw.max_wrench.force_n), torque: newtonMetres(raw.max_wrench.torque_nm) },
    clearance: metres(raw.min_clearance_m),
    keepOut: Object.entries(raw.keep_out_m).map(([name, box]) => ({
      name,
      min: [box.x[0], box.y[0], box.z[0]] as Vec3,
      max: [box.x[1], box.y[1], box.z[1]] as Vec3,
    })),
    exploration: {
      contacts: raw.exploration.contacts,
      clamps: raw.exploration.clamps,
      metres: raw.exploration.metres,
      minutes: raw.exploration.minutes,
      clampShare: raw.exploration.clamp_share,
    },
  });
}

/** Limits from a file. Throws "config.invalid", also when the file is missing. */
export const loadLimits = (path: string): Limits => parseLimits(readConfig(path), path);

/**
 * Holds limits against the arm they are for: the same joints in the same order, and nothing wider than the arm itself.
 * Returns them. Throws "config.invalid".
 */
export function limitsOf(description: ArmDescription, limits: Limits, file: string): Limits {
  const wrong = (key: string, what: string, remedy: string) =>
    new OnarmError("config.invalid", `${file}: ${key}: ${what}; ${remedy}`, { file, key });
  const names = limits.joints.map((j) => j.name).join(", ");
  if (names !== description.commanded.join(", "))
    throw wrong("joints", `are ${names}`, `${description.name} needs ${description.commanded.join(", ")}, in this order`);
  for (const limit of limits.joints) {
    const joint = description.joints.find((j) => j.name === limit.name);
    if (!joint) throw wrong(`joints.${limit.name}`, "is no joint of this arm", "correct its name");
    if (!(limit.lower >= joint.lower && limit.upper <= joint.upper))
      throw wrong(`joints.${limit.name}`, "is wider than the arm", `stay within ${joint.lower} and ${joint.upper} rad`);
    if (!(limit.speed <= joint.speed))
      throw wrong(
        `joints.${limit.name}.max_speed_rad_s`,
        `${limit.speed} is more than the arm can do`,
        `give at most ${joint.speed}`,
      );
    if (!(limit.effort <= joint.effort))
      throw wrong(
        `joints.${limit.name}.max_effort_nm`,
        `${limit.effort} is more than the arm can do`,
        `give at most ${joint.effort}`,
      );
  }
  return limits;
}
