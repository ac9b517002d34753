import type { Seconds } from "../src/domain/units.ts";

/** s without a beat after which a control loop counts as stalled. */
const SILENCE = 0.1;

/** Whether a control loop that last beat at `last` has stalled by `now` while it drives. Says what is good, so that a stamp of NaN is silence. */
export const heartbeat = (last: Seconds | undefined, driving: boolean, now: Seconds): "control.stalled" | undefined =>
  last === undefined || !driving || now - last <= SILENCE ? undefined : "control.stalled";
