import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { episodesOf } from "../../launch/running/episodes.ts";
import { readRecording } from "../../src/recording/read.ts";
import { sawyerSpec } from "../../src/tasks/sawyer.ts";
import { operator, token } from "./verbs.operator.ts";
import { at, start } from "./verbs.run.ts";

describe("a person beside onarm run", function () {
  this.timeout(90_000);

  it("sets the scene out when asked, calls the explored episode a success, marks it, sees it again; all of it is recorded as theirs", async () => {
    const out = ["--out", at("people"), "--seconds", "80", "--episodes", "1"];
    const asks = ["--task", "3", "--context", "1", "--reward", "outcome", "--confirm-resets"];
    const run = start(["run", "--port", "0", "--token", token, ...out, ...asks]);
    const page = await operator(run);

    const { reason } = await page.state(({ accepts }) => accepts.includes("confirm-reset"));
    expect(reason).to.match(/^Set out the .* Stand clear, then confirm\.$/);
    page.ask("confirm-reset");
    const driving = await page.state(({ mode, episode }) => mode === "running" && episode === 0);
    expect(driving.reason).to.match(/exploring/);
    const shown = await page.state(({ reward, margins, budgets, belief }) =>
      Boolean(reward?.decoded !== undefined && margins && budgets && belief),
    );
    expect(shown.reward!.decoded).to.be.within(-1, 0);
    expect(shown.margins!.map(({ name }) => name)).to.include.members(["joint range", "tip speed", "clearance", "workspace"]);
    expect(shown.belief).to.deep.include({ episodes: 0, kl: 0 });
    expect(shown.arm!.commanded).to.have.length(7);

    page.say({ type: "mark", episode: 0, flag: true, note: "watch the wrist" });
    await page.last("episodes", ({ episodes }) => episodes[0]?.note === "watch the wrist");
    await page.state(({ accepts }) => accepts.includes("outcome"));
    page.say({ type: "replay", episode: 0 });
    const { frames } = await page.last("replay", ({ episode }) => episode === 0);
    expect(frames.length).to.be.above(20);
    page.say({ type: "outcome", success: true });

    const { code, json, err } = await run.ended;
    page.close();
    expect(code, err).to.equal(0);
    expect(json).to.include({ episodes: 1, steps: sawyerSpec.horizon, stops: 0 });
    const records = [];
    for await (const record of readRecording(json.recording))
      if (record.channel === "/onarm/label" || record.channel === "/onarm/event") records.push(record);
    const label = records.find(({ channel }) => channel === "/onarm/label");
    expect(label).to.deep.include({ episode: 0, source: "person" });
    expect([...(label as { reward: Float32Array }).reward]).to.deep.equal([
      ...new Array<number>(sawyerSpec.horizon - 1).fill(-1),
      0,
    ]);
    expect(records.map((record) => ("text" in record ? record.text : ""))).to.include.members([
      'operator 1 on episode 0: flag, "watch the wrist"',
      "operator 1: confirm-reset",
      "operator 1: outcome",
    ]);
    const lines = (await readFile(episodesOf(json.recording), "utf8")).trim().split("\n");
    expect(JSON.parse(lines.at(-1)!)).to.deep.include({ number: 0, success: true, flag: true, rewardSource: "person" });
  });
});
