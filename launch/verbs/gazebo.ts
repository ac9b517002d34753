import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { sawyer } from "../../robot/description/sawyer.ts";
import { bridgeYaml, shimJson } from "../../sim/gazebo/wiring.ts";
import { worldSdf } from "../../sim/gazebo/world.ts";
import { parseConfig } from "../../src/config/file.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import { readBundle } from "../../src/policy/bundle.ts";
import { sawyerTask } from "../../src/tasks/sawyer.ts";
import { integer, type Verb } from "../cli.ts";
import type { VerbContext } from "../verb.ts";

interface Options {
  readonly bundle: string;
  readonly task: number;
  readonly shim?: boolean;
}

const shipped = fileURLToPath(new URL("../../shipped/sawyer/bundle", import.meta.url));
/** A training scene of the shipped bundle with a drawer and a button in it. */
export const DEFAULT_TASK = 0;

/** The files of one dry run, by name. */
export const gazeboFiles = (scene: Parameters<typeof worldSdf>[1]): Readonly<Record<string, string>> => ({
  "world.sdf": worldSdf(sawyer, scene),
  "bridge.yaml": bridgeYaml(sawyer),
  "shim.json": shimJson(sawyer),
});

const topic = z.string().startsWith("/");
const settingsFile = z.strictObject({
  joints: z.array(z.string().min(1)).min(1),
  start_rad: z.array(z.number()),
  timeout_s: z.number().positive().max(1),
  velocity_topics: z.array(topic),
  commands_topic: topic,
  joint_states_from: topic,
  joint_states_to: topic,
  poses_from: topic,
});

async function write(folder: string, { bundle, task }: Options, context: VerbContext) {
  const { dataset } = (await readBundle(bundle)).manifest.provenance;
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
    const shim = await gazeboShim(node, settings, context.log);
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
      .option("--task <n>", "which of them stands on the table", integer(), DEFAULT_TASK)
      .option("--shim", "stand between ROS 2 and the world that was written to --out: the launch file starts this");
  },
  run: (options, context) => {
    const folder = path.resolve(context.out ?? "out/gazebo");
    return options.shim ? stand(folder, context) : write(folder, options, context);
  },
};
