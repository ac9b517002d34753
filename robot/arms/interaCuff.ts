import { distinctUntilChanged, filter, map, merge } from "rxjs";
import type { Observable } from "rxjs";
import { cuffState, ioStatusOf } from "../grippers/interaIo.ts";
import { valuesOf } from "../grippers/interaSignals.ts";
import type { Wire } from "../wire.ts";

/**
 * Whether a hand squeezes the cuff; undefined while nobody tells. The cuff's two buttons are not it: they do nothing until a program says so.
 */
export function cuffOver(wire: Wire): Observable<boolean | undefined> {
  const cuff = wire.hear(cuffState, "intera_core_msgs/IODeviceStatus");
  return merge(
    cuff.message$.pipe(
      map((told) => valuesOf(ioStatusOf(told)).get("right_cuff")),
      filter((value) => value !== undefined),
      // Told as a truth value or as a number.
      map(Boolean),
    ),
    cuff.linked$.pipe(
      filter((linked) => !linked),
      map(() => undefined),
    ),
  ).pipe(distinctUntilChanged());
}
