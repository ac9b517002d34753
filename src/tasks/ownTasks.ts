import { z } from "zod";
import type { SceneSpec } from "../domain/scene.ts";
import { metres } from "../domain/units.ts";
import { DRAWER_TRAVEL, LOCKER_TRAVEL, REACH_GOAL, aimKinds, feasibleAims } from "./sawyer.ts";
import type { AimKind, SawyerAim, SawyerTask } from "./sawyer.ts";
import { sawyerTask } from "./sawyerScenes.ts";

const coordinate = z.number().min(-5).max(5);
const point = z.tuple([coordinate, coordinate, coordinate]);
const level = z
  .tuple([coordinate, coordinate, z.literal(0)])
  .refine(([x, y]) => Math.abs(Math.hypot(x, y) - 1) < 1e-6, { error: "must be of length 1" });

const stands = z.strictObject({ position_m: point }).optional();
const slides = (travel: number) =>
  z.strictObject({ position_m: point, opens: level, travel_m: z.number().min(0).max(travel) }).optional();

/** A scene as files tell it: SceneSpec with the units in its keys. m in `base`. */
export const sceneFile = z.strictObject({
  drawer: slides(DRAWER_TRAVEL),
  button: stands,
  locker: slides(LOCKER_TRAVEL),
  tray: stands,
  object: stands,
  brick: stands,
});
export type SceneFile = z.infer<typeof sceneFile>;

export const sceneOf = (file: SceneFile): SceneSpec =>
  Object.fromEntries(
    Object.entries(file).flatMap(([name, thing]) => {
      if (!thing) return [];
      const { position_m: position } = thing;
      return [[name, "travel_m" in thing ? { position, opens: thing.opens, travel: metres(thing.travel_m) } : { position }]];
    }),
  );
export const sceneToFile = (scene: SceneSpec): SceneFile =>
  sceneFile.parse(
    Object.fromEntries(
      Object.entries(scene).map(([name, { position, ...rest }]) => [
        name,
        {
          position_m: [...position],
          ...("travel" in rest && { opens: rest.opens.map((x: number) => (x === 0 ? 0 : x)), travel_m: rest.travel }),
        },
      ]),
    ),
  );

/** A training task that no split and seed can name: a lab's own scene, what was wanted in it, and who said what its steps were worth. */
export const ownTask = z.strictObject({
  scene: sceneFile,
  aim: z.enum(aimKinds),
  rewards: z.enum(["environment", "person", "decoded"]),
});
export type OwnTask = z.infer<typeof ownTask>;

export const aimOf = (kind: AimKind): SawyerAim => (kind === "reach" ? { kind, goal: REACH_GOAL } : { kind });

/** Whether an aim asks for something in a scene: what is there, and not so already when it is set out. */
export const isFeasible = (kind: AimKind, scene: SceneSpec): boolean => feasibleAims(scene).includes(kind);

/** Which side a scene has its drawer on, or would have, as things stand free across from it: 1, -1, or 0 where nothing tells. */
const sideOf = ({ drawer, ...free }: SceneSpec): number =>
  Math.sign(drawer ? drawer.position[1] : -(Object.values(free)[0]?.position[1] ?? 0));

/**
 * Whether what a task wants can be had in `scene` as it is had in its own: on the same side, as what is wanted on one side may be inferred otherwise
 * than on the other (docs/decisions/0034-exploring-by-elimination.md).
 */
export const isMeantIn = (scene: SceneSpec, { aim, scene: own }: SawyerTask): boolean =>
  isFeasible(aim.kind, scene) && sideOf(own) * sideOf(scene) >= 0;

/** The training tasks of a dataset: numbers of a seed, and after them the own ones, if it has any. */
export interface TrainingTasks {
  readonly taskSeed: number;
  /** All of them, own ones too. */
  readonly tasks: number;
  readonly own?: readonly OwnTask[] | undefined;
}

/** The own task that a number of a dataset stands for; undefined where the seed says what it is. */
export const ownTaskOf = ({ tasks, own = [] }: Pick<TrainingTasks, "tasks" | "own">, id: number): OwnTask | undefined =>
  own[id - (tasks - own.length)];

/** Scene and aim of training task `id` of a dataset. */
export function trainingTask(of: TrainingTasks, id: number): SawyerTask {
  const own = ownTaskOf(of, id);
  return own ? { id, scene: sceneOf(own.scene), aim: aimOf(own.aim) } : sawyerTask("train", of.taskSeed, id);
}
