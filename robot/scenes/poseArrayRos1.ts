import { filter, firstValueFrom, Subject, Subscription, timeout } from "rxjs";
import { OnarmError } from "../../src/domain/errors.ts";
import type { SceneFact, SceneSpec, SceneState } from "../../src/domain/scene.ts";
import { metres, seconds } from "../../src/domain/units.ts";
import type { Seconds, Vec3 } from "../../src/domain/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Scene } from "../../src/ports/scene.ts";
import { secondsOf } from "../ros1/messages.ts";
import type { RosPose } from "../ros1/messages.ts";
import type { Ros1 } from "../ros1/node.ts";
import { stampsAt } from "../ros1/stamps.ts";
import type { TrackedScene } from "../sites/site.ts";

/** Where who sets scenes out, a person's screen or a rig, is told what is wanted: a SceneSpec as JSON, m in the arm's base. */
export const REQUEST = "/onarm/scene_request";

/** s: what has just been set out comes to rest; ms: it is set out by then. */
const SETTLE = 0.2;
const PATIENCE = 2000;
/** ms: a tracker is there by then. */
const FIRST = 5000;

const add = (a: Vec3, b: Vec3, k = 1): Vec3 => [a[0] + k * b[0], a[1] + k * b[1], a[2] + k * b[2]];
const along = (a: Vec3, b: Vec3) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const apart = (a: Vec3, b: Vec3) => Math.hypot(...add(a, b, -1));
const UP: Vec3 = [0, 0, 1];

/** A point of the frame of a pose, in the frame that the pose is told in. Undefined for what is no pose: a tracker's word for "not seen". */
export function pointOf({ position: p, orientation: { x, y, z, w } }: RosPose, [ox, oy, oz]: Vec3): Vec3 | undefined {
  if (!(Math.abs(Math.hypot(x, y, z, w) - 1) < 1e-2)) return undefined;
  const [cx, cy, cz] = [y * oz - z * oy + w * ox, z * ox - x * oz + w * oy, x * oy - y * ox + w * oz];
  const point: Vec3 = [p.x + ox + 2 * (y * cz - z * cy), p.y + oy + 2 * (z * cx - x * cz), p.z + oz + 2 * (x * cy - y * cx)];
  return point.every(Number.isFinite) ? point : undefined;
}

type Name = "drawer" | "button";
/** Where a thing is at rest, and along what it is displaced. */
type Rests = Partial<Record<Name, { readonly at: Vec3; readonly along: Vec3 }>>;

/**
 * A lab's scene as its tracker tells it. Until a scene has been set out there are no facts, for nothing says how far a drawer is open. What is
 * set out is asked for on REQUEST and then looked at: `arrange` rejects with "tasks.invalid" when it is not where it is wanted. Rejects with
 * "link.lost" when nobody tracks.
 */
export async function openPoseArrayRos1(node: Ros1, site: TrackedScene, clock: Pick<Clock, "now">): Promise<Scene> {
  const asking = await node.speak(REQUEST, "std_msgs/String", true);
  const poses = node.hear(site.topic, "geometry_msgs/PoseArray");
  await firstValueFrom(poses.linked$.pipe(filter(Boolean), timeout({ first: FIRST }))).catch((error: unknown) => {
    const why = `nobody publishes ${site.topic} on ${node.master}; start the tracker: without a scene the arm does not move`;
    throw new OnarmError("link.lost", why, {}, error);
  });
  const guards = new Subscription();
  const scene$ = new Subject<SceneState>();
  const seen$ = new Subject<{ readonly at: Seconds; readonly points: Partial<Record<Name, Vec3>> }>();
  const stamped = stampsAt();
  let rests: Rests = {};
  let foreign: string | undefined;

  const fact = (name: Name, point: Vec3 | undefined): SceneFact => {
    const rest = rests[name]!;
    if (point === undefined) return { position: rest.at, travel: metres(0), valid: false };
    return { position: point, travel: metres(along(add(point, rest.at, -1), rest.along)), valid: true };
  };
  guards.add(
    poses.message$.subscribe(({ header, poses }) => {
      foreign = header.frame_id.replace(/^\//, "") === site.frame ? undefined : header.frame_id;
      if (foreign !== undefined) return;
      const at = stamped(secondsOf(header.stamp), clock.now());
      const points: Partial<Record<Name, Vec3>> = {};
      site.poses.forEach((name, i) => {
        const point = poses[i] && pointOf(poses[i], site.offsets_m[name]);
        if (point) points[name] = point;
      });
      seen$.next({ at, points });
      const names = Object.keys(rests) as Name[];
      scene$.next({ at, facts: Object.fromEntries(names.map((name) => [name, fact(name, points[name])])) });
    }),
  );

  /** Where things are wanted: the handle and the cap as they stand then. */
  const wanted = ({ drawer: d, button: b }: SceneSpec): Partial<Record<Name, Vec3>> => ({
    ...(d && { drawer: add(add(d.position, d.opens, site.handle_m.reach + d.travel), UP, site.handle_m.height) }),
    ...(b && { button: b.position }),
  });
  const restsOf = ({ drawer: d }: SceneSpec, points: Partial<Record<Name, Vec3>>): Rests => ({
    ...(d && { drawer: { at: add(points.drawer!, d.opens, -d.travel), along: d.opens } }),
    ...(points.button && { button: { at: points.button, along: [0, 0, -1] } }),
  });

  return {
    name: site.topic,
    scene$: scene$.asObservable(),
    async arrange(spec) {
      asking.publish({ data: JSON.stringify(spec) });
      const since = seconds(clock.now() + SETTLE);
      const places = Object.entries(wanted(spec)) as [Name, Vec3][];
      let last: Partial<Record<Name, Vec3>> = {};
      const off = () =>
        places.filter(([name, place]) => !(last[name] && apart(last[name], place) <= site.tolerance_m)).map(([name]) => name);
      const stands$ = seen$.pipe(
        filter(({ at, points }) => {
          last = points;
          return at >= since && off().length === 0;
        }),
        timeout({ first: PATIENCE }),
      );
      const { points } = await firstValueFrom(stands$).catch((error: unknown) => {
        const why =
          foreign !== undefined
            ? `${site.topic} tells of the frame "${foreign}", not of "${site.frame}"; have the tracker publish in the arm's base`
            : `${off().join(" and ") || "nothing"} is seen on ${site.topic} within ${site.tolerance_m} m of where it is wanted; set it out, in the tracker's view`;
        throw new OnarmError("tasks.invalid", `the scene is not set out: ${why}`, { spec }, error);
      });
      rests = restsOf(spec, Object.fromEntries(places.map(([name]) => [name, points[name]])));
    },
    async close() {
      guards.unsubscribe();
      scene$.complete();
      seen$.complete();
    },
  };
}
