import { homing } from "../../src/control/scripted.ts";
import { metaTest } from "../../src/control/metaTest.ts";
import { OnarmError } from "../../src/domain/errors.ts";
import { rng } from "../../src/domain/rng.ts";
import { requireSpec } from "../../src/policy/bundle.ts";
import type { Bundle } from "../../src/policy/bundle.ts";
import { sawyerSpec } from "../../src/tasks/sawyer.ts";
import { sawyerTask } from "../../src/tasks/sawyerScenes.ts";
import { recallOf } from "../recalling.ts";
import { agentOf } from "../driving.ts";
import { openSawyer } from "../sawyer.ts";
import { traceRollout } from "../trace.ts";
import { shotsOf, type Film } from "./shots.ts";

/**
 * A bundle's scored episode of a held-out task, tried now on the embedded arm: it explores, infers what is wanted, and acts, as `evaluate` has it
 * do, with the same random numbers. @throws "bundle.mismatch" for a bundle of another domain, or of an algorithm that drives no arm
 */
export async function tried(
  bundle: Bundle,
  {
    taskSeed,
    task: id,
    seed,
    signal,
  }: { readonly taskSeed: number; readonly task: number; readonly seed: number; readonly signal: AbortSignal },
): Promise<Film> {
  requireSpec(bundle, sawyerSpec);
  const agent = await agentOf(bundle);
  const remembers = await recallOf(bundle);
  const { twin, controller, environment } = await openSawyer();
  try {
    const task = sawyerTask("test", taskSeed, id);
    const trace = traceRollout(environment, { joints: twin.arm.joints, tick$: controller.tick$ });
    const stream = rng("meta-test", seed, "test", taskSeed, id);
    const { scored } = await metaTest(trace.environment, task, agent, {
      ...{ ...bundle.manifest.metaTest, id, context: "own", rng: stream, signal, remembers, home: homing },
    });
    const { records, steps } = trace.end();
    const joints = records.flatMap((record) => (record.channel === "/joint_states" ? [record] : []));
    const began = steps.slice(steps.length - scored.steps).map(({ at }) => at as number);
    const width = sawyerSpec.observation.length;
    const rows = Array.from({ length: scored.steps + 1 }, (_, t) => ({
      at: began[t] ?? (began.at(-1) ?? 0) + sawyerSpec.period,
      observation: scored.observation.subarray(t * width, (t + 1) * width),
      byHand: false,
    }));
    const cannot = (why: string) => new OnarmError("dataset.mismatch", `held-out task ${id}: the episode ${why}`);
    const shots = shotsOf(rows, joints, task.aim.kind, cannot);
    const cut = scored.steps < sawyerSpec.horizon && !scored.terminated;
    return { scene: task.scene, aim: task.aim.kind, shots, ...(cut ? { partly: "it was cut short" } : {}) };
  } finally {
    await agent.dispose();
    await remembers?.dispose();
    await controller.close();
    await twin.arm.close();
  }
}
