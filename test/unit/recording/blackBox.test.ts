import { expect } from "chai";
import fc from "fast-check";
import type { Mode } from "../../../src/domain/mode.ts";
import { seconds } from "../../../src/domain/units.ts";
import { blackBox, type StopEntry } from "../../../src/recording/blackBox.ts";
import type { Recorded } from "../../../src/recording/records.ts";
import { anyRecord, event, jointState } from "../../support/recordings.ts";

const asked = { kind: "velocity" as const, value: [0.1], period: seconds(0.01) };
const passed = (at: number): Recorded => ({
  channel: "/onarm/verdict",
  at: seconds(at),
  asked,
  verdict: { kind: "pass", command: asked },
});
const stop = (at: number, reason: "workspace" | "wrench" = "workspace"): Recorded => ({
  channel: "/onarm/verdict",
  at: seconds(at),
  asked,
  verdict: { kind: "stop", reason },
});
const mode = (at: number, is: Mode): Recorded => ({ channel: "/onarm/mode", at: seconds(at), mode: is });
const stopped = (at: number, cause: string) => mode(at, { is: "stopped", cause });
const begin = (at: number, episode: number): Recorded => ({
  channel: "/onarm/episode",
  phase: "begin",
  at: seconds(at),
  episode,
  task: 0,
  policyVersion: 0,
  ...{ config: "", bundle: "", calibration: "", seed: 0, commit: "" },
});

const stopsOf = (records: readonly Recorded[], box = blackBox()): StopEntry[] =>
  records.map((record) => box.take(record)).filter((entry) => entry !== undefined);

describe("The black box", () => {
  it("hands out a stop with the two seconds before it: states, what was asked, verdicts, modes, events, and the plain words", () => {
    const beats = Array.from({ length: 500 }, (_, i) => i / 100);
    const [entry, ...others] = stopsOf([
      begin(0, 4),
      mode(0, { is: "running" }),
      ...beats.flatMap((at) => [jointState(at), passed(at)]),
      mode(4.5, { is: "holding", cause: "state.late", from: "running" }),
      event(4.6, "seen"),
      stop(5),
      stopped(5, "workspace"),
    ]);
    expect(others).to.deep.equal([]);
    expect(entry).to.include({ at: 5, episode: 4, cause: "workspace" });
    expect(entry!.what).to.match(/outside its workspace/);
    const { before } = entry!;
    expect(before.seconds).to.be.closeTo(2, 0.011);
    expect(before.states.map(({ at }) => at)).to.deep.equal(beats.slice(300));
    expect(before.states[0]).to.deep.include({ position: [3, 1], velocity: [0, -1] });
    expect([before.commands.length, before.verdicts.length]).to.deep.equal([201, 201]);
    expect(before.verdicts.at(-1)).to.deep.equal({ at: 5, kind: "stop", reason: "workspace" });
    expect(before.commands.at(-1)).to.deep.equal({ at: 5, ...asked });
    // The first is the one that held when the two seconds began.
    expect(before.modes.map(({ at, is }) => [at, is])).to.deep.equal([
      [0, "running"],
      [4.5, "holding"],
    ]);
    expect(before.events.map(({ text }) => text)).to.deep.equal(["seen"]);
  });

  it("puts what the arm sensed beside its joints into the state it belongs to", () => {
    const sensed: Recorded = { channel: "/onarm/sensed", at: seconds(1), wrench: [1, 2, 3, 4, 5, 6], collision: true };
    const [entry] = stopsOf([jointState(1), sensed, stopped(1.01, "collision")]);
    expect(entry!.before.states).to.have.length(1);
    expect(entry!.before.states[0]).to.deep.include({ wrench: [1, 2, 3, 4, 5, 6], collision: true, position: [1, 1] });
  });

  it("tells each stop once, whichever of its two records comes first, and the next one again", () => {
    const verdictFirst = [stop(1), stopped(1, "workspace")];
    const modeFirst = [stopped(1, "workspace"), stop(1)];
    for (const pair of [verdictFirst, modeFirst]) expect(stopsOf(pair).map(({ cause }) => cause)).to.deep.equal(["workspace"]);
    // A recording of several rollouts says the mode anew at the beginning of each.
    expect(stopsOf([...verdictFirst, stopped(2, "workspace")])).to.have.length(1);
    const again = [...verdictFirst, mode(2, { is: "disabled" }), mode(3, { is: "idle" }), stop(4), stopped(4, "workspace")];
    expect(stopsOf(again).map(({ at }) => at)).to.deep.equal([1, 4]);
    const other = [stop(1, "wrench"), stopped(1, "the operator's stop")];
    expect(stopsOf(other).map(({ cause }) => cause)).to.deep.equal(["wrench", "the operator's stop"]);
  });

  it("knows the end of a control process that nobody was left to record, unless the arm was stopped already", () => {
    const lost: Recorded = { ...event(3), level: "fault", code: "control.lost" };
    expect(stopsOf([mode(1, { is: "running" }), lost]).map(({ cause }) => cause)).to.deep.equal(["control.lost"]);
    expect(stopsOf([stopped(1, "wrench"), lost]).map(({ cause }) => cause)).to.deep.equal(["wrench"]);
  });

  it("knows whether the arm is driven, and whose episode it is", () => {
    const box = blackBox();
    const driving = (is: Mode) => (box.take(mode(1, is)), box.driving());
    expect(box.driving()).to.equal(false);
    expect(driving({ is: "running" })).to.equal(true);
    expect(driving({ is: "manual" })).to.equal(true);
    expect(driving({ is: "holding", cause: "x", from: "running" })).to.equal(true);
    expect(driving({ is: "idle" })).to.equal(false);
    box.take(begin(1, 3));
    box.take({
      channel: "/onarm/episode",
      phase: "end",
      at: seconds(2),
      episode: 3,
      steps: 0,
      last: new Float32Array(),
      ...{ terminated: false, human: false, stops: 0, clamps: 0 },
    });
    expect(box.take(stopped(3, "wrench"))!.episode).to.equal(null);
  });

  it("is bounded by time and by count, however fast or strangely the records come", () => {
    const few = blackBox({ span: 2, most: 10 });
    for (let i = 0; i < 100_000; i++) few.take(jointState(1 + i / 1e6));
    expect(few.take(stopped(1.1, "wrench"))!.before.states.length).to.be.at.most(10);
    const box = blackBox();
    for (let i = 0; i < 10_000; i++) box.take(jointState(i / 100));
    expect(box.take(stopped(100, "wrench"))!.before.states.length).to.be.within(199, 201);
    // A record from long ago is not what happened before the stop.
    box.take(jointState(1));
    box.take({ ...jointState(NaN) });
    expect(box.take(mode(100.5, { is: "disabled" }))).to.equal(undefined);
    const late = box.take(stopped(101, "effort"))!;
    expect(late.before.states.every(({ at }) => at >= 99)).to.equal(true);
  });

  it("takes any records in any order without a throw, and no window reaches further back than its span", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(...Object.values(anyRecord)), { maxLength: 60 }), (records) => {
        for (const { at, before } of stopsOf(records)) {
          expect(before.seconds).to.be.within(0, 2 + 1e-9);
          for (const list of [before.states, before.commands, before.verdicts, before.modes.slice(1), before.events])
            for (const one of list) expect(one.at).to.be.within(at - 2, at + 1e-5);
        }
      }),
    );
  });
});
