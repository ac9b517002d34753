import { sawyer } from "../robot/description/sawyer.ts";
import { spawnTwin } from "../sim/pacedTwin.ts";
import { loadLimits } from "../src/config/limits.ts";
import { armEnvironment } from "../src/control/armEnvironment.ts";
import { createController } from "../src/control/controller.ts";
import type { Controller } from "../src/control/controller.ts";
import { withoutRewards } from "../src/control/withoutRewards.ts";
import type { Bundle } from "../src/policy/bundle.ts";
import type { SawyerTask } from "../src/tasks/sawyer.ts";
import { driving } from "./driving.ts";
import { LIMITS_FILE } from "./sawyer.ts";

/**
 * Practice at real speed, for eyes: the twin in a process of its own, driven in wall time by the bundle that may drive now. It learns
 * nothing and decides nothing; the run beside it does that in lockstep.
 */
export interface PacedSample {
  readonly controller: Controller;
  /** The scene practised in now. */
  task(): SawyerTask | undefined;
  /** From the next episode on. */
  use(bundle: Bundle): void;
  close(): Promise<void>;
}

export async function openPacedSample(seed: number): Promise<PacedSample> {
  const limits = loadLimits(LIMITS_FILE);
  const twin = await spawnTwin(sawyer, { timeout: 0.1, linger: 2 });
  const { arm, scene, clock, gripper } = twin;
  const controller = createController({ arm, scene, clock, description: sawyer, limits });
  const ended = new AbortController();
  const { signal } = ended;
  const started = () => ["running", "resetting", "holding"].includes(controller.mode().is);
  // After a stop the operator resets, enables and starts; until then the sample waits.
  const attend = () => clock.run(() => started() || signal.aborted);
  const environment = withoutRewards(armEnvironment({ controller, scene, clock, gripper, description: sawyer, limits, attend }));
  let beats = 0;
  await clock.run(() => ++beats > 20 && controller.mode().is !== "offline");
  controller.start();
  let bundle: Bundle | undefined;
  const plan = (scene: number) => bundle && { bundle, scene };
  const { done, task } = driving({ controller, environment, clock, seed, signal, plan });
  const over = done.catch(() => {});
  return {
    controller,
    task,
    use: (next) => void (bundle = next),
    close: async () => {
      ended.abort();
      await controller.close();
      await twin.end();
      await Promise.race([over, new Promise((resolve) => setTimeout(resolve, 500))]);
    },
  };
}
