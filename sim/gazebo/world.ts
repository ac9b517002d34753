import type { ArmDescription } from "../../src/domain/arm.ts";
import type { SceneSpec } from "../../src/domain/scene.ts";
import { armModel } from "./arm.ts";
import { WORLD } from "./names.ts";
import { sceneModels } from "./scene.ts";
import { element, leaf, system } from "./sdf.ts";

/** s: Gazebo's own step, at which its velocity servos hold a drawer's spring. */
const STEP = 0.001;

const said = [
  "A Rethink Sawyer, a table and what stands on it, for Gazebo Harmonic; primitive shapes only.",
  "Written by `onarm gazebo` from the facts that the twin is made of: change those, not this.",
].join(" ");

/** The whole world as SDF 1.9: its systems, the arm with its base at the origin, and a scene. SI. @throws "tasks.invalid", "config.invalid" */
export const worldSdf = (description: ArmDescription, scene: SceneSpec): string =>
  `<?xml version="1.0"?>\n<!-- ${said} -->\n` +
  element(
    "sdf",
    { version: "1.9" },
    element(
      "world",
      { name: WORLD },
      element("physics", { name: "step", type: "ignored" }, leaf("max_step_size", STEP), leaf("real_time_factor", 1)),
      leaf("gravity", "0 0 -9.81"),
      system("physics", "Physics"),
      system("user-commands", "UserCommands"),
      system("scene-broadcaster", "SceneBroadcaster"),
      system("contact", "Contact"),
      element(
        "light",
        { name: "lamp", type: "directional" },
        leaf("cast_shadows", false),
        leaf("pose", "1 -1 3 0 0 0"),
        leaf("diffuse", "0.9 0.9 0.9 1"),
        leaf("specular", "0.1 0.1 0.1 1"),
        leaf("direction", "-0.3 0.4 -0.9"),
      ),
      armModel(description),
      ...sceneModels(scene),
    ),
  ) +
  "\n";
