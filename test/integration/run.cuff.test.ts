import { expect } from "chai";
import { sawyer } from "../../robot/description/sawyer.ts";
import { spawnTwin } from "../../sim/pacedTwin.ts";
import { readRecording } from "../../src/recording/read.ts";
import { operator, token } from "./verbs.operator.ts";
import { at, onarm, start, until } from "./verbs.run.ts";

describe("a hand on the arm's cuff during a run", function () {
  this.timeout(60_000);

  it("holds the policy, and marks the steps and the episode in which a person moved the arm", async () => {
    const twin = await spawnTwin(sawyer, { timeout: 0.1, linger: 20 });
    const out = ["--out", at("cuff"), "--seconds", "60"];
    const run = start(["run", "--port", "0", "--token", token, ...out, "--arm", `sim@${twin.address}`]);
    const page = await operator(run);
    const driven = await page.state(({ mode, episode }) => mode === "running" && episode === 0);
    await page.state(({ at }) => at >= driven.at + 0.5);
    await twin.world.squeezeCuff(true);
    const held = await page.mode("holding");
    expect(held.reason).to.match(/cuff/);
    await twin.world.squeezeCuff(false);
    // What a person held, a person lets go on.
    await until(async () => {
      page.ask("resume");
      return (await page.state(() => true)).mode === "running";
    });
    const { at: resumed } = await page.mode("running");
    await page.state(({ at }) => at >= resumed + 0.5);
    run.interrupt();
    const { code, json, err } = await run.ended;
    page.close();
    await twin.end();
    expect(code, err).to.equal(0);
    expect(json.holds).to.be.at.least(1);
    const steps: boolean[] = [];
    const episodes: boolean[] = [];
    for await (const record of readRecording(json.recording)) {
      if (record.channel === "/onarm/transition") steps.push(record.human === true);
      if (record.channel === "/onarm/episode" && record.phase === "end") episodes.push(record.human);
    }
    const marked = steps.filter(Boolean).length;
    expect(marked, "steps with a hand on the arm").to.be.within(1, 5);
    expect(steps[0]).to.equal(false);
    expect(steps.at(-1)).to.equal(false);
    expect(episodes).to.deep.equal([true]);
  });
});

describe("an arm whose motors are off", function () {
  this.timeout(60_000);

  it("is not driven without anybody there to switch them on: the run says so, and ends", async () => {
    const twin = await spawnTwin(sawyer, { timeout: 0.1, linger: 20, enabled: false });
    const { code, json } = await onarm(
      "run",
      "--headless",
      "--out",
      at("off"),
      "--seconds",
      "20",
      "--arm",
      `sim@${twin.address}`,
    );
    await twin.end();
    expect(code).to.equal(1);
    expect(json.error)
      .to.include({ code: "arm.refused" })
      .and.property("message")
      .match(/motors are off: enable it; then run this again, or run it with its page/);
  });
});
