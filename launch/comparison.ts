import { judgeCandidate } from "../src/gate/judge.ts";
import type { Judgement } from "../src/gate/judge.ts";
import type { Bundle } from "../src/policy/bundle.ts";
import type { GateEntry } from "./gateLog.ts";
import { weightsOf } from "./rollouts.ts";
import type { Rollouts } from "./rollouts.ts";
import type { TaskScore } from "./rolloutWorker.ts";
import { scoreTasks } from "./score.ts";

const gateScore = (s: TaskScore) => ({ task: s.task, return: s.return, success: Number(s.success) });
const finiteOrNull = (x: number) => (Number.isFinite(x) ? x : null);

/**
 * Both bundles on the same validation tasks - which neither training nor practice has seen, and which no reported score uses - with
 * the same random numbers, and the gate's verdict. An aborted comparison is refused.
 */
export async function compareBundles(
  rollouts: Rollouts,
  { incumbent, candidate, tasks, seed }: { incumbent: Bundle; candidate: Bundle; tasks: number; seed: number },
  done: (count: number) => void,
  signal: AbortSignal,
): Promise<{ judgement: Judgement; theirs: TaskScore[]; ours: TaskScore[] }> {
  const score = async (bundle: Bundle) => {
    await rollouts.load(weightsOf(bundle));
    const { taskSeed } = incumbent.manifest.provenance.dataset;
    return scoreTasks(rollouts, bundle, { split: "validation", taskSeed, tasks, context: "own", seed }, done, signal);
  };
  const [theirs, ours] = [await score(incumbent), await score(candidate)];
  const { practice } = candidate.manifest.provenance;
  const judgement = judgeCandidate({
    incumbent: theirs.map(gateScore),
    candidate: ours.map(gateScore),
    hasSuccess: incumbent.spec.hasSuccess,
    checks: [
      {
        name: "practice on its own labels",
        ok: practice === "self" || practice === "none",
        detail: `practice with "${practice}" is an experiment and never drives`,
      },
      { name: "an uninterrupted comparison", ok: !signal.aborted },
    ],
  });
  return { judgement, theirs, ours };
}

/** The verdict as a line of the gate log. */
export const gateEntry = (judgement: Judgement, incumbent: Bundle, candidate: Bundle): GateEntry => ({
  time: new Date().toISOString(),
  verdict: judgement.verdict,
  incumbent: incumbent.hash,
  candidate: candidate.hash,
  reasons: judgement.reasons,
  difference: finiteOrNull(judgement.difference),
  low: finiteOrNull(judgement.low),
  high: finiteOrNull(judgement.high),
  tasks: judgement.tasks,
});
