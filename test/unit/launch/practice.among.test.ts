import { expect } from "chai";
import { practise, type PracticeRound } from "../../../launch/practice.ts";
import type { PractiseJob, Practised } from "../../../launch/rolloutWorker.ts";
import type { Rollouts } from "../../../launch/rollouts.ts";
import type { Remote } from "../../../launch/rpc.ts";
import type { TrainerHandlers } from "../../../launch/trainer.ts";
import { presetConfig } from "../../../src/learning/config.ts";
import { seconds } from "../../../src/domain/units.ts";
import { sawyerSpec } from "../../../src/tasks/sawyer.ts";

/** Rounds of practice without an arm or a learner: what was asked of both. */
async function rounds(over: Partial<Parameters<typeof practise>[0]> = {}, stepsMade = 1) {
  const asked: PractiseJob["rollouts"][number][] = [];
  const rollouts = {
    load: async () => {},
    practise: async (job: PractiseJob): Promise<Practised[]> => {
      asked.push(...job.rollouts);
      return job.rollouts.map(({ task }) => ({
        rollout: {
          ...{ task, steps: stepsMade, terminated: false, human: false },
          ...{ observation: new Float32Array(22), action: new Float32Array(3) },
        },
        trace: { records: [], steps: [], duration: seconds(0), stops: 0, clamps: 0 },
      }));
    },
  } as unknown as Rollouts;
  const trainer = {
    call: async (name: string, job: { rollouts?: unknown[]; tasks?: number[] }) =>
      ({
        addPractice: job?.rollouts?.map(() => new Float32Array(1)),
        beliefs: job?.tasks?.map(() => ({ mean: new Float32Array(2), variance: new Float32Array(2) })),
      })[name] ?? {},
  } as unknown as Remote<TrainerHandlers>;
  const made: PracticeRound[] = [];
  await practise({
    ...{ rollouts, trainer, contextRows: 8, taskSeed: 1, taskCount: 40, steps: 60, horizon: 60, seed: 3, kind: "self" },
    config: presetConfig("default", sawyerSpec),
    signal: new AbortController().signal,
    onRound: (round) => void made.push(round),
    ...over,
  });
  return { asked, tasks: asked.map(({ task }) => task), made };
}

describe("what practice draws", () => {
  it("is every training task, in its own scene, where nothing else is said", async () => {
    const { asked, tasks } = await rounds({ steps: 400 });
    expect(new Set(tasks).size).to.be.above(20);
    expect(Math.max(...tasks)).to.be.within(30, 39);
    expect(asked.every((one) => !("setting" in one))).to.equal(true);
  });

  it("is each task once before any again, in another order every time and with every seed", async () => {
    const preset = presetConfig("default", sawyerSpec);
    const config = { ...preset, practice: { ...preset.practice, priorEpisodes: 1, posteriorEpisodes: 0, tasksPerRound: 7 } };
    const visits = async (seed: number) => (await rounds({ config, seed, steps: 80 })).tasks.slice(0, 80);
    const [first, second] = [await visits(3), await visits(4)];
    for (const order of [first.slice(0, 40), first.slice(40), second.slice(0, 40)])
      expect([...order].sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 40 }, (_, task) => task));
    expect(new Set([first.slice(0, 40), first.slice(40), second.slice(0, 40)].map(String)).size).to.equal(3);
  });

  it("is over after as many tries as steps were asked for, where the arm is stopped in every first step", async () => {
    const { tasks, made } = await rounds({ steps: 60 }, 0);
    expect(tasks.length).to.be.within(60, 89);
    expect(made.at(-1)!.state.steps).to.equal(tasks.length);
  });

  it("is one of the site's label tasks for each rollout, all of them in time, in the scene that is set out for it", async () => {
    const among = [3, 17, 38];
    const { asked, tasks, made } = await rounds({ steps: 400, among, setting: (task) => ({ stands: task }) });
    expect(new Set(tasks)).to.deep.equal(new Set(among));
    expect(asked.map(({ setting }) => setting)).to.deep.equal(tasks.map((task) => ({ stands: task })));
    expect(made.flatMap((round) => round.rollouts.map(({ task }) => task))).to.deep.equal(tasks);
  });

  it("is the same again from the same seed, and other rounds from another", async () => {
    const among = [3, 17, 38];
    const [one, again, other] = [await rounds({ among }), await rounds({ among }), await rounds({ among, seed: 4 })];
    expect(again.tasks).to.deep.equal(one.tasks);
    expect(other.tasks).to.not.deep.equal(one.tasks);
  });
});
