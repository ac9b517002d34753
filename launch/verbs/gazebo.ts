import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { sawyer } from "../../robot/description/sawyer.ts";
import type { ShimSettings } from "../../robot/gazebo/shim.ts";
import { bridgeYaml, shimJson } from "../../sim/gazebo/wiring.ts";
import { worldSdf } from "../../sim/gazebo/world.ts";
import { parseConfig } from "../../src/config/file.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import type { SceneSpec } from "../../src/domain/scene.ts";
import { metres } from "../../src/domain/units.ts";
import { readBundle } from "../../src/policy/bundle.ts";
import { sawyerTask } from "../../src/tasks/sawyerScenes.ts";
import { integer, type Verb } from "../cli.ts";
import type { VerbContext } from "../verb.ts";

interface Options {
  readonly bundle: string;
  readonly task?: number;
  readonly shim?: boolean;
}

const shipped = fileURLToPath(new URL("../../shipped/sawyer/bundle", import.meta.url));
/** Of the first training scenes, the one in which most things stand. */
const fullest = (seed: number): number => {
  const things = (id: number) => Object.keys(sawyerTask("train", seed, id).scene).length;
  return Array.from({ length: 50 }, (_, id) => id).reduce((most, id) => (things(id) > things(most) ? id : most));
};

/** The files of one dry run, by name. */
export const gazeboFiles = (scene: Parameters<typeof worldSdf>[1]): Readonly<Record<string, string>> => ({
  "world.sdf": worldSdf(sawyer, scene),
  "bridge.yaml": bridgeYaml(sawyer),
  "shim.json": shimJson(sawyer, scene),
});

const topic = z.string().startsWith("/");
const point = z.tuple([z.number(), z.number(), z.number()]);
const stands = z.strictObject({ position: point }).optional();
const slides = z.strictObject({ position: point, opens: point, travel: z.number().transform(metres) }).optional();
const settingsFile = z.strictObject({
  joints: z.array(z.string().min(1)).min(1),
  start_rad: z.array(z.number()),
  timeout_s: z.number().positive().max(1),
  velocity_topics: z.array(topic),
  commands_topic: topic,
  joint_states_from: topic,
  joint_states_to: topic,
  poses_from: topic,
  world: z.string().min(1),
  scene: z.strictObject({
    drawer: slides,
    button: stands,
    locker: slides,
    tray: stands,
    object: stands,
    brick: stands,
  }),
});

/** A key that is absent, and one that is there without a value, are the same to a scene. */
const shimSettings = ({ scene, ...rest }: z.output<typeof settingsFile>): ShimSettings => ({
  ...rest,
  scene: Object.fromEntries(Object.entries(scene).filter(([, thing]) => thing !== undefined)) as SceneSpec,
});

async function write(folder: string, { bundle, ...options }: Options, context: VerbContext) {
  const { dataset } = (await readBundle(bundle)).manifest.provenance;
  const task = options.task ?? fullest(dataset.taskSeed);
  const { scene } = sawyerTask("train", dataset.taskSeed, task);
  await mkdir(folder, { recursive: true });
  const files = gazeboFiles(scene);
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  context.log(
    `${Object.keys(files).join(", ")} in ${folder}; ros2 launch launch/ros/gazebo.launch.py world:=${folder} (docs/gazebo.md)`,
  );
  return { folder, files: Object.keys(files), task, things: Object.keys(scene) };
}

/** Stands between ROS 2 and the world of a folder until it is interrupted. */
async function stand(folder: string, context: VerbContext) {
  const file = path.join(folder, "shim.json");
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new OnarmError("file.missing", `${file} cannot be read; write it first: npx onarm gazebo --out ${folder}`, {}, error);
  });
  const settings = parseConfig(settingsFile, text, file);
  const [{ openRos2 }, { gazeboShim }] = await Promise.all([import("../../robot/ros.ts"), import("../../robot/gazebo/shim.ts")]);
  const node = await openRos2({ name: "onarm_shim" });
  try {
    const shim = await gazeboShim(node, shimSettings(settings), { log: context.log });
    context.log(`between ROS 2 and ${folder}; Ctrl-C ends it`);
    await new Promise<void>((over) => context.signal.addEventListener("abort", () => over(), { once: true }));
    shim.close();
  } finally {
    await node.close();
  }
  return { folder, shim: true };
}

export const verb: Verb<Options> = {
  name: "gazebo",
  summary:
    "write the arm and a scene as a Gazebo world, with the bridge's table and the shim's settings, for a dry run; or be that shim",
  options: (command) => {
    command
      .option("--bundle <dir>", "whose training scenes are meant", shipped)
      .option("--task <n>", "which of them stands on the table; the fullest of the first fifty when left out", integer())
      .option("--shim", "stand between ROS 2 and the world that was written to --out: the launch file starts this");
  },
  run: (options, context) => {
    const folder = path.resolve(context.out ?? "out/gazebo");
    return options.shim ? stand(folder, context) : write(folder, options, context);
  },
};
