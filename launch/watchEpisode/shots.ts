import { sawyer } from "../../robot/description/sawyer.ts";
import type { SceneSpec, SceneState } from "../../src/domain/scene.ts";
import type { Vec3 } from "../../src/domain/units.ts";
import type { JointStateRecord } from "../../src/recording/records.ts";
import { aimOf } from "../../src/tasks/ownTasks.ts";
import { achieved } from "../../src/tasks/sawyer.ts";
import type { AimKind } from "../../src/tasks/sawyer.ts";
import { seen } from "../recordings/seen.ts";

/** What arm and scene were at one step of the policy. `at`: s since the first one. */
export interface Shot {
  readonly at: number;
  /** Commanded joints, rad. */
  readonly q: readonly number[];
  readonly tip: Vec3;
  /** What was seen; a thing that is not there, or was not seen, is absent. Of most things the height is not known. */
  readonly things: SceneState["facts"];
  /** Clear between the fingers, m; undefined where nobody told. */
  readonly gap: number | undefined;
  /** Whether the aim was true; undefined where none is known. */
  readonly achieved: boolean | undefined;
  /** A person moved the arm in the step that follows. */
  readonly byHand: boolean;
}

/** One episode of the arm, step by step: one shot before each step, and one after the last where it was recorded. */
export interface Film {
  readonly scene: SceneSpec;
  readonly aim: AimKind | undefined;
  readonly shots: readonly Shot[];
  /** Why it is not whole. */
  readonly partly?: string;
}

/** s: a posture is shown for a time that it was measured near to. */
const NEAR = 0.2;

/** What was seen before a step, or after the last; `at`: s. */
export interface Row {
  readonly at: number;
  readonly observation: Float32Array;
  readonly byHand: boolean;
}

/** Rows with the postures that were measured nearest in time. `cannot`: the refusal of an arm that lacks a joint, or was not measured. */
export function shotsOf(
  rows: readonly Row[],
  joints: readonly Pick<JointStateRecord, "at" | "name" | "position">[],
  aim: AimKind | undefined,
  cannot: (why: string) => Error,
): Shot[] {
  const wanted = aim && aimOf(aim);
  const first = rows[0]?.at ?? 0;
  const posture = (at: number): number[] => {
    const nearest = joints.reduce((best, one) => (Math.abs(one.at - at) < Math.abs(best.at - at) ? one : best));
    const q = sawyer.commanded.map((name) => nearest.position[nearest.name.indexOf(name)] ?? NaN);
    if (!q.every(Number.isFinite)) throw cannot("lacks a joint of the arm; it cannot be drawn");
    if (!(Math.abs(nearest.at - at) <= NEAR)) throw cannot(`has no joint state within ${NEAR} s of a step; it cannot be drawn`);
    return q;
  };
  return rows.map(({ at, observation, byHand }): Shot => {
    const { tip, gap, scene } = seen(observation);
    return {
      ...{ at: at - first, q: posture(at), tip, byHand, things: scene.facts, gap },
      achieved: wanted && achieved(wanted, tip, scene),
    };
  });
}
