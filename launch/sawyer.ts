import { fileURLToPath } from "node:url";
import { sawyer } from "../robot/description/sawyer.ts";
import { createTwin } from "../sim/twin.ts";
import type { Twin } from "../sim/twin.ts";
import { loadLimits } from "../src/config/limits.ts";
import { armEnvironment } from "../src/control/armEnvironment.ts";
import { createController } from "../src/control/controller.ts";
import type { Controller } from "../src/control/controller.ts";
import type { Environment } from "../src/ports/environment.ts";
import type { SawyerTask } from "../src/tasks/sawyer.ts";

export const LIMITS_FILE = fileURLToPath(new URL("../robot/description/limits.yaml", import.meta.url));

/** The embedded arm in lockstep, under the whole control stack: twin, controller, governor, environment. */
export async function openSawyer(): Promise<{ twin: Twin; controller: Controller; environment: Environment<SawyerTask> }> {
  const limits = loadLimits(LIMITS_FILE);
  const twin = await createTwin(sawyer, { timeout: 0.1 });
  const { arm, scene, clock, gripper } = twin;
  await gripper.calibrate();
  const controller = createController({ arm, scene, clock, description: sawyer, limits });
  const pass = (beats: number) => clock.run(() => --beats < 0);
  /** What a person would do beside a robot that was stopped: nothing here can be hurt, so the program does it. */
  const attend = async () => {
    if (controller.mode().is === "stopped") {
      await controller.reset();
      await pass(2);
      await controller.enable();
      await pass(2);
    }
    controller.start();
  };
  const environment = armEnvironment({ controller, scene, clock, gripper, description: sawyer, limits, attend });
  // Two states, so that the controller knows the arm before the first reset is asked for.
  await pass(1);
  controller.start();
  return { twin, controller, environment };
}
