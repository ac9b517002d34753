import { expect } from "chai";
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { openSawyer } from "../../launch/sawyer.ts";
import { sawyer } from "../../robot/description/sawyer.ts";
import { loadLimits } from "../../src/config/limits.ts";
import type { ArmState, JointCommand } from "../../src/domain/arm.ts";
import type { Tick } from "../../src/domain/control.ts";
import { rng } from "../../src/domain/rng.ts";
import { seconds } from "../../src/domain/units.ts";
import type { Recorded } from "../../src/recording/records.ts";
import { tickRecords } from "../../src/recording/ticks.ts";
import { governor } from "../../src/safety/governor.ts";
import { jointState, recorded } from "../support/recordings.ts";
import { at, onarm, scratch, until } from "./verbs.run.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const limits = path.join(root, "robot/description/limits.yaml");
const still = [0, 0, 0, 0, 0, 0, 0];
const state = { at: 1, position: sawyer.poses["neutral"], velocity: still, effort: still };
const command = (v: number | string) => ({ kind: "velocity", value: [v, 0, 0, 0, 0, 0, 0], period: 0.01 });
const line = (v: number | string) => JSON.stringify({ now: 1.01, state, command: command(v) });

/** The program as a pipe: what it answers line by line, and how it ended. */
function pipe(...args: string[]) {
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, [path.join(root, "bin/onarm.mjs"), "judge", ...args], {
    cwd: scratch,
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  child.stdin.on("error", () => {});
  const answers: string[] = [];
  createInterface({ input: child.stdout }).on("line", (text) => answers.push(text));
  let err = "";
  child.stderr.on("data", (chunk) => (err += chunk));
  const ended = once(child, "close").then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as string | null,
    err,
  }));
  return { child, answers, ended };
}

const telling = { joints: sawyer.commanded, origin: seconds(0) };

/** Ticks of a simulated arm that is driven about, then asked for what is no number. */
async function flight(): Promise<Tick[]> {
  const { twin, controller } = await openSawyer();
  const ticks: Tick[] = [];
  controller.tick$.subscribe((tick) => ticks.push(tick));
  let beats = 0;
  for (const speed of [0.05, 0.2, -0.2, NaN]) {
    const until = beats + 80;
    await twin.clock.run(() => {
      controller.setIntent({ kind: "twist", linear: [0, speed, speed] });
      return ++beats >= until;
    });
  }
  await controller.close();
  await twin.arm.close();
  return ticks;
}

/** Ticks of an arm at random postures about neutral that is asked for anything: every kind of verdict, for many reasons. */
function wild(count: number): Tick[] {
  const stream = rng("wild", 1);
  const judge = governor(sawyer, loadLimits(limits));
  const about = (middle: readonly number[], spread: number) => middle.map((x) => x + spread * stream.normal());
  return Array.from({ length: count }, (_, i) => {
    const now = seconds(1 + i / 100);
    const age = stream.uniform() < 0.1 ? 0.06 : 0.004;
    const measured = {
      at: seconds(now - age),
      position: about(sawyer.poses["neutral"]!, 0.1),
      velocity: about(still, 0.05),
      effort: about(still, 1),
      wrench: about([0, 0, 0, 0, 0, 0], 5),
      collision: stream.uniform() < 0.05,
    } as unknown as ArmState;
    const asked = (spread: number): JointCommand => ({ kind: "velocity", value: about(still, spread), period: seconds(0.01) });
    const wanted = asked(stream.pick([0.001, 0.01, 0.3]));
    const previous = { ...asked(0.01), acceleration: about(still, 0.5) };
    return {
      at: now,
      mode: { is: "running" },
      intent: { kind: "hold" },
      state: measured,
      command: wanted,
      verdict: judge(now, measured, wanted, previous),
      basis: { previous, by: "driving" },
      counters: { ticks: i, clamps: 0, stops: 0, dropped: 0 },
    };
  });
}

const recordsOf = (ticks: readonly Tick[]): Recorded[] => ticks.flatMap((tick, i) => tickRecords(tick, ticks[i - 1], telling));

describe("onarm judge", function () {
  this.timeout(60_000);

  it("answers each line when it comes, in order, and ends with the counts", async () => {
    const { child, answers, ended } = pipe("--json");
    for (const [i, v] of [0, 9, "NaN"].entries()) {
      child.stdin.write(`${line(v)}\n`);
      await until(() => answers.length === i + 1);
    }
    child.stdin.write("no question\n\n");
    await until(() => answers.length === 5);
    child.stdin.end(line(0));
    expect(await ended).to.deep.include({ code: 0, err: "" });
    const said = answers.map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(said.slice(0, 6).map(({ kind }) => kind)).to.deep.equal(["pass", "clamp", "stop", "stop", "stop", "pass"]);
    expect(said.slice(0, 5).map(({ reason }) => reason)).to.deep.equal([
      undefined,
      said[1]!["reason"],
      "not-finite",
      "shape",
      "shape",
    ]);
    expect(said.map(({ skipped }) => skipped)).to.deep.equal([
      ["wrench", "collision", "tip"],
      ...Array<undefined>(5).fill(undefined),
      ["wrench", "collision", "tip"],
    ]);
    expect(said).to.have.length(7);
    expect(said[6]).to.include({ pass: 2, clamp: 1, stop: 3 });
  });

  it("without --json says the counts on stderr, so that stdout holds one verdict a line and nothing else", async () => {
    const { child, answers, ended } = pipe();
    child.stdin.end(`${line(0)}\n${line(9)}\n`);
    const { code, err } = await ended;
    expect([code, answers.length]).to.deep.equal([0, 2]);
    expect(err)
      .to.match(/pass +1\n/)
      .and.match(/clamp +1\n/);
  });

  it("survives lines of any size and bytes, one answer each", async () => {
    const { child, answers, ended } = pipe();
    const all = [line(0), "x".repeat(3_000_000), line(0), "\u0000\u0001", "[".repeat(200_000), line(0)];
    child.stdin.write(Buffer.from([0xff, 0xfe, 0x0a]));
    child.stdin.end(all.join("\n"));
    expect((await ended).code).to.equal(0);
    const kinds = answers.map((text) => (JSON.parse(text) as { kind: string }).kind);
    expect(kinds).to.deep.equal(["stop", "pass", "stop", "pass", "stop", "stop", "pass"]);
  });

  it("ends in order when its reader goes away, and when it is interrupted", async () => {
    const reader = pipe();
    reader.child.stdin.write(`${line(0)}\n`);
    await until(() => reader.answers.length === 1);
    reader.child.stdout.destroy();
    const feeding = setInterval(() => reader.child.stdin.write(`${line(0)}\n`), 10);
    expect(await reader.ended).to.include({ code: 0, signal: null });
    clearInterval(feeding);

    const interrupted = pipe("--json");
    interrupted.child.stdin.write(`${line(0)}\n`);
    await until(() => interrupted.answers.length === 1);
    interrupted.child.kill("SIGINT");
    expect(await interrupted.ended).to.include({ code: 0, signal: null });
    expect(JSON.parse(interrupted.answers.at(-1)!)).to.include({ pass: 1, clamp: 0, stop: 0, interrupted: true });
  });

  it("asks a recording's verdicts again, and today's governor agrees with itself to the last bit", async () => {
    for (const [name, ticks] of [
      ["flight.mcap", await flight()],
      ["wild.mcap", wild(400)],
    ] as const) {
      const records = recordsOf(ticks);
      writeFileSync(at(name), await recorded(records));
      const { code, json } = await onarm("judge", at(name));
      expect(code).to.equal(0);
      expect(json.verdicts).to.equal(records.filter(({ channel }) => channel === "/onarm/verdict").length);
      expect(json.verdicts).to.be.greaterThan(200);
      expect(json.pass + json.clamp + json.stop).to.equal(json.verdicts);
      expect(json).to.deep.include({ approximate: 0, unjudged: 0, differences: { count: 0, first: [] } });
      if (name === "wild.mcap") expect([json.pass, json.clamp, json.stop].every((n) => n > 20)).to.equal(true);
    }
  });

  it("tells how narrower limits would have judged, the first differences one by one", async () => {
    const narrow = readFileSync(limits, "utf8").replace(/max_tip_speed_m_s: .*/, "max_tip_speed_m_s: 0.02");
    writeFileSync(at("narrow.yaml"), narrow);
    const { json } = await onarm("judge", at("flight.mcap"), "--limits", at("narrow.yaml"));
    expect(json.differences.count).to.be.greaterThan(20);
    expect(json.differences.first).to.have.length(20);
    const [first] = json.differences.first;
    expect(first).to.include({ exact: true, episode: null });
    expect(first.at).to.be.a("number");
    expect([first.then.kind, first.now.kind]).to.deep.equal(["pass", "clamp"]);
    expect(first.now.reason).to.include("tip.speed");
  });

  it("judges an older recording by what there is, and says how much of it is approximate", async () => {
    const old = recordsOf(wild(400)).filter(({ channel }, i) => channel !== "/joint_states" || i % 4 === 0);
    const bare = old.map((record) => {
      if (record.channel !== "/onarm/verdict") return record;
      const { state: _, previous: _previous, by: _by, ...rest } = record;
      return rest;
    });
    writeFileSync(at("old.mcap"), await recorded(bare));
    const { json } = await onarm("judge", at("old.mcap"));
    expect(json.approximate).to.equal(json.verdicts - json.unjudged);
    // Nothing here was stale; only its age is not known any more.
    expect(json.differences.first.filter(({ now }: { now: { reason?: string } }) => now.reason === "state.stale")).to.deep.equal(
      [],
    );
  });

  const badLimits: readonly (readonly [what: string, change: (text: string) => string, sentence: RegExp])[] = [
    ["with a NaN", (text) => text.replace(/max_tip_speed_m_s: .*/, "max_tip_speed_m_s: .nan"), /max_tip_speed_m_s/],
    ["with a key missing", (text) => text.replace(/max_tip_speed_m_s: .*\n/, ""), /max_tip_speed_m_s.*missing/],
    ["that contradict themselves", (text) => text.replace("lower_rad: -3.0503", "lower_rad: 3.1"), /right_j0/],
    ["wider than the arm", (text) => text.replace("max_speed_rad_s: 0.88", "max_speed_rad_s: 9"), /more than the arm can do/],
    ["that are not YAML", () => "a: [", /YAML/],
  ];
  for (const [what, change, sentence] of badLimits)
    it(`refuses limits ${what}, in one sentence`, async () => {
      writeFileSync(at("bad.yaml"), change(readFileSync(limits, "utf8")));
      const { child, answers, ended } = pipe("--limits", at("bad.yaml"));
      child.stdin.end(`${line(0)}\n`);
      const { code, err } = await ended;
      expect([code, answers, err.trim().split("\n").length]).to.deep.equal([2, [], 1]);
      expect(err)
        .to.match(/^onarm: .*bad\.yaml/)
        .and.match(sentence);
    });

  it("refuses what is no recording, one that is torn, one of another arm, and limits that are not there", async () => {
    writeFileSync(at("text.mcap"), "hello");
    const whole = await recorded([jointState(1), jointState(2)]);
    writeFileSync(at("cut.mcap"), whole.subarray(0, whole.length - 20));
    writeFileSync(at("other.mcap"), whole);
    const cases: readonly (readonly [string[], RegExp])[] = [
      [[at("nowhere.mcap")], /no file .*nowhere\.mcap; check/],
      [[scratch], /cannot be read.*not a file/],
      [[at("text.mcap")], /text\.mcap is not a recording/],
      [[at("cut.mcap")], /cut\.mcap.*(damaged|joints)/],
      [[at("other.mcap")], /joints j0, j1.*give a recording of/],
      [[at("flight.mcap"), "--limits", at("nowhere.yaml")], /nowhere\.yaml: does not exist/],
      [[at("flight.mcap"), "--recovery"], /leave --recovery out/],
      [[at("flight.mcap"), at("flight.mcap")], /too many arguments/],
    ];
    for (const [args, sentence] of cases) {
      const { code, err } = await onarm("judge", ...args);
      expect(code, args.join(" ")).to.equal(2);
      expect(err.trim().split("\n")).to.have.length(1);
      expect(err).to.match(sentence);
    }
  });
});
