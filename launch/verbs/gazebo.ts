import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { sawyer } from "../../robot/description/sawyer.ts";
import { bridgeYaml, shimJson } from "../../sim/gazebo/wiring.ts";
import { worldSdf } from "../../sim/gazebo/world.ts";
import { readBundle } from "../../src/policy/bundle.ts";
import { sawyerTask } from "../../src/tasks/sawyer.ts";
import { integer, type Verb } from "../cli.ts";

interface Options {
  readonly bundle: string;
  readonly task: number;
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

export const verb: Verb<Options> = {
  name: "gazebo",
  summary: "write the arm and a scene as a Gazebo world, with the bridge's table and the shim's settings, for a dry run",
  options: (command) => {
    command
      .option("--bundle <dir>", "whose training scenes are meant", shipped)
      .option("--task <n>", "which of them stands on the table", integer(), DEFAULT_TASK);
  },
  run: async ({ bundle, task }, context) => {
    const { dataset } = (await readBundle(bundle)).manifest.provenance;
    const { scene } = sawyerTask("train", dataset.taskSeed, task);
    const folder = path.resolve(context.out ?? "out/gazebo");
    await mkdir(folder, { recursive: true });
    const files = gazeboFiles(scene);
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
    context.log(
      `${Object.keys(files).join(", ")} in ${folder}; ros2 launch launch/ros/gazebo.launch.py world:=${folder} (docs/gazebo.md)`,
    );
    return { folder, files: Object.keys(files), task, things: Object.keys(scene) };
  },
};
