import type { IoCommand, IoTime } from "../../robot/grippers/interaSignals.ts";
import { sameTime, valuesOf } from "../../robot/grippers/interaSignals.ts";

/** Both fingers together, from closed to open, m; how near it comes to a position by itself. */
const TRAVEL = 0.041667;
const DEAD_ZONE = 0.002;
/** m/s until told otherwise; what is believed of a told speed. */
const SPEED = 1.5;
const SPEEDS = [0.15, 3] as const;
/** Periods: a calibration opens and closes; fingers that have not moved for so long rest. */
const CALIBRATION = 100;
const STILL = 10;
/** m: less than this in a period is no motion. */
const MOVED = 5e-5;
/** Stamps that are remembered. */
const REMEMBERED = 20;

export type IoValue = number | boolean;

/**
 * Sawyer's electric gripper as its own device behaves: it wants to be calibrated, keeps a position while it may not go, and acknowledges by stamp.
 * `drive` moves each finger, m from closed; `step` is told once a period, of `period` s, where both together are.
 */
export function interaGripper(period: number, drive: (travel: number) => void) {
  let [calibrated, calibrating, go] = [false, 0, true];
  let speed = SPEED;
  let wanted: number | undefined;
  let at = 0;
  let driven = 0;
  let still: number = STILL;
  const taken: IoTime[] = [];

  const set: Readonly<Record<string, (value: IoValue) => void>> = {
    calibrate: (value) => void (value === true && (calibrating = CALIBRATION)),
    reboot: (value) => void (value === true && ([calibrated, calibrating, wanted] = [false, 0, undefined])),
    position_m: (value) => void ([wanted, still] = [Math.min(TRAVEL, Math.max(0, Number(value))), 0]),
    speed_mps: (value) => void (speed = Math.min(SPEEDS[1], Math.max(SPEEDS[0], Number(value)))),
    go: (value) => void ([go, still] = [value === true, 0]),
  };
  /** Where the fingers are to go now; undefined while they are to stay. */
  const target = (): number | undefined => {
    if (calibrating > 0) return calibrating > CALIBRATION / 2 ? TRAVEL : 0;
    return calibrated && go ? wanted : undefined;
  };

  return {
    /** Takes a command once, however often it is said; what it cannot read it leaves. */
    obey({ time, op, args }: Pick<IoCommand, "time" | "args"> & { readonly op: string }): void {
      if (op !== "set" || taken.some((before) => sameTime(before, time))) return;
      taken.push(time);
      if (taken.length > REMEMBERED) taken.shift();
      for (const [name, value] of signalsOf(args)) set[name]?.(value);
    },
    step(measured: number): void {
      if (calibrating > 0 && --calibrating === 0) calibrated = true;
      const goal = target();
      still = Math.abs(measured - at) > MOVED ? 0 : still + 1;
      at = measured;
      if (goal === undefined) return;
      // Never far ahead of fingers that something holds.
      const stride = Math.min(TRAVEL, speed * period);
      driven = Math.min(at + TRAVEL / 2, Math.max(at - TRAVEL / 2, driven));
      driven = Math.abs(goal - driven) <= stride ? goal : driven + Math.sign(goal - driven) * stride;
      drive(driven / 2);
    },
    /** What its state says now, by signal. */
    signals(): readonly (readonly [string, IoValue])[] {
      const goal = target();
      const there = goal === undefined || Math.abs(goal - at) <= DEAD_ZONE;
      // Fingers that pass their goal, or bounce at their end, are not at rest there.
      const moving = calibrating > 0 || still < STILL;
      return [
        ["position_response_m", Math.round(1e5 * at) / 1e5],
        ["is_moving", moving],
        ["is_gripping", !moving && !there],
        ["is_calibrated", calibrated],
        ["has_error", false],
      ];
    },
    commands: (): readonly IoTime[] => [...taken],
  };
}

/** Signals of a command by name. What is no JSON of that kind has none. */
function signalsOf(args: string): ReadonlyMap<string, IoValue> {
  try {
    const { signals } = JSON.parse(args) as { signals: Record<string, { data: unknown }> };
    const told = Object.entries(signals).map(([name, { data }]) => ({ name, format: "", data: JSON.stringify(data) }));
    return valuesOf({ time: { sec: 0, nanosec: 0 }, signals: told, commands: [] });
  } catch {
    return new Map();
  }
}
