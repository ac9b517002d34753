import { appendFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import type { FromRecordings } from "../../../launch/recordings/offline.ts";
import { recordedDataset } from "../../../launch/recordings/recordedDataset.ts";
import { episodesOf } from "../../../launch/running/episodes.ts";
import { readDataset } from "../../../src/learning/dataset.ts";
import { sawyerSpec } from "../../../src/tasks/sawyer.ts";
import { driven, file, from, lab, labels, one, opening, refusal, scratch, seenWith } from "../../support/armRecording.ts";
import { commandLine } from "../../support/realVerbs.ts";

const rewards = ({ episodes }: FromRecordings) => episodes.map(({ reward }) => [...reward]);

describe("recordings as offline data", () => {
  it("are labelled step by step by the aim's own predicate on what was seen after the step", async () => {
    const made = await one({ opened: opening });
    expect(rewards(made)).to.deep.equal([[-1, -1, -1, 0, 0]]);
    expect(made.success).to.equal(1);
    expect(made.tasks).to.deep.equal({
      ...{ split: "train", seed: 0, count: 1 },
      own: [
        {
          scene: {
            drawer: { position_m: [0.6, 0.2, -0.05], opens: [0, -1, 0], travel_m: 0 },
            button: { position_m: [0.6, -0.15, 0.01] },
          },
          ...{ aim: "open-drawer", rewards: "environment" },
        },
      ],
    });
    const [{ observation, action, rewardSource, terminated }] = made.episodes as [(typeof made.episodes)[number]];
    expect([...observation]).to.deep.equal(opening.flatMap((open) => [...seenWith(open)]));
    expect([...action.subarray(0, 3)]).to.deep.equal([0.5, -0.5, 0]);
    expect([rewardSource, terminated]).to.deep.equal(["environment", false]);
  });

  it("make one task of one scene and aim, whichever recording or folder they come from", async () => {
    const folder = path.join(scratch, "folder");
    await file(driven(0, { opened: opening }), { name: "folder/a.mcap" });
    await file(
      [
        ...driven(0, { opened: [0, 0, 0] }),
        ...driven(1, { opened: opening, scene: { button: lab.button! }, aim: "press-button" }),
      ],
      {
        name: "folder/b.mcap",
      },
    );
    const made = await from({ from: [folder] });
    expect(made.episodes.map(({ task }) => task)).to.deep.equal([0, 0, 1]);
    expect(made.tasks.own!.map(({ aim }) => aim)).to.deep.equal(["open-drawer", "press-button"]);
    expect(made.success).to.be.closeTo(1 / 3, 1e-9);
  });

  it("make a task of a reach over a table with nothing to move on it", async () => {
    for (const scene of [{}, { tray: { position: [0.5, -0.1, -0.05] as const } }]) {
      const { tasks } = await one({ opened: opening, scene, aim: "reach" });
      expect(tasks.own!.map((task) => Object.keys(task.scene))).to.deep.equal([Object.keys(scene)]);
    }
  });

  it("are labelled for every aim that is named and that the scene asks for", async () => {
    const made = await one({ opened: opening }, { aims: ["press-button", "open-drawer", "close-drawer"] });
    expect(made.tasks.own!.map(({ aim }) => aim)).to.deep.equal(["press-button", "open-drawer"]);
    expect(rewards(made)).to.deep.equal([[-1, -1, -1, -1, -1], [-1, -1, -1, 0, 0]]); // prettier-ignore
  });

  for (const [what, driving, steps, why] of [
    ["before the step in which a person moved the arm", { byHand: 3 }, 3, "by hand"],
    ["before the step that was cut short: nobody saw where it led", { cut: true }, 5, "cut"],
    ["before a step that was not recorded", { lost: 3 }, 2, "torn"],
  ] as const)
    it(`end ${what}`, async () => {
      const made = await one({ opened: opening, ...driving });
      expect(made.episodes.map((episode) => episode.steps)).to.deep.equal([steps]);
      expect(made.episodes[0]!.observation).to.have.length(sawyerSpec.observation.length * (steps + 1));
      expect(made.shortened).to.deep.equal({ [why]: 1 });
    });

  it("are used up to their last whole step wherever they are torn", async () => {
    const records = [...driven(0, { opened: opening }), ...driven(1, { opened: opening })];
    const lengths = new Set<number>();
    for (const torn of [0.35, 0.5, 0.65, 0.75, 0.85, 0.95]) {
      const made = await from({ from: [await file(records, { torn })] });
      expect(made.torn[0]).to.match(/damaged at byte .*onarm recover/);
      for (const { steps, observation, reward } of made.episodes) {
        lengths.add(steps);
        expect([observation.length, reward.length]).to.deep.equal([sawyerSpec.observation.length * (steps + 1), steps]);
        expect([...reward]).to.deep.equal([-1, -1, -1, 0, 0].slice(0, steps));
      }
    }
    expect(lengths.size).to.be.above(2);
  });

  it("ask no more of the arm than it was asked", async () => {
    const made = await one({ opened: opening, action: [1.7, -3, 0.25, 2] });
    expect([...made.episodes[0]!.action.subarray(0, 4)]).to.deep.equal([1, -1, 0.25, 1]);
  });

  it("leave out what a person discarded; their last word counts, and a list that is cut off is read up to there", async () => {
    const recording = await file([0, 1, 2].flatMap((n) => driven(n, { opened: opening.slice(0, 4 + n) })));
    const say = (number: number, keep: boolean) =>
      appendFile(episodesOf(recording), JSON.stringify({ number, keep, note: "" }) + "\n");
    await say(0, false);
    await say(1, false);
    await say(1, true);
    await appendFile(episodesOf(recording), `{"number":2,"keep":fal`);
    const made = await from({ from: [recording] });
    expect(made.episodes.map(({ steps }) => steps)).to.deep.equal([4, 5]);
    expect(made.leftOut).to.deep.equal({ discarded: 1, short: 0, unlabelled: 0, pointless: 0 });
  });

  it("leave out what was discarded also when they were torn and have been recovered", async () => {
    const torn = await file(
      [0, 1].flatMap((n) => driven(n, { opened: opening })),
      { torn: 0.95 },
    );
    await appendFile(episodesOf(torn), `{"number":0,"keep":false}\n`);
    const { code, json } = await commandLine("recover", torn, "--out", torn.replace(".mcap", ".whole.mcap"));
    expect(code).to.equal(0);
    const made = await from({ from: [json.file] });
    expect([made.added, made.leftOut.discarded, made.shortened]).to.deep.equal([1, 1, { torn: 1 }]);
  });

  it("do not even look at what was discarded: a NaN in it is nobody's trouble", async () => {
    const odd = driven(0, { opened: [0, NaN, 0.1] });
    const recording = await file([...odd, ...driven(1, { opened: opening })]);
    await appendFile(episodesOf(recording), `{"number":0,"keep":false}\n`);
    const made = await from({ from: [recording] });
    expect([made.added, made.leftOut.discarded]).to.deep.equal([1, 1]);
  });

  it("take a person's labels: from which step on it was good, never, or each step; the last line of an episode counts", async () => {
    const recording = await file([0, 1, 2, 3].flatMap((n) => driven(n, { opened: opening })));
    const said = await labels(
      { episode: 0, success_from_step: 4 },
      { episode: 1, success_from_step: 0 },
      { episode: 1, success_from_step: null },
      { episode: 2, reward: [-1, 0, -1, -1, -1] },
    );
    const made = await from({ from: [recording], label: "person", labels: said });
    expect(rewards(made)).to.deep.equal([
      [-1, -1, -1, -1, 0],
      [-1, -1, -1, -1, -1],
      [-1, 0, -1, -1, -1],
    ]);
    expect(made.leftOut.unlabelled).to.equal(1);
    expect(made.tasks.own!.map(({ rewards }) => rewards)).to.deep.equal(["person"]);
  });

  it("take what a person said on the page, too; of an episode that is used in part, the steps that are used", async () => {
    const label = { reward: Float32Array.of(-1, 0, -1, -1, 0), source: "person" as const };
    expect(rewards(await one({ opened: opening, label }, { label: "person" }))).to.deep.equal([[...label.reward]]);
    expect(rewards(await one({ opened: opening, label, lost: 3 }, { label: "person" }))).to.deep.equal([[-1, 0]]);
    expect(rewards(await one({ opened: opening, label, byHand: 3 }, { label: "person" }))).to.deep.equal([[-1, 0, -1]]);
  });

  it("never take decoded rewards for real ones: only when asked for, and then under that name", async () => {
    const label = { reward: Float32Array.of(-0.5, -0.25, 0, -1, -0.75), source: "decoded" as const };
    expect(rewards(await one({ opened: opening, label }))).to.deep.equal([[-1, -1, -1, 0, 0]]);
    expect(await refusal(one({ opened: opening, label }, { label: "person" }))).to.match(/1 without rewards/);
    const made = await one({ opened: opening, label }, { label: "recorded" });
    expect(rewards(made)).to.deep.equal([[...label.reward]]);
    const context = { out: path.join(scratch, "decoded"), seed: 1, log: () => {} } as unknown as Parameters<
      typeof recordedDataset
    >[1];
    await recordedDataset({ from: [made.recordings[0]!], label: "recorded" }, context);
    const read = await readDataset(context.out!, sawyerSpec);
    expect([made.episodes[0], read.episodes[0]].map((episode) => episode!.rewardSource)).to.deep.equal(["decoded", "decoded"]);
  });

  it("are added to a dataset: its tasks keep their numbers, and a task that is there already grows", async () => {
    const context = { out: path.join(scratch, "first"), seed: 1, log: () => {} } as unknown as Parameters<
      typeof recordedDataset
    >[1];
    const label = "predicate" as const;
    const first = await recordedDataset({ from: [await file(driven(0, { opened: opening }))], label }, context);
    const again = {
      from: [await file([...driven(0, { opened: opening }), ...driven(1, { opened: opening, aim: "reach" })])],
      label,
    };
    const both = await recordedDataset({ ...again, with: context.out! }, { ...context, out: path.join(scratch, "both") });
    expect(first).to.include({ tasks: 1, episodes: 1, added: 1, transitions: 5 });
    expect(both).to.include({ tasks: 2, ownTasks: 2, episodes: 3, added: 2, transitions: 15 });
    const read = await readDataset(path.join(scratch, "both"), sawyerSpec);
    expect(read.episodes.map(({ task }) => task)).to.deep.equal([0, 0, 1]);
    expect(read.manifest.success).to.be.closeTo(2 / 3, 1e-9);
    expect(read.manifest.behaviour).to.equal("recorded; recorded");
  });
});
