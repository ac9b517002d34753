/** 1/s and rad/s: how the arm goes to its start; rad: that it is there. */
const GAIN = 2;
const MOST = 0.5;
const NEAR = 0.01;

/**
 * What each joint of a simulated arm is to turn at now, rad/s. Gazebo's joint controller keeps the last velocity for ever; a Sawyer forgets it, and so
 * does this, after `timeout` s without another one. First, and again after the world was reset, the arm goes to where a real one stands: until then
 * commands are not taken.
 */
export function velocities(joints: readonly string[], start: readonly number[], timeout: number) {
  const rest = joints.map(() => 0);
  let position: readonly number[] | undefined;
  let simulated = -Infinity;
  let atStart = false;
  let told: { readonly at: number; readonly value: readonly number[] } | undefined;
  return {
    /** One finite number a joint; anything else is no command, and false. */
    hears(now: number, value: readonly number[]): boolean {
      if (!(value.length === joints.length && value.every(Number.isFinite))) return false;
      told = { at: now, value };
      return true;
    },
    /** Where joints are, at a time of the simulation's own. True when that went back: somebody has reset the world. */
    sees(at: number, names: readonly string[], positions: ArrayLike<number>): boolean {
      const again = at < simulated;
      simulated = at;
      const found = joints.map((joint) => positions[names.indexOf(joint)] ?? NaN);
      if (found.every(Number.isFinite)) position = found;
      if (again) [atStart, told] = [false, undefined];
      return again;
    },
    atStart: () => atStart,
    wanted(now: number): readonly number[] {
      if (position === undefined) return rest;
      const { length } = joints;
      if (!atStart) {
        const errors = Array.from({ length }, (_, k) => start[k]! - position![k]!);
        atStart = errors.every((error) => Math.abs(error) < NEAR);
        // All of them arrive together, so that the way is a straight line between two postures.
        const fastest = Math.max(...errors.map((error) => GAIN * Math.abs(error)));
        return errors.map((error) => GAIN * error * Math.min(1, MOST / fastest));
      }
      return told !== undefined && now - told.at < timeout ? told.value : rest;
    },
  };
}
