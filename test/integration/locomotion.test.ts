import { expect } from "chai";
import { readDataset } from "../../src/learning/dataset.ts";
import { cheetahSpec } from "../../src/tasks/cheetah.ts";
import { at, filesIn, onarm, start } from "./verbs.run.ts";

const learn = (out: string, domain: string, ...more: string[]) => [
  ...["dataset", "--domain", domain, "--behaviour", "learned", "--tasks", "2", "--seed", "1", "--out", at(out), ...more],
];

describe("offline data of robots on legs", () => {
  it("come from the shipped policy, which runs as fast as its task asks and now and then as another does", async function () {
    this.timeout(180_000);
    const made = await onarm(
      "dataset",
      "--domain",
      "cheetah-vel",
      "--tasks",
      "6",
      "--episodes",
      "2",
      "--seed",
      "2",
      "--out",
      at("run"),
    );
    expect(made.code, made.err).to.equal(0);
    expect(made.json).to.include({ tasks: 6, episodes: 12, transitions: 2400, success: null });
    const { episodes } = await readDataset(at("run"), cheetahSpec);
    const returns = episodes.map(({ reward }) => reward.reduce((a, b) => a + b, 0)).sort((a, b) => b - a);
    // Seconds to get up to speed, and the control cost, are in it; standing still costs 300 on average.
    expect(returns[5]).to.be.above(-70);
    expect(returns.at(-1)).to.be.below(-100);
  });

  it("come from a learner that is told the task: its last episodes, and its actor beside them", async function () {
    this.timeout(180_000);
    const made = await onarm(...learn("learned", "point", "--rounds", "4", "--episodes", "3"));
    expect(made.code, made.err).to.equal(0);
    expect(made.json).to.include({ tasks: 2, episodes: 6, learnedSteps: 160, learnedUpdates: 80 });
    expect(filesIn(at("learned")).map((file) => file.split("/").at(-1))).to.include("behaviour.safetensors");
    const again = await onarm(...learn("again", "point", "--rounds", "4", "--episodes", "3"));
    expect(again.json.sha256).to.equal(made.json.sha256);
    const { manifest } = await readDataset(at("learned"));
    expect(manifest.behaviour).to.match(/^learned: SAC told the task, 4 episodes of each task/);
  });

  it("are kept up to the last whole round when the learner is interrupted", async function () {
    this.timeout(180_000);
    const run = start(learn("cut", "cheetah-vel", "--rounds", "500", "--episodes", "2"));
    await run.when(() => [...run.stderr().matchAll(/(\d+)\/1000/g)].some(([, episodes]) => Number(episodes) >= 4));
    run.interrupt();
    const ended = await run.ended;
    expect(ended.code, ended.err).to.equal(0);
    expect(ended.json).to.include({ interrupted: true, tasks: 2, episodes: 4 });
    expect((await readDataset(at("cut"), cheetahSpec)).episodes.length).to.equal(4);
    await run.gone();
  });

  it("are refused where there is nothing to tell a learner, or fewer rounds than episodes to keep", async function () {
    this.timeout(180_000);
    const cases = [
      [learn("no", "sawyer"), /sawyer cannot be told in a few numbers.*scripted/],
      [learn("no", "cheetah-vel", "--rounds", "3", "--episodes", "4"), /--episodes 4: 3 rounds.*raise --rounds/],
    ] as const;
    for (const [args, message] of cases) {
      const ended = await onarm(...args);
      expect(ended.code).to.equal(2);
      expect(ended.err).to.match(message);
      expect(filesIn(at("no"))).to.deep.equal([]);
    }
  });
});
