import { OnarmError } from "../domain/errors.ts";
import type { Action, DomainSpec, Observation } from "../domain/experience.ts";
import { THINGS } from "../domain/scene.ts";
import type { SceneFact, SceneState } from "../domain/scene.ts";
import type { Vec3 } from "../domain/units.ts";
import { sawyerSpec } from "../tasks/sawyer.ts";

/** Which fields tell of a thing, and how each is read. */
const read: Readonly<Record<string, (fact: SceneFact, tip: Vec3) => number>> = {
  from_tip_x: ({ position }, tip) => position[0] - tip[0],
  from_tip_y: ({ position }, tip) => position[1] - tip[1],
  from_tip_z: ({ position }, tip) => position[2] - tip[2],
  present: () => 1,
  travel: ({ travel }) => travel,
};
const fields = sawyerSpec.observation.flatMap(({ name }, i) => {
  const thing = THINGS.find((it) => name.startsWith(`${it}_`));
  return thing ? [{ i, thing, of: read[name.slice(thing.length + 1)]! }] : [];
});
const GAP = sawyerSpec.observation.findIndex(({ name }) => name === "finger_gap");

/**
 * The sawyer domain's observation, normalised field by field: (raw - offset) / scale. The only place that builds one.
 * @param tip tool centre point, m in `base`
 * @param gap clear gap between the fingers, m; an arm without a gripper that can tell reads 0 here
 * @returns fresh array of sawyerSpec.observation.length numbers; a thing that is absent or invalid reads 0, its `present` flag included
 */
export function sawyerObservation(tip: Vec3, scene: SceneState, gap?: number): Observation {
  const out = new Float32Array(sawyerSpec.observation.length);
  const put = (i: number, raw: number) => {
    const { offset, scale } = sawyerSpec.observation[i]!;
    out[i] = (raw - offset) / scale;
  };
  for (let i = 0; i < 3; i++) put(i, tip[i]!);
  if (gap !== undefined) put(GAP, gap);
  for (const { i, thing, of } of fields) {
    const fact = scene.facts[thing];
    if (fact?.valid) put(i, of(fact, tip));
  }
  return out;
}

/**
 * The tip velocity that an action's first three numbers ask for, m/s in `base`: clipped to [-1, 1], then scaled by the spec's action fields.
 * @throws OnarmError "policy.shape" when the width is wrong, "policy.nonfinite" when a number is NaN or infinite
 */
export function actionToTwist(action: Action, spec: DomainSpec): Vec3 {
  if (!(action.length === spec.action.length && action.length >= 3))
    throw new OnarmError(
      "policy.shape",
      `the action has ${action.length} numbers and ${spec.name} names ${spec.action.length}, the first three a tip velocity`,
      {
        action: [...action],
      },
    );
  if (!action.every(Number.isFinite))
    throw new OnarmError("policy.nonfinite", `the policy asked for [${action.join(", ")}]: not a velocity, refused`, {
      action: [...action],
    });
  const axis = (i: 0 | 1 | 2) => spec.action[i]!.offset + spec.action[i]!.scale * Math.min(1, Math.max(-1, action[i]!));
  return [axis(0), axis(1), axis(2)];
}
