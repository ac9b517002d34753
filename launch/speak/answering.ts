import { monotonic } from "../../sim/pacedClock.ts";
import { histogram } from "../../src/control/cadence.ts";
import type { Percentiles } from "../../src/control/cadence.ts";

/** How soon a robot's states are answered, ms: from the newest that it has said to a command's arrival, by its own clock, the wire there and back included. */
export function answering() {
  const waits = histogram();
  let said: number | undefined;
  return {
    said: () => void (said = monotonic()),
    answered: () => void (said !== undefined && waits.add(monotonic() - said)),
    report: (): Percentiles => waits.percentiles(),
  };
}
