import { defer, firstValueFrom, Subject, takeUntil } from "rxjs";
import { OnarmError } from "../src/domain/errors.ts";
import type { Gripper } from "../src/ports/gripper.ts";
import { GRIPPER_PATIENCE } from "./gripper.ts";
import type { TwinLink } from "./twinLink.ts";
import type { GripperDeed } from "./wire.ts";

/** ms: the gripper says itself by then that it failed; who says nothing for longer is not there. */
const PATIENCE = 1000 * (2 * GRIPPER_PATIENCE + 2);

/** A paced twin's gripper, over whichever link there is now. Its time-out and its second try are the twin's own; closing it ends this end only. */
export function linkedGripper(link: () => TwinLink): Gripper {
  const closed$ = new Subject<void>();
  let failure: (error: OnarmError) => void = () => {};
  const ended = () =>
    new OnarmError("interrupted", "the embedded gripper was closed before it was done with what it had been told");
  const ask = (deed: GripperDeed) => link().ask(deed, "gripper.failed", PATIENCE);
  return {
    name: "the embedded gripper",
    range: link().hello.gripper.range,
    state$: defer(() => link().gripper$).pipe(takeUntil(closed$)),
    calibrate: () => ask({ op: "calibrateGripper" }),
    async move(width) {
      const cut = new Promise<never>((_, reject) => (failure = reject));
      await Promise.race([ask({ op: "moveGripper", width }), cut]);
      // The twin tells where its fingers are before it says that they are there.
      return firstValueFrom(link().gripper$);
    },
    halt: () => ask({ op: "haltGripper" }),
    async close() {
      failure(ended());
      closed$.next();
      closed$.complete();
    },
  };
}
