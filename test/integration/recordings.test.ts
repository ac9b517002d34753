import { readFileSync } from "node:fs";
import { expect } from "chai";
import { readDataset } from "../../src/learning/dataset.ts";
import { readRecording } from "../../src/recording/read.ts";
import type { EpisodeBegin } from "../../src/recording/records.ts";
import { sawyerSpec } from "../../src/tasks/sawyer.ts";
import { sawyerTask } from "../../src/tasks/sawyerScenes.ts";
import { commandLine } from "../support/realVerbs.ts";
import { at, make, start, write } from "./verbs.run.ts";

const begun = async (file: string): Promise<EpisodeBegin[]> => {
  const found: EpisodeBegin[] = [];
  for await (const record of readRecording(file))
    if (record.channel === "/onarm/episode" && record.phase === "begin") found.push(record);
  return found;
};

describe("a lab's own recordings", function () {
  this.timeout(120_000);

  it("become a task that a bundle is trained on; the bundle then practises in that one scene, and nowhere else", async () => {
    const driving = ["--headless", "--task", "2", "--context", "1", "--episodes", "1", "--seconds", "60"];
    const run = await make.run("run", ...driving, "--out", at("lab-run"));
    expect(run.json).to.include({ episodes: 1, steps: sawyerSpec.horizon });
    const [stood] = (await begun(run.json.recording)) as [EpisodeBegin];
    const { taskSeed } = JSON.parse(readFileSync(`${run.json.bundle}/manifest.json`, "utf8")).provenance.dataset;
    const { scene, aim } = sawyerTask("train", taskSeed, 2);
    expect([stood.scene, stood.aim]).to.deep.equal([scene, aim.kind]);

    // What the arm's own environment said of each step, the predicate says of what was recorded.
    const from = ["dataset", "--from", at("lab-run"), "--out"];
    const told = await commandLine(...from, at("told"), "--label", "recorded");
    const judged = await commandLine(...from, at("judged"));
    expect(judged.json, judged.err).to.include({ tasks: 1, ownTasks: 1, added: 1, transitions: sawyerSpec.horizon });
    expect(told.json).to.include({ added: 1 });
    expect((await readDataset(at("judged"))).episodes).to.deep.equal((await readDataset(at("told"))).episodes);

    const tiny = write(
      "tiny-arm.yaml",
      `nets: { latent: 2, encoder: [8], decoder: [8], policy: [8], critic: [8] }
practice: { updatesPerStep: 0.05, tasksPerRound: 2, priorEpisodes: 1, posteriorEpisodes: 0 }
`,
    );
    const small = ["--updates", "2", "--validation", "1", "--workers", "1", "--config", tiny];
    await make.run("meta-train", "--dataset", at("judged"), ...small, "--out", at("lab-bundle"));
    const practise = ["practise", "--bundle", at("lab-bundle"), "--dataset", at("judged"), "--headless", "--workers", "1"];
    const lab = write("lab.yaml", "scene:\n  button: { position_m: [1.4, 0, 0.01] }\n");
    const refused = await commandLine(...practise, "--site", lab);
    expect(refused.code).to.equal(2);
    expect(refused.json.error.message).to.match(/lab\.yaml: the button stands out of the arm's reach .*; put it within/);

    const practising = start([
      ...practise,
      "--steps",
      `${2 * sawyerSpec.horizon}`,
      "--tasks",
      "0",
      "--scene",
      "0",
      "--out",
      at("lab-practice"),
    ]);
    // What follows practice is not looked at here.
    await practising.when(() => /practise +100 %/.test(practising.stderr()));
    practising.interrupt();
    const practised = await practising.ended;
    expect(practised.code, practised.err).to.equal(0);
    expect(practised.json).to.deep.include({ interrupted: true, steps: 2 * sawyerSpec.horizon, labelTasks: [0] });
    const rollouts = await begun(practised.json.recording);
    expect(rollouts.map(({ task, scene, aim }) => ({ task, scene, aim }))).to.deep.equal(
      [0, 0].map((task) => ({ task, scene, aim: aim.kind })),
    );

    const shown = await commandLine("watch-episode", practised.json.recording, "--episode", "1", "--out", at("strip.svg"));
    expect(shown.json, shown.err).to.include({ episode: 1, steps: sawyerSpec.horizon, aim: aim.kind });
    expect(readFileSync(at("strip.svg"), "utf8")).to.include(shown.json.verdict);
    const tried = await commandLine("watch-episode", "--bundle", at("lab-bundle"), "--task", "4", "--out", at("tried.svg"));
    expect(tried.json, tried.err).to.include({
      task: 4,
      taskSeed: 0,
      steps: sawyerSpec.horizon,
      aim: sawyerTask("test", 0, 4).aim.kind,
    });
    expect(readFileSync(at("tried.svg"), "utf8"))
      .to.include("held-out task 4 of seed 0")
      .and.include(tried.json.verdict);
  });
});
