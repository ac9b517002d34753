import { readFileSync } from "node:fs";
import { expect } from "chai";
import { readRecording, summarise } from "../../src/recording/read.ts";
import { operator, token } from "./verbs.operator.ts";
import { at, onarm, start, until, write } from "./verbs.run.ts";

const headless = (out: string, ...more: string[]) => ["run", "--headless", "--out", at(out), ...more];
/** The arm drives once the recording holds what it was sent. */
const driving = (run: ReturnType<typeof start>) => run.when(() => /driving/.test(run.stderr()));

describe("onarm run", function () {
  this.timeout(60_000);

  it("drives the embedded arm for as long as it is told, and tells how evenly", async () => {
    const { code, json, err } = await onarm(...headless("ran", "--seconds", "4"));
    expect(code, err).to.equal(0);
    expect(json).to.include({ stops: 0, cause: null });
    expect(json.seconds).to.be.within(4, 10);
    expect(json.ticks).to.be.above(300);
    expect(json.cadence.periodMs).to.have.all.keys("p50", "p99", "p999", "max");
    expect(json.exploration.metres).to.be.above(0.01);
    const { episodes, damage, header } = await summarise(json.recording);
    expect(damage).to.equal(undefined);
    expect(episodes.begun).to.equal(1);
    expect(header).to.include({ arm: "sawyer", domain: "sawyer" });
  });

  it("at Ctrl-C eases the arm to rest, closes its recording, and leaves no process behind", async () => {
    const run = start(headless("cut", "--seconds", "50"));
    await driving(run);
    run.interrupt();
    const { code, json, err } = await run.ended;
    await run.gone();
    expect(code, err).to.equal(0);
    expect(json).to.include({ interrupted: true, stops: 0 });
    let last: readonly number[] = [];
    for await (const record of readRecording(json.recording)) if (record.channel === "/joint_states") last = record.velocity;
    expect(Math.max(...last.map(Math.abs)), "rad/s at the end of the recording").to.be.below(0.05);
  });

  it("is stopped from the page, says why and what to do, and goes on after reset, enable and start", async () => {
    const run = start(["run", "--port", "0", "--token", token, "--out", at("paged"), "--seconds", "50"]);
    const page = await operator(run);
    await page.mode("running");
    page.ask("stop");
    const { reason } = await page.mode("stopped");
    expect(reason).to.match(/operator.*reset, enable and start/i);
    page.ask("start");
    page.ask("reset");
    await page.mode("disabled");
    page.ask("enable");
    await page.mode("idle");
    page.ask("start");
    await page.mode("running");
    run.interrupt();
    const { code, json } = await run.ended;
    page.close();
    expect(code).to.equal(0);
    expect(json.stops).to.equal(1);
  });

  it("hands the arm to an operator who takes over, lets it rest when they let go or their link drops (O4), and takes it back", async () => {
    const run = start(["run", "--port", "0", "--token", token, "--out", at("by-hand"), "--seconds", "55"]);
    const page = await operator(run);
    await page.mode("running");
    page.ask("take-over");
    const { arm } = await page.mode("idle");
    const up = setInterval(() => page.say({ type: "jog", linear: [0, 0, 0.05] }), 80);
    await page.mode("manual");
    await run.when(() => page.tip()[2] > arm!.tip[2] + 0.01);
    clearInterval(up);
    await page.mode("idle");

    const other = await operator(run);
    await other.mode("idle");
    other.ask("start");
    await run.when(() => other.refusals().length > 0);
    const down = setInterval(() => page.say({ type: "jog", linear: [0, 0, -0.05] }), 80);
    await other.mode("manual");
    page.close();
    clearInterval(down);
    await other.mode("idle");
    other.ask("start");
    await other.mode("running");
    run.interrupt();
    const { code, json } = await run.ended;
    other.close();
    expect(code).to.equal(0);
    expect(json.stops).to.equal(0);
    const told: string[] = [];
    for await (const record of readRecording(json.recording))
      if (record.channel === "/onarm/event" && record.code === "operator") told.push(record.text);
    expect(told).to.include.members(["operator 1: take-over", "operator 1: left", "operator 2: start"]);
    expect(told.join()).to.match(/operator 2: start refused: another operator is in control/);
  });

  it("stops the arm when its watchdog is killed, and ends as failed", async () => {
    const run = start(headless("unwatched", "--seconds", "50"));
    await driving(run);
    run.kill("watchdogProcess");
    const { code, json } = await run.ended;
    expect(code).to.equal(1);
    expect(json).to.include({ mode: "stopped", cause: "watchdog.lost" });
  });

  it("brings the arm to rest and ends as failed when its recorder is killed", async () => {
    const run = start(headless("unrecorded", "--seconds", "50"));
    await driving(run);
    run.kill("launch/recorder.ts");
    const { code, json } = await run.ended;
    expect(code).to.equal(1);
    expect(json).to.include({ cause: "process.lost", stops: 0 });
  });

  it("refuses limits under which the arm may not even stand, before anything moves", async () => {
    const limits = readFileSync("robot/description/limits.yaml", "utf8");
    const boxed = limits.replace("keep_out_m:", "keep_out_m:\n  crate: { x: [0.3, 0.6], y: [-0.2, 0.4], z: [0.0, 0.6] }");
    const { code, json } = await onarm(...headless("boxed", "--limits", write("boxed.yaml", boxed)));
    expect(code).to.equal(2);
    expect(json.error.code).to.equal("config.invalid");
    expect(json.error.message).to.match(/boxed\.yaml.*crate/);
  });

  for (const [what, args, message] of [
    ["an arm nobody knows", ["--arm", "baxter"], /baxter.*sim/],
    ["a twin that is not there", ["--arm", "sim@127.0.0.1:1"], /127\.0\.0\.1:1.*start the twin/],
    ["two policies at once", ["--bundle", "x", "--promoted", "y"], /leave one out/],
    ["a gate that has promoted nothing", ["--promoted", at("no-gate")], /nothing was promoted/],
    ["a stop box that is not plugged in", ["--stop-box", "/dev/ttyNOBODY"], /ttyNOBODY/],
  ] as const)
    it(`refuses ${what}`, async () => {
      const { code, json, err } = await onarm(...headless("refused", ...args));
      expect(code, err).to.be.oneOf([1, 2]);
      expect(json.error.message).to.match(message);
    });

  it("leaves at once at the second signal", async () => {
    const run = start(headless("twice", "--seconds", "50"));
    await driving(run);
    run.interrupt();
    await until(() => /stopping safely/.test(run.stderr()));
    run.interrupt();
    const { code } = await run.ended;
    expect(code).to.be.oneOf([0, 130]);
    await run.gone();
  });
});
