import type { ArmDescription, Limits } from "../domain/arm.ts";
import { OnarmError } from "../domain/errors.ts";
import type { Vec3 } from "../domain/units.ts";
import { chain, forward, jacobian } from "../kinematics/chain.ts";
import { dampedLeastSquares, orientationError } from "../kinematics/inverse.ts";

const STEPS = 2000;
const STEP = 0.2;

/**
 * Joint positions that hold the tip at `tip`, orientation as at the neutral pose, as near to neutral as that allows: where the null-space
 * pull of a twist comes to rest. Throws "arm.refused" when the point is out of reach or a joint would stand in its margin.
 */
export function postureAt(description: ArmDescription, limits: Limits, tip: Vec3): number[] {
  const arm = chain(description);
  const neutral = description.poses["neutral"] ?? limits.joints.map(({ lower, upper }) => (lower + upper) / 2);
  const upright = forward(arm, neutral).R;
  let q: number[] = [...neutral];
  for (let k = 0; k < STEPS; k++) {
    const { tip: at, J } = jacobian(arm, q);
    const twist = [...tip.map((x, i) => x - at.p[i]!), ...orientationError(at.R, upright)];
    const step = dampedLeastSquares(J, arm.joints, twist, { damping: 1e-3, rest: { q, target: neutral, gain: 0.5 } });
    q = q.map((x, i) => x + STEP * step[i]!);
    if (Math.hypot(...step) < 1e-9) break;
  }
  const { p, R } = forward(arm, q);
  const off = Math.hypot(p[0] - tip[0], p[1] - tip[1], p[2] - tip[2]) + Math.hypot(...orientationError(R, upright));
  const outside = limits.joints.find(
    ({ lower, upper }, i) => !(q[i]! >= lower + limits.margin && q[i]! <= upper - limits.margin),
  );
  if (!(off < 1e-3) || outside)
    throw new OnarmError(
      "arm.refused",
      `${description.name} cannot hold its tip at (${tip.join(", ")}) m: ${outside ? `${outside.name} would leave its range` : "out of reach"}`,
      { tip },
    );
  return q;
}
