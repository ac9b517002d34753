import { filter, firstValueFrom, Subject, Subscription, timeout } from "rxjs";
import { OnarmError } from "../../src/domain/errors.ts";
import type { Thing } from "../../src/domain/scene.ts";
import type { Seconds, Vec3 } from "../../src/domain/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Scene } from "../../src/ports/scene.ts";
import type { Ros2 } from "../ros.ts";
import { secondsOf } from "../ros1/messages.ts";
import type { RosPose } from "../ros1/messages.ts";
import { stampsAt } from "../ros1/stamps.ts";
import type { TransformStamped } from "../ros2/messages.ts";
import type { FramesScene } from "../sites/site.ts";
import { pointOf } from "./points.ts";
import { REQUEST, trackedScene } from "./tracked.ts";
import type { Points, Sighting } from "./tracked.ts";

/** ms: a tracker is there by then. */
const FIRST = 5000;
/** s: a thing whose own transform is older than the newest one by more is not seen now. */
const UNSEEN = 0.2;

interface Branch {
  readonly parent: string;
  readonly pose: RosPose;
  /** Undefined for one that never changes. */
  readonly at: Seconds | undefined;
}
const bare = (frame: string) => frame.replace(/^\//, "");

/** The newest transform of every frame, and how one is reached from another. */
export function frameTree() {
  const branches = new Map<string, Branch>();
  return {
    put({ header, child_frame_id: child, transform }: TransformStamped, at: Seconds | undefined) {
      const pose = { position: transform.translation, orientation: transform.rotation };
      branches.set(bare(child), { parent: bare(header.frame_id), pose, at });
    },
    /** A point of `frame` in `base`, and when the oldest transform on the way was made. Undefined where no way leads there, or one of them is none. */
    find(frame: string, base: string, offset: Vec3) {
      let point: Vec3 | undefined = offset;
      let at: Seconds | undefined;
      let here = bare(frame);
      // A tree has no way that is longer than it has branches.
      for (let steps = 0; here !== bare(base); steps++) {
        const branch = branches.get(here);
        if (branch === undefined || steps > branches.size) return undefined;
        point = pointOf(branch.pose, point);
        if (point === undefined) return undefined;
        if (branch.at !== undefined && !(at !== undefined && at < branch.at)) at = branch.at;
        here = branch.parent;
      }
      return { point, at };
    },
  };
}

/** A scene that a tracker tells by tf. Rejects with "link.lost" when nobody publishes /tf. */
export async function openTf(node: Ros2, site: FramesScene, clock: Pick<Clock, "now">): Promise<Scene> {
  const asking = await node.speak(REQUEST, "std_msgs/String", true);
  const moving = node.hear("/tf", "tf2_msgs/TFMessage");
  const still = node.hear("/tf_static", "tf2_msgs/TFMessage", "latched");
  const tree = frameTree();
  const guards = new Subscription();
  const sighting$ = new Subject<Sighting>();
  /** Each frame is told by whoever sees it, by a clock of its own. */
  const clocks = new Map<string, ReturnType<typeof stampsAt>>();
  const things = (Object.entries(site.frames) as [Thing, string][]).flatMap(([thing, frame]) => {
    const offset = site.offsets_m[thing];
    return offset ? [{ thing, frame, offset }] : [];
  });
  let last: Points = {};

  guards.add(
    still.message$.subscribe(({ transforms }) => {
      for (const each of transforms) tree.put(each, undefined);
    }),
  );
  guards.add(
    moving.message$.subscribe(({ transforms }) => {
      let newest: Seconds | undefined;
      for (const each of transforms) {
        const child = bare(each.child_frame_id);
        const stamped = clocks.get(child) ?? stampsAt();
        clocks.set(child, stamped);
        const at = stamped(secondsOf(each.header.stamp), clock.now());
        tree.put(each, at);
        if (things.some(({ frame }) => bare(frame) === child) && !(newest !== undefined && newest >= at)) newest = at;
      }
      if (newest === undefined) return;
      last = {};
      for (const { thing, frame, offset } of things) {
        const found = tree.find(frame, site.frame, offset);
        if (found && !(found.at !== undefined && newest - found.at > UNSEEN)) last[thing] = [...found.point];
      }
      sighting$.next({ at: newest, points: last });
    }),
  );
  await firstValueFrom(moving.linked$.pipe(filter(Boolean), timeout({ first: FIRST }))).catch((error: unknown) => {
    guards.unsubscribe();
    const why = `nobody publishes /tf in ROS domain ${node.domain}; start the tracker: without a scene the arm does not move`;
    throw new OnarmError("link.lost", why, {}, error);
  });
  const lacking = (unseen: readonly Thing[]) => {
    const missing = things.filter(({ thing }) => unseen.includes(thing) && !last[thing]).map(({ frame }) => frame);
    if (missing.length === 0 || missing.every((frame) => clocks.has(bare(frame)))) return undefined;
    return `/tf leads from no ${missing.join(" and no ")} to "${site.frame}"; look with: ros2 run tf2_tools view_frames, and correct the frames in the site file`;
  };
  return trackedScene({
    ...{ name: "/tf", site, clock, sighting$ },
    things: things.map(({ thing }) => thing),
    ask: (spec) => void asking.publish({ data: JSON.stringify(spec) }),
    useless: lacking,
    close: () => guards.unsubscribe(),
  });
}
