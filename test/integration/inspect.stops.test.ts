import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { explain } from "../../src/domain/stops.ts";
import { seconds } from "../../src/domain/units.ts";
import { blackBox } from "../../src/recording/blackBox.ts";
import type { Recorded } from "../../src/recording/records.ts";
import { stopLine } from "../../src/recording/stopLog.ts";
import { jointState, recorded, stopped } from "../support/recordings.ts";
import { at, onarm } from "./verbs.run.ts";

const moment = (s: number) => ({ at: seconds(s) });
const mode = (s: number, is: "idle" | "disabled"): Recorded => ({ channel: "/onarm/mode", ...moment(s), mode: { is } });

describe("onarm inspect --stops", function () {
  this.timeout(60_000);
  before(async () => {
    const asked = { kind: "velocity" as const, value: [0], period: seconds(0.01) };
    const pins = { config: "c", bundle: "b", calibration: "none", seed: 1, commit: "x" };
    const clamp = { kind: "clamp" as const, command: asked, joints: [0], reason: "speed" };
    const dropped = { level: "warn" as const, code: "recording.dropped", text: "3 records", detail: { dropped: 3 } };
    const records: Recorded[] = [
      { channel: "/onarm/episode", phase: "begin", ...moment(1), episode: 7, task: 0, policyVersion: 0, ...pins },
      { channel: "/onarm/verdict", ...moment(2), asked, verdict: clamp },
      { channel: "/onarm/verdict", ...moment(3), asked, verdict: { kind: "stop", reason: "workspace" } },
      stopped(3, "workspace"),
      mode(4, "idle"),
      stopped(5, "the operator's stop"),
      { channel: "/onarm/event", ...moment(6), ...dropped },
    ];
    writeFileSync(at("stopped.mcap"), await recorded(records));
  });

  it("lists every stop once: when, in which episode, what happened, why, what to do, and how much is known of what came before", async () => {
    const { json } = await onarm("inspect", at("stopped.mcap"), "--stops");
    expect(json).to.include({ stops: 2, clamps: 1, dropped: 3, duration: 5 });
    expect(json.stopList).to.have.length(2);
    const [first, second] = json.stopList;
    expect(first).to.deep.include({ at: 3, episode: 7, reason: "workspace", cause: "workspace", ...explain("workspace") });
    expect(first.before).to.deep.equal({ seconds: 1, states: 0, commands: 2, verdicts: 2, modes: 0, events: 0 });
    expect(second).to.deep.include({ at: 5, episode: 7, reason: "the operator's stop", from: "recording" });
  });

  it("gives all that is known of what came before one of them with --stop", async () => {
    const { json } = await onarm("inspect", at("stopped.mcap"), "--stop", "1");
    expect(json.stop).to.deep.include({ at: 3, cause: "workspace", ...explain("workspace") });
    expect(json.stop.before.verdicts.map(({ kind }: { kind: string }) => kind)).to.deep.equal(["clamp", "stop"]);
    const none = await onarm("inspect", at("stopped.mcap"), "--stop", "3");
    expect([none.code, none.json.error.message]).to.deep.equal([
      2,
      `inspect: ${at("stopped.mcap")} has 2 stops and none with the number 3; \`--stops\` lists them`,
    ]);
    expect((await onarm("inspect", at("stopped.mcap"), "--stop", "0")).code).to.equal(2);
  });

  it("believes the black box where there is one, also for a stop that the recording lost", async () => {
    writeFileSync(at("boxed.mcap"), await recorded([stopped(3, "tracking"), mode(4, "disabled")]));
    const box = blackBox();
    const kept = (s: number, cause: string) => {
      const records = [jointState(s - 0.5), jointState(s), stopped(s, cause)];
      const entry = records.map((record) => box.take(record)).at(-1)!;
      box.take(mode(s + 0.5, "idle"));
      return stopLine(entry);
    };
    const lines = [kept(3, "tracking"), kept(6, "control.lost"), '{"at": 7, torn'];
    writeFileSync(at("boxed.mcap.stops.jsonl"), lines.join(""));
    const { code, json } = await onarm("inspect", at("boxed.mcap"), "--stops");
    expect(code).to.equal(0);
    const seen = json.stopList as { at: number; cause: string; from: string; before: { states: number } }[];
    expect(seen.map((stop) => [stop.at, stop.cause, stop.from, stop.before.states])).to.deep.equal([
      [3, "tracking", "log", 2],
      [6, "control.lost", "log", 2],
    ]);
    expect(json).to.include({ stops: 2, tornStops: 1 });
  });

  it("finds the black box again after a torn recording was recovered", async () => {
    const whole = await recorded([jointState(1), jointState(2)]);
    writeFileSync(at("torn-stops.mcap"), whole.subarray(0, whole.length - 20));
    const entry = blackBox().take(stopped(9, "wrench"))!;
    writeFileSync(at("torn-stops.mcap.stops.jsonl"), stopLine(entry));
    const saved = (await onarm("recover", at("torn-stops.mcap"))).json.file as string;
    const { json } = await onarm("inspect", saved, "--stops");
    expect(json.stopList.map(({ cause, from }: { cause: string; from: string }) => [cause, from])).to.deep.equal([
      ["wrench", "log"],
    ]);
  });
});
