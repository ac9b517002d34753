import type { Action, Observation } from "../domain/experience.ts";
import { rng } from "../domain/rng.ts";
import { THINGS } from "../domain/scene.ts";
import type { SceneSpec, SceneState } from "../domain/scene.ts";
import { BLOCK, CLOSED_TRAVEL, LOCKER_TRAVEL } from "../tasks/sawyer.ts";
import type { SawyerAim } from "../tasks/sawyer.ts";
import { goalDirected } from "./scripted.ts";

/** m: a thing is where it is wanted; a block may lie a little beside it; a drawer stands as far out as wanted (the scripted pull stops a little short of its end). */
const PLACE = 0.005;
const LIES = 0.02;
const TRAVEL = 0.02;

export interface Undo {
  readonly behaviour: (observation: Observation) => Action;
  readonly done: (scene: SceneState) => boolean;
}

const near = (a: readonly number[], b: readonly number[], by: number) => Math.hypot(...a.map((x, i) => x - b[i]!)) <= by;

/** Whether both scenes hold the same things in the same places; how far a drawer is out does not count. */
const samePlaces = (a: SceneSpec, b: SceneSpec) =>
  THINGS.every((thing) => !!a[thing] === !!b[thing] && (!a[thing] || near(a[thing].position, b[thing]!.position, PLACE))) &&
  (["drawer", "locker"] as const).every((name) => !a[name] || near(a[name].opens, b[name]!.opens, 1e-3));

/** On their feet's places, not above them: what has just been let go still falls. */
const blocksLie = (wanted: SceneSpec, seen: SceneState) =>
  (["object", "brick"] as const).every((name) => {
    const fact = seen.facts[name];
    const foot = wanted[name]?.position;
    return !foot || (fact?.valid === true && near(fact.position, [foot[0], foot[1], foot[2] + BLOCK.height / 2], LIES));
  });

/**
 * How the arm itself can bring the scene that was set out as `standing`, and now looks like `seen`, to `wanted`:
 * "nothing" to do, a scripted behaviour, or undefined when only whoever arranges scenes can.
 */
export function undoing(standing: SceneSpec, wanted: SceneSpec, seen: SceneState): "nothing" | Undo | undefined {
  if (!samePlaces(standing, wanted) || !blocksLie(wanted, seen)) return undefined;
  const stands = (name: "drawer" | "locker", scene: SceneState) => {
    const goal = wanted[name]?.travel;
    const fact = scene.facts[name];
    return goal === undefined || (fact?.valid === true && Math.abs(fact.travel - goal) <= TRAVEL);
  };
  const off = (["drawer", "locker"] as const).filter((name) => !stands(name, seen));
  if (off.length === 0) return "nothing";
  const [name] = off;
  // What lies in a locker moves with it; the scripted hand undoes one thing.
  if (off.length > 1 || (name === "locker" && wanted.brick)) return undefined;
  const goal = wanted[name!]!.travel;
  const travel = seen.facts[name!]?.valid ? seen.facts[name!]!.travel : NaN;
  // Drawers go all the way out or home; anything between is for the arranger.
  const closing = goal <= CLOSED_TRAVEL;
  if (!closing && !(goal > travel)) return undefined;
  if (name === "locker" && !closing && goal < LOCKER_TRAVEL - TRAVEL) return undefined;
  const kind = `${closing ? "close" : "open"}-${name!}` as Exclude<SawyerAim["kind"], "reach">;
  return {
    behaviour: goalDirected({ kind }, rng("undo"), { noise: 0 }),
    // A hand on its way may have knocked against something else.
    done: (scene) => blocksLie(wanted, scene) && stands("drawer", scene) && stands("locker", scene),
  };
}
