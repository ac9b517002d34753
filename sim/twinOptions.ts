import type { ArmDescription } from "../src/domain/arm.ts";
import { OnarmError } from "../src/domain/errors.ts";
import type { SceneSpec } from "../src/domain/scene.ts";
import { seconds } from "../src/domain/units.ts";
import { TIMESTEP } from "./mjcf.ts";

/** From one joint state to the next, s: the arm publishes 100 a second. */
export const PERIOD = seconds(0.01);

/** Plain data, so that it can cross to another process. Every key may be left out. */
export interface TwinOptions {
  /** Silence after which a velocity command is forgotten, s, in (0, 1]. The arm's own default is 0.2. */
  readonly timeout?: number;
  /** Share of full joint speed used in position mode, in (0, 1]. The arm's own default is 0.3. */
  readonly speedRatio?: number;
  /** Motors on at the start (default), as an arm in use is found; false: disabled, as after a reset. */
  readonly enabled?: boolean;
  /** Commanded joints at the start, rad. Default: the description's neutral pose. */
  readonly start?: readonly number[];
  readonly scene?: SceneSpec;
  /**
   * States carry the wrench on the tip. Default false: an arm without a sense of force. What is touched here gives way by nothing, so practice
   * that a lab's limit would stop is ordinary (docs/decisions/0007-processes.md).
   */
  readonly wrench?: boolean;
  /** Stamp of the start, s. */
  readonly epoch?: number;
  /** Physics step, s; a whole number of them make a period. */
  readonly timestep?: number;
}

/** Throws "config.invalid" for anything not in (0, 1], NaN among it. */
const share = (name: string, x: number) => {
  if (x > 0 && x <= 1) return x;
  throw new OnarmError("config.invalid", `the twin's ${name} must lie in (0, 1], not ${x}`, { value: x });
};
export const checkTimeout = (s: number) => share("time-out, s,", s);
export const checkSpeedRatio = (ratio: number) => share("speed ratio", ratio);

/** What cannot change later: step, steps a period, and where the arm starts. Throws "config.invalid". */
export function resolved(description: ArmDescription, options: TwinOptions) {
  const timestep = options.timestep ?? TIMESTEP;
  const substeps = Math.round(PERIOD / timestep);
  if (!(substeps > 0 && Math.abs(substeps * timestep - PERIOD) < 1e-9))
    throw new OnarmError("config.invalid", `a period of ${PERIOD} s is not a whole number of ${timestep} s steps`, { timestep });
  const n = description.commanded.length;
  const start = options.start ?? description.poses.neutral ?? Array<number>(n).fill(0);
  if (!(start.length === n && start.every(Number.isFinite)))
    throw new OnarmError("config.invalid", `the twin starts at ${n} joint angles, not at (${start.join(", ")})`, { start });
  return { timestep, substeps, start };
}
