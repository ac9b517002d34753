import type { Cadence } from "../src/control/cadence.ts";
import type { Controller } from "../src/control/controller.ts";
import type { Limits } from "../src/domain/arm.ts";
import type { Clock } from "../src/ports/clock.ts";
import type { RecorderCounts } from "../src/recording/recorder.ts";
import type { MetricsSnapshot } from "../src/telemetry/metrics.ts";
import type { Telemetry } from "./telemetry.ts";

export interface Measured {
  readonly arm: string;
  readonly controller: Pick<Controller, "mode" | "state" | "counters" | "exploration">;
  readonly clock: Pick<Clock, "now">;
  readonly limits: Pick<Limits, "exploration">;
  readonly cadence: Cadence;
  readonly recorder: RecorderCounts;
  readonly holds: number;
  readonly episodes: number;
  readonly steps: number;
  readonly telemetry?: ReturnType<Telemetry["counts"]>;
}

/** A run as metrics see it. Costs a few walks through the cadence's bins: for once in some seconds, not for every beat. */
export function metricsOf({ controller, clock, limits, telemetry, ...told }: Measured): MetricsSnapshot {
  const state = controller.state();
  const { usage } = controller.exploration();
  return {
    ...told,
    mode: controller.mode().is,
    counters: controller.counters(),
    exploration: { usage, budget: limits.exploration },
    ...(state ? { stateAge: clock.now() - state.at } : {}),
    // What never reached the store is given up, too.
    ...(telemetry ? { telemetry: { ...telemetry, dropped: telemetry.dropped + telemetry.unkept } } : {}),
  };
}
