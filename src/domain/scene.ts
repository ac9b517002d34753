import type { Metres, Seconds, Vec3 } from "./units.ts";

/**
 * One thing the scene port sees. `position`: m in `base`; `travel`: displacement of a drawer or button from its rest, m, 0 for what has none; an
 * invalid fact is not used.
 */
export interface SceneFact {
  readonly position: Vec3;
  readonly travel: Metres;
  readonly valid: boolean;
}

/** What stands around the arm, as seen at `at` (monotonic stamp). A thing that is absent from the scene is absent from `facts`. */
export interface SceneState {
  readonly at: Seconds;
  readonly facts: Readonly<Record<string, SceneFact>>;
}

/** What can stand in a scene. The names are those of facts, trackers and files. */
export const THINGS = ["drawer", "button", "locker", "tray", "object", "brick"] as const;
export type Thing = (typeof THINGS)[number];

/** A drawer: `position` is the foot of its closed front's middle on the table; it opens along `opens` (unit, horizontal), and is found `travel` out. */
export interface DrawerSpec {
  readonly position: Vec3;
  readonly opens: Vec3;
  readonly travel: Metres;
}

/** How a scene is to be set out before an episode: what stands where. Pure data; a simulator builds it, a person lays it out. */
export interface SceneSpec {
  /** The drawer with a handle bar. */
  readonly drawer?: DrawerSpec;
  /** Button: `position` is the centre of its cap's top at rest. */
  readonly button?: { readonly position: Vec3 };
  /** A drawer without a handle: the button drives it out, and in again when it is pressed once more. */
  readonly locker?: DrawerSpec;
  /** An open tray: `position` is its foot's middle on the table. */
  readonly tray?: { readonly position: Vec3 };
  /** A free block to pick up, on the table: the middle of its foot. */
  readonly object?: { readonly position: Vec3 };
  /** The same in the locker: `position` is the middle of its foot while the locker stands as it is found. */
  readonly brick?: { readonly position: Vec3 };
}
