import { antFallen, antReward, antSpec } from "../../src/tasks/ant.ts";
import type { AntTask } from "../../src/tasks/ant.ts";
import type { Environment } from "../../src/ports/environment.ts";
import { ANT_STANCE, antMjcf } from "./antMjcf.ts";
import { leggedEnvironment } from "./legged.ts";

/** The ant. A torso below 0.2 m or above 1 m ends the task for good. The caller closes it. */
export const antEnvironment = (): Promise<Environment<AntTask>> =>
  leggedEnvironment<AntTask>({
    spec: antSpec,
    mjcf: antMjcf,
    stance: ANT_STANCE,
    observe: (physics) => [...physics.data("qpos").subarray(2), ...physics.data("qvel")],
    reward: (task, velocity, action, physics) => {
      physics.externalForces();
      return antReward(task, velocity, action, physics.data("cfrc_ext"));
    },
    fallen: (physics) => antFallen(physics.data("qpos")[2]!),
  });
