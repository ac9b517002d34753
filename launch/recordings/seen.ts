import { THINGS } from "../../src/domain/scene.ts";
import type { SceneFact, SceneState } from "../../src/domain/scene.ts";
import { metres, seconds } from "../../src/domain/units.ts";
import type { Vec3 } from "../../src/domain/units.ts";
import { sawyerSpec } from "../../src/tasks/sawyer.ts";

const place = (name: string) => sawyerSpec.observation.findIndex((field) => field.name === name);
const TIP = [place("tip_x"), place("tip_y"), place("tip_z")] as const;
const GAP = place("finger_gap");
const FIELDS = THINGS.map((thing) => {
  const of = (field: string) => place(`${thing}_${field}`);
  return {
    thing,
    present: of("present"),
    travel: of("travel"),
    from: [of("from_tip_x"), of("from_tip_y"), of("from_tip_z")] as const,
  };
});

export interface Seen {
  readonly tip: Vec3;
  /** Clear between the fingers, m; undefined for an arm whose gripper does not tell. */
  readonly gap: number | undefined;
  readonly scene: SceneState;
}

/**
 * What a recorded observation says of tip, fingers and scene: the inverse of `sawyerObservation`, to the precision of a float32. Of most things
 * the height is not part of an observation, and is NaN here.
 */
export function seen(observation: Float32Array): Seen {
  const raw = (i: number) =>
    i < 0 ? NaN : sawyerSpec.observation[i]!.offset + sawyerSpec.observation[i]!.scale * observation[i]!;
  const tip: Vec3 = [raw(TIP[0]), raw(TIP[1]), raw(TIP[2])];
  const facts: Record<string, SceneFact> = {};
  for (const { thing, present, travel, from } of FIELDS) {
    if (!(raw(present) > 0.5)) continue;
    const position: Vec3 = [tip[0] + raw(from[0]), tip[1] + raw(from[1]), tip[2] + raw(from[2])];
    facts[thing] = { position, travel: metres(travel < 0 ? 0 : raw(travel)), valid: true };
  }
  return { tip, gap: observation[GAP] === 0 ? undefined : raw(GAP), scene: { at: seconds(0), facts } };
}
