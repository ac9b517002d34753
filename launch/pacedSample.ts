import { sawyer } from "../robot/description/sawyer.ts";
import { spawnTwin } from "../sim/pacedTwin.ts";
import { loadLimits } from "../src/config/limits.ts";
import { armEnvironment } from "../src/control/armEnvironment.ts";
import { createController } from "../src/control/controller.ts";
import type { Controller } from "../src/control/controller.ts";
import { underBelief } from "../src/control/metaTest.ts";
import { rollout } from "../src/control/rollout.ts";
import { withoutRewards } from "../src/control/withoutRewards.ts";
import { isOnarmError } from "../src/domain/errors.ts";
import { rng } from "../src/domain/rng.ts";
import { Agent } from "../src/policy/agent.ts";
import type { Bundle } from "../src/policy/bundle.ts";
import { sawyerTask } from "../src/tasks/sawyer.ts";
import type { SawyerTask } from "../src/tasks/sawyer.ts";
import { LIMITS_FILE } from "./sawyer.ts";
import { weightsOf } from "./rollouts.ts";

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
  const { arm, scene, clock } = twin;
  const controller = createController({ arm, scene, clock, description: sawyer, limits });
  const ended = new AbortController();
  const started = () => ["running", "resetting", "holding"].includes(controller.mode().is);
  // After a stop the operator resets, enables and starts; until then the sample waits.
  const attend = () => clock.run(() => started() || ended.signal.aborted);
  const environment = withoutRewards(armEnvironment({ controller, scene, clock, description: sawyer, limits, attend }));
  let [bundle, loaded, task]: [Bundle | undefined, Bundle | undefined, SawyerTask | undefined] = [
    undefined,
    undefined,
    undefined,
  ];
  let agent: Agent | undefined;

  const practise = async () => {
    let beats = 0;
    await clock.run(() => ++beats > 20 && controller.mode().is !== "offline");
    controller.start();
    for (let episode = 0; !ended.signal.aborted; episode++) {
      if (!bundle) {
        beats = 0;
        await clock.run(() => ++beats > 10);
        continue;
      }
      if (bundle !== loaded) {
        const weights = weightsOf(bundle);
        agent ??= await Agent.create(bundle.spec, weights.nets, weights.head, weights.contextRows);
        agent.load(weights.tensors);
        loaded = bundle;
      }
      task = sawyerTask("train", bundle.manifest.provenance.dataset.taskSeed, episode % bundle.manifest.provenance.dataset.tasks);
      const stream = rng("paced sample", seed, episode);
      const controllerOf = underBelief(agent!, agent!.prior(), bundle.manifest.metaTest.latentPeriod, stream);
      await rollout(environment, task, controllerOf, { task: task.id, signal: ended.signal }).catch((error: unknown) => {
        // A stop, a hold or a lost scene ends an episode, not the sample.
        if (!isOnarmError(error)) throw error;
      });
    }
  };
  const done = practise().catch(() => {});
  return {
    controller,
    task: () => task,
    use: (next) => void (bundle = next),
    close: async () => {
      ended.abort();
      await controller.close();
      await twin.end();
      await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 500))]);
      await agent?.dispose();
    },
  };
}
