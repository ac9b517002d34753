import type { SceneState } from "../../src/domain/scene.ts";
import { metres, seconds } from "../../src/domain/units.ts";
import type { Vec3 } from "../../src/domain/units.ts";
import { sawyerSpec } from "../../src/tasks/sawyer.ts";

const place = (name: string) => sawyerSpec.observation.findIndex((field) => field.name === name);
const TIP = [place("tip_x"), place("tip_y"), place("tip_z")] as const;
const THINGS = ["drawer", "button"] as const;
const FIELDS = THINGS.map((name) => ["from_tip_x", "from_tip_y", "present", "travel"].map((field) => place(`${name}_${field}`)));

/**
 * What a recorded observation says of tip and scene: the inverse of `sawyerObservation`, to the precision of a float32. A thing's height is
 * not part of an observation, and is NaN here.
 */
export function seen(observation: Float32Array): { readonly tip: Vec3; readonly scene: SceneState } {
  const raw = (i: number) => sawyerSpec.observation[i]!.offset + sawyerSpec.observation[i]!.scale * observation[i]!;
  const tip: Vec3 = [raw(TIP[0]), raw(TIP[1]), raw(TIP[2])];
  const facts: Record<string, SceneState["facts"][string]> = {};
  THINGS.forEach((name, k) => {
    const [x, y, present, travel] = FIELDS[k]!.map(raw) as [number, number, number, number];
    if (present > 0.5) facts[name] = { position: [tip[0] + x, tip[1] + y, NaN], travel: metres(travel), valid: true };
  });
  return { tip, scene: { at: seconds(0), facts } };
}
