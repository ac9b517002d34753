import { OnarmError } from "../domain/errors.ts";
import type { Action, DomainSpec, Observation } from "../domain/experience.ts";
import type { SceneState } from "../domain/scene.ts";
import type { Vec3 } from "../domain/units.ts";
import { sawyerSpec } from "../tasks/sawyer.ts";

/** What a scene field of the sawyer domain reads: which thing, and which of its numbers. */
const THINGS = ["drawer", "button"] as const;

/**
 * The sawyer domain's observation, normalised field by field: (raw - offset) / scale. The only place that builds one.
 * @param tip tool centre point, m in `base`
 * @returns fresh array of sawyerSpec.observation.length numbers; a thing that is absent or invalid reads 0, its `present` flag included
 */
export function sawyerObservation(tip: Vec3, scene: SceneState): Observation {
  const out = new Float32Array(sawyerSpec.observation.length);
  const put = (i: number, raw: number) => {
    const { offset, scale } = sawyerSpec.observation[i]!;
    out[i] = (raw - offset) / scale;
  };
  for (let i = 0; i < 3; i++) put(i, tip[i]!);
  THINGS.forEach((name, k) => {
    const fact = scene.facts[name];
    if (!fact?.valid) return;
    const first = 3 + 4 * k;
    put(first, fact.position[0] - tip[0]);
    put(first + 1, fact.position[1] - tip[1]);
    put(first + 2, 1);
    put(first + 3, fact.travel);
  });
  return out;
}

/**
 * The tip velocity an action asks for, m/s in `base`: clipped to [-1, 1], then scaled by the spec's action fields.
 * @throws OnarmError "policy.shape" when the width is wrong, "policy.nonfinite" when a number is NaN or infinite
 */
export function actionToTwist(action: Action, spec: DomainSpec): Vec3 {
  if (action.length !== 3 || spec.action.length !== 3)
    throw new OnarmError(
      "policy.shape",
      `a tip velocity takes 3 numbers; the action has ${action.length} and ${spec.name} names ${spec.action.length}`,
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
