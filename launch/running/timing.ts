import { cadence } from "../../src/control/cadence.ts";
import type { Tick } from "../../src/domain/control.ts";
import type { Timing } from "../../src/operator/protocol.ts";

/** s that one look back spans. */
const WINDOW = 5;

/** How evenly the loop ran lately: the last whole window's figures, and ages as they are now. `lateShare`: of the whole run. */
export function recentTiming(period: number, lateShare: () => number) {
  let beats = cadence(period);
  let began: number | undefined;
  let shown: Pick<Timing, "periodMs" | "p99Ms" | "maxMs" | "lateShare"> | undefined;
  return {
    tick(tick: Tick): void {
      began ??= tick.at;
      beats.tick(tick);
      if (tick.at - began < WINDOW) return;
      const { p50, p99, max } = beats.report().periodMs;
      shown = { periodMs: p50, p99Ms: p99, maxMs: max, lateShare: lateShare() };
      [beats, began] = [cadence(period), tick.at];
    },
    /** undefined until a first window is full. */
    now: ({ at, state, scene }: Tick): Timing | undefined =>
      shown && {
        ...shown,
        ...(state ? { stateAgeMs: 1000 * Math.max(0, at - state.at) } : {}),
        ...(scene ? { sceneAgeMs: 1000 * Math.max(0, at - scene.at) } : {}),
      },
  };
}
