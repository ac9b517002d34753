import type { Limits } from "../domain/arm.ts";
import { metresPerSec, radPerSec } from "../domain/units.ts";

/** An arm that is led back inside is led slowly: this share of its joints' speeds, and a tip this fast, m/s, at most. */
export const RECOVERY_SHARE = 0.1;
export const RECOVERY_TIP_SPEED = 0.05;

/** Limits, known to be sane, for leading an arm back inside. */
export const slowed = (limits: Limits): Limits => ({
  ...limits,
  joints: limits.joints.map((joint) => ({ ...joint, speed: radPerSec(RECOVERY_SHARE * joint.speed) })),
  tipSpeed: metresPerSec(Math.min(limits.tipSpeed, RECOVERY_TIP_SPEED)),
});
