import { filter, firstValueFrom, Subject, timeout } from "rxjs";
import { OnarmError } from "../../src/domain/errors.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Scene } from "../../src/ports/scene.ts";
import { secondsOf } from "../ros1/messages.ts";
import { stampsAt } from "../ros1/stamps.ts";
import type { PosesScene } from "../sites/site.ts";
import type { Wire } from "../wire.ts";
import { pointOf } from "./points.ts";
import { REQUEST, trackedScene } from "./tracked.ts";
import type { Points, Sighting } from "./tracked.ts";

/** ms: a tracker is there by then. */
const FIRST = 5000;

/** A scene that a tracker tells as geometry_msgs/PoseArray, in the arm's base. Rejects with "link.lost" when nobody tracks. */
export async function openPoseArray(wire: Wire, site: PosesScene, clock: Pick<Clock, "now">): Promise<Scene> {
  const asking = await wire.speak(REQUEST, "std_msgs/String", true);
  const poses = wire.hear(site.topic, "geometry_msgs/PoseArray");
  await firstValueFrom(poses.linked$.pipe(filter(Boolean), timeout({ first: FIRST }))).catch((error: unknown) => {
    const why = `nobody publishes ${site.topic} on ${wire.where}; start the tracker: without a scene the arm does not move`;
    throw new OnarmError("link.lost", why, {}, error);
  });
  const sighting$ = new Subject<Sighting>();
  const stamped = stampsAt();
  let foreign: string | undefined;
  const listening = poses.message$.subscribe(({ header, poses }) => {
    foreign = header.frame_id.replace(/^\//, "") === site.frame ? undefined : header.frame_id;
    if (foreign !== undefined) return;
    const points: Points = {};
    site.poses.forEach((name, i) => {
      const offset = site.offsets_m[name];
      const point = poses[i] && offset && pointOf(poses[i], offset);
      if (point) points[name] = point;
    });
    sighting$.next({ at: stamped(secondsOf(header.stamp), clock.now()), points });
  });
  return trackedScene({
    ...{ name: site.topic, site, clock, sighting$ },
    things: site.poses.filter((name) => site.offsets_m[name]),
    ask: (spec) => void asking.publish({ data: JSON.stringify(spec) }),
    useless: () =>
      foreign === undefined
        ? undefined
        : `${site.topic} tells of the frame "${foreign}", not of "${site.frame}"; have the tracker publish in the arm's base`,
    close: () => listening.unsubscribe(),
  });
}
