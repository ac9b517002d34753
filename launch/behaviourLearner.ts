import { setPriority } from "node:os";
import { rewardedRollout } from "../src/control/rollout.ts";
import { OnarmError } from "../src/domain/errors.ts";
import type { Episode } from "../src/domain/experience.ts";
import { rng } from "../src/domain/rng.ts";
import { actorTensors, SacLearner } from "../src/learning/sacLearner.ts";
import { sacDefault } from "../src/learning/sac.ts";
import type { Environment } from "../src/ports/environment.ts";
import { FOREIGN, openDomain } from "./domains.ts";
import { serve } from "./rpc.ts";

/** Learns a domain's behaviour on its training tasks, as a process of its own: SAC that is told the task, and the replay it leaves. */
interface Learning {
  readonly environment: Environment;
  readonly tasks: readonly unknown[];
  readonly goals: readonly Float32Array[];
  readonly sac: SacLearner;
  readonly seed: number;
  /** Episodes of each task, oldest first. */
  readonly replay: Episode[][];
}
let learning: Learning | undefined;
const opened = () => {
  if (!learning) throw new Error("open() comes first");
  return learning;
};

const handlers = {
  async open(job: { name: string; tasks: number; taskSeed: number; seed: number }): Promise<void> {
    const domain = await openDomain(job.name);
    const { goal } = domain;
    if (!goal) throw new OnarmError("usage.invalid", `a task of ${job.name} cannot be told to a behaviour learner`);
    const tasks = Array.from({ length: job.tasks }, (_, id) => domain.task("train", job.taskSeed, id));
    const goals = tasks.map(goal);
    const sac = await SacLearner.create(domain.spec, goals, job.seed, { ...sacDefault, ...domain.learning });
    const { environment } = await domain.open();
    learning = { environment, tasks, goals, sac, seed: job.seed, replay: tasks.map(() => []) };
  },
  /**
   * One episode of a task, then the updates that its steps have earned. One episode in three the actor is told another training task's
   * goal, so that the replay of a task also holds what does not suit it. @returns its return, and whether the task was the one told.
   */
  async episode({ task, round }: { task: number; round: number }): Promise<{ return: number; own: boolean }> {
    const { environment, tasks, goals, sac, seed, replay } = opened();
    const stream = rng("learned behaviour", seed, round, task);
    const own = stream.uniform() >= FOREIGN;
    const goal = own ? goals[task]! : stream.pick(goals);
    const { episode } = await rewardedRollout(environment, tasks[task], (seen) => sac.act(seen, goal, stream), { task });
    sac.add(episode);
    replay[task]!.push(episode);
    await sac.update(Math.max(1, Math.round(episode.steps * sac.config.updatesPerStep)));
    return { return: episode.reward.reduce((a, b) => a + b, 0), own };
  },
  /** What there is after so many whole rounds: the last `episodes` of each task, grouped by task, and the actor. */
  replay({ rounds, episodes }: { rounds: number; episodes: number }) {
    const { sac, goals, replay } = opened();
    return {
      episodes: replay.flatMap((of) => of.slice(Math.max(0, rounds - episodes), rounds)),
      steps: replay.flat().reduce((n, episode) => n + episode.steps, 0),
      updates: sac.updates,
      goal: goals[0]!.length,
      hidden: sac.config.hidden,
      tensors: Object.fromEntries(Object.entries(actorTensors(sac.trained)).map(([name, view]) => [name, view.slice()])),
    };
  },
};
export type BehaviourHandlers = typeof handlers;

// Learning yields to whoever drives an arm on the same machine.
setPriority(10);
serve(handlers);
