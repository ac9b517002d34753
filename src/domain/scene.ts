import type { Metres, Seconds, Vec3 } from "./units.ts";

/** One thing the scene port sees. `position`: m in `base`; `travel`: displacement of a drawer or button from its rest, m; an invalid fact is not used. */
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

/** How a scene is to be set out before an episode: what stands where. Pure data; a simulator builds it, a person lays it out. */
export interface SceneSpec {
  /** Lower drawer: `position` is the centre of its cabinet's front face foot on the table when closed; it opens along `opens` (unit, horizontal). */
  readonly drawer?: { readonly position: Vec3; readonly opens: Vec3; readonly travel: Metres };
  /** Button: `position` is the centre of its cap's top at rest. */
  readonly button?: { readonly position: Vec3 };
}
