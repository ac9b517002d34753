import type { Site } from "../robot/sites/site.ts";
import type { Wire } from "../robot/wire.ts";
import type { Clock } from "../src/ports/clock.ts";
import type { Gripper } from "../src/ports/gripper.ts";

/** Whether a site names a gripper. */
export const namesGripper = (site: Site): boolean => "gripper" in site && site.gripper !== undefined;

/** The gripper that a site names, over its robot's graph; undefined where it names none. Moves nothing. Rejects with "gripper.failed" when it is not heard of. */
export async function siteGripper(site: Site, wire: Wire, clock: Pick<Clock, "now" | "wall">): Promise<Gripper | undefined> {
  if (!namesGripper(site)) return undefined;
  const [{ gripperOver }, { openInteraElectric }] = await Promise.all([
    import("../robot/grippers/interaIo.ts"),
    import("../robot/grippers/interaElectric.ts"),
  ]);
  return openInteraElectric({ link: await gripperOver(wire), clock });
}
