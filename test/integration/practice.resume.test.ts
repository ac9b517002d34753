import { expect } from "chai";
import fc from "fast-check";
import { practise } from "../../launch/practice.ts";
import type { PracticeKind, PracticeParts, PracticeState } from "../../launch/practice.ts";
import { presetConfig } from "../../src/learning/config.ts";
import type { SmacConfig } from "../../src/learning/config.ts";
import { pointSpec } from "../../src/tasks/point.ts";

/** What changes a trainer or moves an arm, in order. Updates are counted one by one, because a chunk's size is nobody's business. */
type Deed = string;

/** A trainer and an arm that write down what they are asked; the arm's rollouts are `steps` long. The interrupt comes at deed `stopAt`. */
function fakes(deeds: Deed[], steps: number, stopAt = Infinity) {
  const stop = new AbortController();
  const done = (deed: Deed) => {
    deeds.push(deed);
    if (deeds.length >= stopAt) stop.abort();
  };
  const trainer = {
    call: async (method: string, argument: unknown) => {
      switch (method) {
        case "update":
          for (let u = 0; u < (argument as { count: number }).count; u++) done("update");
          return { critic1: 0 };
        case "addPractice":
          done(`add ${JSON.stringify(argument)}`);
          return (argument as { rollouts: unknown[] }).rollouts.map(() => new Float32Array(steps));
        case "beliefs":
          return (argument as { tasks: number[] }).tasks.map((task) => ({ mean: [task], variance: [1] }));
        default:
          return {};
      }
    },
  };
  const rollouts = {
    load: async () => {},
    practise: async (job: { rollouts: { task: number; label: string }[] }) => {
      done(`practise ${JSON.stringify(job)}`);
      return job.rollouts.map(({ task, label }) => ({
        rollout: { task, steps, label },
        trace: { records: [], steps: [], stops: 0, clamps: 0 },
      }));
    },
  };
  return { trainer, rollouts, signal: stop.signal } as unknown as Pick<PracticeParts, "trainer" | "rollouts" | "signal">;
}

const configOf = (practice: Partial<SmacConfig["practice"]>): SmacConfig => {
  const base = presetConfig("default", pointSpec);
  return { ...base, practice: { ...base.practice, ...practice } };
};

async function run(kind: PracticeKind, config: SmacConfig, deeds: Deed[], stopAt?: number, from?: PracticeState) {
  const rounds: { state: PracticeState; exploration: readonly boolean[] }[] = [];
  const state = await practise({
    ...fakes(deeds, 7, stopAt),
    config,
    contextRows: 64,
    taskSeed: 1,
    taskCount: 9,
    steps: 120,
    horizon: 7,
    seed: 5,
    kind,
    ...(from ? { from } : {}),
    onRound: ({ state, exploration }) => void rounds.push({ state, exploration }),
  });
  return { state, rounds };
}

const kinds = fc.constantFrom<PracticeKind[]>("self", "offline-only", "random-labels");
const settings = fc.record({
  tasksPerRound: fc.integer({ min: 1, max: 3 }),
  priorEpisodes: fc.integer({ min: 1, max: 2 }),
  posteriorEpisodes: fc.integer({ min: 0, max: 2 }),
  updatesPerStep: fc.constantFrom(0.01, 0.3, 1, 20),
});

describe("Practice that is interrupted", () => {
  it("anywhere, and gone on with from where it says it got to, does exactly what an uninterrupted one does", () =>
    fc.assert(
      fc.asyncProperty(kinds, settings, fc.integer({ min: 1, max: 3000 }), async (kind, practice, stopAt) => {
        const config = configOf(practice);
        const [whole, parts]: [Deed[], Deed[]] = [[], []];
        const uninterrupted = await run(kind, config, whole);
        const first = await run(kind, config, parts, stopAt);
        const second = await run(kind, config, parts, undefined, structuredClone(first.state));
        expect(parts).to.deep.equal(whole);
        expect(second.state).to.deep.equal(uninterrupted.state);
        expect(first.rounds.length + second.rounds.length).to.equal(uninterrupted.rounds.length);
      }),
      { numRuns: 60 },
    ));

  it("ends after the wave or the hundred updates it is in, and tells every round whose rollouts were made", async () => {
    const config = configOf({ tasksPerRound: 2, priorEpisodes: 1, posteriorEpisodes: 1, updatesPerStep: 20 });
    const deeds: Deed[] = [];
    // The 250th deed is an update of the first round, which has 560 of them.
    const { state, rounds } = await run("self", config, deeds, 250);
    expect(deeds.filter((deed) => deed === "update")).to.have.length(300);
    expect(state).to.include({ steps: 28, updates: 300, round: 1 });
    expect(rounds.map(({ state: at }) => at)).to.deep.equal([state]);
  });
});

describe("Practice", () => {
  it("goes on to its last step when its steps have not yet earned one update", async () => {
    const { state, rounds } = await run("self", configOf({ updatesPerStep: 0.001 }), []);
    expect([state.steps, state.updates]).to.deep.equal([140, 0]);
    expect(rounds.length).to.be.greaterThan(0);
  });

  it("with a seed plans the same rollouts again, and others with another seed", async () => {
    const plan = async (seed: number) => {
      const deeds: Deed[] = [];
      await practise({
        ...fakes(deeds, 7),
        config: configOf({}),
        contextRows: 64,
        taskSeed: 1,
        taskCount: 9,
        steps: 70,
        horizon: 7,
        seed,
        kind: "self",
        onRound: () => {},
      });
      return deeds;
    };
    expect(await plan(1)).to.deep.equal(await plan(1));
    expect(await plan(1)).to.not.deep.equal(await plan(2));
  });
});
