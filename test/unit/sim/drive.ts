import { sawyer } from "../../../robot/description/sawyer.ts";
import { createTwin } from "../../../sim/twin.ts";
import type { TwinOptions } from "../../../sim/twin.ts";
import type { ArmState, JointCommand } from "../../../src/domain/arm.ts";
import type { SceneFact, Thing } from "../../../src/domain/scene.ts";
import { seconds } from "../../../src/domain/units.ts";
import type { Vec3 } from "../../../src/domain/units.ts";
import { chain, forward, jacobian } from "../../../src/kinematics/chain.ts";
import { dampedLeastSquares, orientationError } from "../../../src/kinematics/inverse.ts";

const arm = chain(sawyer);
const neutral = sawyer.poses.neutral!;
const upright = forward(arm, neutral).R;

export const velocity = (value: readonly number[]): JointCommand => ({ kind: "velocity", value, period: seconds(0.01) });
export const position = (value: readonly number[]): JointCommand => ({ kind: "position", value, period: seconds(0.01) });
/** `x` on joint `i`, nothing on the others. */
export const only = (i: number, x: number) => neutral.map((_, k) => (k === i ? x : 0));
export const tipOf = (q: readonly number[]): Vec3 => forward(arm, q).p;

/** A lockstep Sawyer on a leash: periods pass when a test says so, and the latest state and facts are at hand. */
export async function bench(options: TwinOptions = {}) {
  const twin = await createTwin(sawyer, { timeout: 0.1, ...options });
  let state!: ArmState;
  let facts: Readonly<Record<string, SceneFact>> = {};
  twin.arm.state$.subscribe({ next: (it) => (state = it), error: () => {} });
  twin.scene.scene$.subscribe({ next: (it) => (facts = it.facts), error: () => {} });

  /** `n` periods; `each` is sent before every one of them. */
  const periods = async (n: number, each?: () => JointCommand) => {
    for (let i = 0; i < n; i++) {
      if (each) twin.arm.send(each()).subscribe({ error: () => {} });
      await twin.clock.run(() => true);
    }
  };
  await periods(1);

  /** Tip velocity for one policy step (100 ms), tool held as at neutral: a target is moved and followed. */
  let target: number[] = [...tipOf(state.position)];
  const step = (v: readonly number[]) =>
    periods(10, () => {
      const { tip, J } = jacobian(arm, state.position);
      target = target.map((x, i) => Math.min(tip.p[i]! + 0.02, Math.max(tip.p[i]! - 0.02, x + v[i]! * 0.01)));
      const linear = v.map((x, i) => x + 3 * (target[i]! - tip.p[i]!));
      const turn = orientationError(tip.R, upright).map((x) => 3 * x);
      const rest = { q: state.position, target: neutral, gain: 0.5 };
      return velocity([...dampedLeastSquares(J, arm.joints, [...linear, ...turn], { damping: 0.02, rest })]);
    });
  /** Goes to `goal` at no more than `speed` m/s an axis. False when it is not there within 6 s. */
  const goTo = async (goal: readonly number[], near = 0.005, speed = 0.14) => {
    for (let steps = 0; steps < 60; steps++) {
      const left = tipOf(state.position).map((x, i) => goal[i]! - x);
      if (Math.hypot(...left) < near) return true;
      await step(left.map((x) => Math.max(-speed, Math.min(speed, 5 * x))));
    }
    return false;
  };

  /** Opens or closes the fingers, and lets them come to rest. */
  const fingers = async (to: "open" | "closed") => {
    await twin.gripper.calibrate();
    let rests = false;
    void twin.gripper.move(twin.gripper.range[to === "open" ? 1 : 0]).then(() => (rests = true));
    while (!rests) await periods(1);
  };

  return {
    twin,
    periods,
    step,
    goTo,
    fingers,
    state: () => state,
    tip: () => tipOf(state.position),
    fact: (name: Thing) => facts[name]!,
    facts: () => facts,
  };
}
export type Bench = Awaited<ReturnType<typeof bench>>;
