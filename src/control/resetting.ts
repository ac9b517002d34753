import type { Action, Observation } from "../domain/experience.ts";
import { rng } from "../domain/rng.ts";
import type { SceneSpec, SceneState } from "../domain/scene.ts";
import { CLOSED_TRAVEL } from "../tasks/sawyer.ts";
import { goalDirected } from "./scripted.ts";

/** m: a thing is where it is wanted; a drawer stands as far out as wanted (the scripted pull stops a little short of its end). */
const PLACE = 0.005;
const TRAVEL = 0.02;

export interface Undo {
  readonly behaviour: (observation: Observation) => Action;
  readonly done: (scene: SceneState) => boolean;
}

const near = (a: readonly number[], b: readonly number[], by: number) => Math.hypot(...a.map((x, i) => x - b[i]!)) <= by;

/** Whether both scenes hold the same things in the same places; how far a drawer is out does not count. */
const samePlaces = (a: SceneSpec, b: SceneSpec) =>
  !!a.drawer === !!b.drawer &&
  !!a.button === !!b.button &&
  (!a.drawer || (near(a.drawer.position, b.drawer!.position, PLACE) && near(a.drawer.opens, b.drawer!.opens, 1e-3))) &&
  (!a.button || near(a.button.position, b.button!.position, PLACE));

/**
 * How the arm itself can bring the scene that was set out as `standing`, and now looks like `seen`, to `wanted`:
 * "nothing" to do, a scripted behaviour, or undefined when only whoever arranges scenes can.
 */
export function undoing(standing: SceneSpec, wanted: SceneSpec, seen: SceneState): "nothing" | Undo | undefined {
  if (!samePlaces(standing, wanted)) return undefined;
  if (!wanted.drawer) return "nothing";
  const travel = (scene: SceneState) => (scene.facts["drawer"]?.valid ? scene.facts["drawer"].travel : NaN);
  const goal = wanted.drawer.travel;
  const done = (scene: SceneState) => Math.abs(travel(scene) - goal) <= TRAVEL;
  if (done(seen)) return "nothing";
  // The scripted hand draws the drawer all the way out or pushes it home; anything between is for the arranger.
  const closing = goal <= CLOSED_TRAVEL;
  if (!closing && !(goal > travel(seen))) return undefined;
  return { behaviour: goalDirected({ kind: closing ? "close-drawer" : "open-drawer" }, rng("undo"), { noise: 0 }), done };
}
