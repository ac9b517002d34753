import path from "node:path";
import { z } from "zod";
import { readConfig, parseConfig } from "../src/config/file.ts";
import { loadLimits } from "../src/config/limits.ts";
import { OnarmError } from "../src/domain/errors.ts";
import { THINGS } from "../src/domain/scene.ts";
import type { SceneSpec, Thing } from "../src/domain/scene.ts";
import { isFeasible, isMeantIn, sceneFile, sceneOf, trainingTask } from "../src/tasks/ownTasks.ts";
import type { TrainingTasks } from "../src/tasks/ownTasks.ts";
import { LOCKER_TRAVEL, needs } from "../src/tasks/sawyer.ts";
import type { AimKind, SawyerTask } from "../src/tasks/sawyer.ts";
import { sawyerTask } from "../src/tasks/sawyerScenes.ts";
import { LIMITS_FILE } from "./sawyer.ts";

/** What a lab says of the one scene it has: how it stands, and which training tasks could be meant in it. */
const siteFile = z.strictObject({
  scene: sceneFile.refine(({ tray: _, ...moved }) => Object.values(moved).some((thing) => thing !== undefined), {
    error: "holds nothing to move",
  }),
  /** Left out: every training task whose aim asks for something there, on the side that its own scene has it. */
  label_tasks: z.array(z.int().min(0)).min(1).optional(),
});

export interface SiteFlags {
  readonly site?: string;
  readonly scene?: number;
  readonly labelTasks?: string;
  /** The scenes of so many test tasks of `taskSeed`. */
  readonly testScenes?: number;
  readonly taskSeed?: number;
}

/** The scenes that all of practice happens in, one in a lab, and the training tasks that its rollouts may be labelled as. */
export interface PracticeSite {
  readonly scenes: readonly SceneSpec[];
  readonly labelTasks: readonly number[];
  /** Of the label tasks, how many ask for what: "open-drawer 12, press-button 9". */
  readonly aims: string;
}

const refuse = (text: string): never => {
  throw new OnarmError("usage.invalid", `practise: ${text}`);
};

/** Whether the flags ask for other scenes than the training tasks' own. @throws "usage.invalid" for flags that do not go together */
export function asksForSite({ site, scene, labelTasks, testScenes }: SiteFlags): boolean {
  if (testScenes !== undefined && [site, scene, labelTasks].some((flag) => flag !== undefined))
    refuse("--test-scenes says where practice happens; leave --site, --scene and --label-tasks out");
  if (site !== undefined && (scene !== undefined || labelTasks !== undefined))
    refuse("--site tells scene and label tasks already; leave --scene and --label-tasks out");
  if (labelTasks !== undefined && scene === undefined) refuse("--label-tasks are of one scene; name it with --scene or --site");
  return [site, scene, testScenes].some((flag) => flag !== undefined);
}

/**
 * The one scene of a lab, or test tasks' scenes, and the training tasks that practice draws among: nobody tells practice which of them is meant there,
 * and each rollout is labelled as one of them. @throws "config.invalid" or "tasks.invalid" for a scene that cannot stand, and for a task that is none or asks for nothing there
 */
export function practiceSite(flags: SiteFlags, tasks: TrainingTasks): PracticeSite {
  const all = Array.from({ length: tasks.tasks }, (_, id) => trainingTask(tasks, id));
  if (flags.testScenes !== undefined) {
    const scenes = Array.from({ length: flags.testScenes }, (_, id) => sawyerTask("test", flags.taskSeed ?? 0, id).scene);
    const fit = all.filter((task) => scenes.some((scene) => isMeantIn(scene, task)));
    return siteOf(fit, scenes, `--test-scenes ${flags.testScenes}`);
  }
  const where = flags.site === undefined ? `--scene ${flags.scene}` : flags.site;
  const file = flags.site === undefined ? undefined : parseConfig(siteFile, readConfig(path.resolve(flags.site)), flags.site);
  if (flags.scene !== undefined && flags.scene >= tasks.tasks)
    refuse(`--scene ${flags.scene}: the bundle knows the scenes 0 to ${tasks.tasks - 1}`);
  const scene = file ? sceneOf(file.scene) : trainingTask(tasks, flags.scene!).scene;
  requireReach(scene, where);
  const named = file?.label_tasks ?? (flags.labelTasks === undefined ? undefined : numbers(flags.labelTasks));
  for (const id of named ?? []) requireMeant(all[id], id, scene, { where, count: tasks.tasks });
  const meant = named ? [...new Set(named)].map((id) => all[id]!) : all.filter((task) => isMeantIn(scene, task));
  return siteOf(meant, [scene], where);
}

function siteOf(meant: readonly SawyerTask[], scenes: readonly SceneSpec[], where: string): PracticeSite {
  if (meant.length === 0)
    throw new OnarmError("tasks.invalid", `${where}: no training task asks for anything in this scene; set out what they move`);
  return { scenes, labelTasks: meant.map(({ id }) => id), aims: counted(meant.map(({ aim }) => aim.kind)) };
}

/**
 * What is set out where a rollout that is labelled as training task `id` is made: the task's own scene, or else the site's; of several each gets its share
 * of the tasks, the next one where the aim asks for nothing in it.
 */
export const settingOf = (tasks: TrainingTasks, site: PracticeSite | undefined, id: number): SawyerTask => {
  const task = trainingTask(tasks, id);
  if (!site) return task;
  const { length } = site.scenes;
  const inTurn = Array.from({ length }, (_, k) => site.scenes[(id + k) % length]!);
  return { ...task, scene: inTurn.find((scene) => isMeantIn(scene, task)) ?? inTurn[0]! };
};

function numbers(list: string): number[] {
  const found = list.split(",").map((part) => (/^\s*\d{1,7}\s*$/.test(part) ? Number(part) : NaN));
  if (!found.every(Number.isInteger)) refuse(`--label-tasks ${list}: numbers of training tasks with commas between, as 3,17,40`);
  return found;
}

function requireMeant(
  task: SawyerTask | undefined,
  id: number,
  scene: SceneSpec,
  { where, count }: { readonly where: string; readonly count: number },
): void {
  if (!task)
    throw new OnarmError("tasks.invalid", `${where}: label task ${id}: the bundle has the training tasks 0 to ${count - 1}`);
  const { kind } = task.aim;
  if (isFeasible(kind, scene)) return;
  throw new OnarmError(
    "tasks.invalid",
    `${where}: label task ${id} asks for ${kind}, and ${whyNot(kind, scene)}; leave it out, or the list, for all that fit`,
  );
}

/** Why an aim asks for nothing in a scene. */
function whyNot(kind: AimKind, scene: SceneSpec): string {
  const missing = needs[kind].find((thing) => !scene[thing]);
  if (missing) return `there is no ${missing}`;
  if (kind === "pick-brick") return scene.locker ? "the locker that it lies in stands closed there" : "there is no locker";
  return `the ${needs[kind][0]} stands ${kind.startsWith("open-") ? "open" : "closed"} there already`;
}

/** m: what the tip has to get to lies in the workspace of the limits file. */
function requireReach(scene: SceneSpec, where: string): void {
  const { min, max } = loadLimits(LIMITS_FILE).workspace;
  for (const name of THINGS) {
    const inside = atWork(name, scene)?.every((x, i) => x >= min[i]! && x <= max[i]!) ?? true;
    if (inside) continue;
    const box = ["x", "y"].map((axis, i) => `${axis} ${min[i]} to ${max[i]} m`).join(", ");
    throw new OnarmError("tasks.invalid", `${where}: the ${name} stands out of the arm's reach (${box}); put it within`);
  }
}

/** x and y of where a thing is got at, m: a locker and what it holds, when it is driven out. */
function atWork(name: Thing, scene: SceneSpec): [number, number] | undefined {
  const [thing, { locker }] = [scene[name], scene];
  if (!thing) return undefined;
  const way = { locker: LOCKER_TRAVEL, brick: LOCKER_TRAVEL - (locker?.travel ?? 0) }[name as string] ?? 0;
  const [ox, oy] = locker?.opens ?? [0, 0];
  return [thing.position[0] + way * ox, thing.position[1] + way * oy];
}

function counted(kinds: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, n]) => `${kind} ${n}`).join(", ");
}
