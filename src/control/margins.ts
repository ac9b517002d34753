import type { ArmDescription, ArmState, Limits } from "../domain/arm.ts";
import type { Margin } from "../domain/control.ts";
import type { Obstacle } from "../kinematics/capsules.ts";
import { chain, jacobian } from "../kinematics/chain.ts";
import { armOf, closest, surroundings } from "../safety/clearance.ts";

/** m from a wall, or beyond the clearance, at which a limit begins to count as used. */
const NEAR = 0.05;
const usedOf = (left: number) => Math.max(0, 1 - left / NEAR);

/** The one that uses most of its limit; a number that is none counts as most. */
const worst = (all: readonly Margin[]): Margin =>
  all.reduce((most, one) => (most.used >= one.used || Number.isNaN(most.used) ? most : one));

/**
 * How near a measured state is to each limit the governor holds: of each the joint, wall or pair that is nearest to it. For eyes: the
 * governor never asks it, and it costs more than a judgement does. Throws "config.invalid" when the description has no chain to its tip.
 */
export function margins(description: ArmDescription, limits: Limits): (state: ArmState) => readonly Margin[] {
  const arm = armOf(description);
  const kinematics = chain(description);
  const { joints, margin, workspace, clearance, keepOut, wrench } = limits;
  const share = (name: string, unit: string, value: number, limit: number, of?: string): Margin => ({
    name,
    ...(of === undefined ? {} : { of }),
    value,
    limit,
    unit,
    used: value / limit,
  });
  const range = (q: number, k: number): Margin => {
    const { name, lower, upper } = joints[k]!;
    const [low, high] = [lower + margin, upper - margin];
    const middle = (low + high) / 2;
    const limit = q > middle ? high : low;
    return { name: "joint range", of: name, value: q, limit, unit: "rad", used: Math.abs(q - middle) / (high - middle) };
  };
  const wall = (of: string, value: number): Margin => ({
    name: "workspace",
    of,
    value,
    limit: 0,
    unit: "m",
    used: usedOf(value),
  });
  const capsule = (k: number) => arm.capsules[k]!.link;
  const called = (other: number | Obstacle) => (typeof other === "number" ? capsule(other) : other.name);

  return ({ position, velocity, effort, wrench: felt }) => {
    const { tip, J } = jacobian(kinematics, position);
    const row = (r: number) => velocity.reduce((sum, v, k) => sum + J[r * velocity.length + k]! * v, 0);
    const nearest = closest(surroundings(arm, keepOut, position));
    return [
      worst(position.map(range)),
      worst(velocity.map((v, k) => share("joint speed", "rad/s", Math.abs(v), joints[k]!.speed, joints[k]!.name))),
      worst(effort.map((pull, k) => share("effort", "N·m", Math.abs(pull), joints[k]!.effort, joints[k]!.name))),
      share("tip speed", "m/s", Math.hypot(row(0), row(1), row(2)), limits.tipSpeed),
      worst(
        ["x", "y", "z"].flatMap((axis, k) => [
          wall(`−${axis}`, tip.p[k]! - workspace.min[k]!),
          wall(`+${axis}`, workspace.max[k]! - tip.p[k]!),
        ]),
      ),
      ...(nearest
        ? [
            {
              name: "clearance",
              of: `${capsule(nearest.pair.capsule)} – ${called(nearest.pair.other)}`,
              value: nearest.distance,
              limit: clearance,
              unit: "m",
              used: usedOf(nearest.distance - clearance),
            },
          ]
        : []),
      ...(felt ? [share("force", "N", Math.hypot(felt[0], felt[1], felt[2]), wrench.force)] : []),
    ];
  };
}
