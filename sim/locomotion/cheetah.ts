import { cheetahReward, cheetahSpec } from "../../src/tasks/cheetah.ts";
import type { CheetahTask } from "../../src/tasks/cheetah.ts";
import type { Environment } from "../../src/ports/environment.ts";
import { cheetahMjcf } from "./cheetahMjcf.ts";
import { leggedEnvironment } from "./legged.ts";

/** The half-cheetah. Nothing it does ends its task: lying on its back is slow enough a punishment. The caller closes it. */
export const cheetahEnvironment = (): Promise<Environment<CheetahTask>> =>
  leggedEnvironment<CheetahTask>({
    spec: cheetahSpec,
    mjcf: cheetahMjcf,
    stance: Array.from({ length: 9 }, () => 0),
    observe: (physics) => {
      const torso = 3 * physics.body("torso");
      return [...physics.data("qpos").subarray(1), ...physics.data("qvel"), ...physics.data("xpos").subarray(torso, torso + 3)];
    },
    reward: (task, [forward], action) => cheetahReward(task, forward, action),
    fallen: () => false,
  });
