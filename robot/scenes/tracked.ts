import { filter, firstValueFrom, Subject, Subscription, timeout } from "rxjs";
import type { Observable } from "rxjs";
import { OnarmError } from "../../src/domain/errors.ts";
import { THINGS } from "../../src/domain/scene.ts";
import type { SceneFact, SceneSpec, SceneState, Thing } from "../../src/domain/scene.ts";
import { metres, seconds } from "../../src/domain/units.ts";
import type { Seconds, Vec3 } from "../../src/domain/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { Scene } from "../../src/ports/scene.ts";
import { BLOCK } from "../../src/tasks/sawyer.ts";
import type { SceneSetting } from "../sites/site.ts";

/** Where who sets scenes out, a person's screen or a rig, is told what is wanted: a SceneSpec as JSON, m in the arm's base. */
export const REQUEST = "/onarm/scene_request";

/** s: what has just been set out comes to rest; ms: it is set out by then. */
const SETTLE = 0.2;
const PATIENCE = 2000;

const add = (a: Vec3, b: Vec3, k = 1): Vec3 => [a[0] + k * b[0], a[1] + k * b[1], a[2] + k * b[2]];
const along = (a: Vec3, b: Vec3) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const apart = (a: Vec3, b: Vec3) => Math.hypot(...add(a, b, -1));
const UP: Vec3 = [0, 0, 1];

export type Points = Partial<Record<Thing, Vec3>>;
/** What a tracker saw at one time, on our clock: a thing that it did not see is absent. m in the arm's base. */
export interface Sighting {
  readonly at: Seconds;
  readonly points: Points;
}
/** Where a thing is at rest, and along what it is displaced: nothing for a tray and a block, which is where it is seen. */
type Rests = Partial<Record<Thing, { readonly at: Vec3; readonly along?: Vec3 }>>;

export interface Tracking {
  readonly name: string;
  readonly site: SceneSetting;
  readonly clock: Pick<Clock, "now">;
  readonly sighting$: Observable<Sighting>;
  /** What it can tell of. */
  readonly things: readonly Thing[];
  /** Says what is wanted to who sets scenes out. */
  ask(spec: SceneSpec): void;
  /** Why nothing that is told of `missing` can be used, in a sentence; undefined otherwise. */
  useless(missing: readonly Thing[]): string | undefined;
  close(): void;
}

/**
 * A lab's scene as a tracker tells it, whichever way. Until a scene has been set out there are no facts, for nothing says how far a drawer is open.
 * What is set out is asked for and then looked at: `arrange` rejects with "tasks.invalid" when it is not where it is wanted, or cannot be seen at all.
 */
export function trackedScene({ name, site, clock, sighting$, things, ask, useless, close }: Tracking): Scene {
  const guards = new Subscription();
  const scene$ = new Subject<SceneState>();
  const seen$ = new Subject<Sighting>();
  let rests: Rests = {};

  const fact = (thing: Thing, point: Vec3 | undefined): SceneFact => {
    const rest = rests[thing]!;
    if (point === undefined) return { position: rest.at, travel: metres(0), valid: false };
    const travel = rest.along ? along(add(point, rest.at, -1), rest.along) : 0;
    return { position: point, travel: metres(travel), valid: true };
  };
  guards.add(
    sighting$.subscribe((sighting) => {
      seen$.next(sighting);
      const { at, points } = sighting;
      const standing = Object.keys(rests) as Thing[];
      scene$.next({ at, facts: Object.fromEntries(standing.map((thing) => [thing, fact(thing, points[thing])])) });
    }),
  );

  /** Where things are wanted, each as its fact will tell it. */
  const wanted = ({ drawer: d, button: b, locker: l, tray: t, object, brick }: SceneSpec): Points => ({
    ...(d && { drawer: add(add(d.position, d.opens, site.handle_m.reach + d.travel), UP, site.handle_m.height) }),
    ...(b && { button: b.position }),
    ...(l && { locker: add(l.position, l.opens, l.travel) }),
    ...(t && { tray: t.position }),
    ...(object && { object: add(object.position, UP, BLOCK.height / 2) }),
    ...(brick && { brick: add(brick.position, UP, BLOCK.height / 2) }),
  });
  const restOf = (thing: Thing, at: Vec3, spec: SceneSpec): Rests[Thing] => {
    const slides = thing === "drawer" || thing === "locker" ? spec[thing] : undefined;
    if (slides) return { at: add(at, slides.opens, -slides.travel), along: slides.opens };
    return thing === "button" ? { at, along: [0, 0, -1] } : { at };
  };

  return {
    name,
    scene$: scene$.asObservable(),
    async arrange(spec) {
      const blind = THINGS.filter((thing) => spec[thing] && !things.includes(thing));
      if (blind.length > 0) {
        const why = `${name} tells of no ${blind.join(" and no ")}; have it tracked and name it in the site file, with its offset, or drive in a scene without`;
        throw new OnarmError("tasks.invalid", `the scene cannot be set out: ${why}`, { spec });
      }
      ask(spec);
      const since = seconds(clock.now() + SETTLE);
      const places = Object.entries(wanted(spec)) as [Thing, Vec3][];
      let last: Points = {};
      const off = () =>
        places
          .filter(([thing, place]) => !(last[thing] && apart(last[thing], place) <= site.tolerance_m))
          .map(([thing]) => thing);
      const stands$ = seen$.pipe(
        filter(({ at, points }) => {
          last = points;
          return at >= since && off().length === 0;
        }),
        timeout({ first: PATIENCE }),
      );
      const { points } = await firstValueFrom(stands$).catch((error: unknown) => {
        const why =
          useless(off()) ??
          `${off().join(" and ") || "nothing"} is seen on ${name} within ${site.tolerance_m} m of where it is wanted; set it out, in the tracker's view`;
        throw new OnarmError("tasks.invalid", `the scene is not set out: ${why}`, { spec }, error);
      });
      rests = Object.fromEntries(places.map(([thing]) => [thing, restOf(thing, points[thing]!, spec)]));
    },
    async close() {
      guards.unsubscribe();
      close();
      scene$.complete();
      seen$.complete();
    },
  };
}
