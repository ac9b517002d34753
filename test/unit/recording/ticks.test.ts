import { expect } from "chai";
import type { ArmState, Verdict } from "../../../src/domain/arm.ts";
import type { Tick } from "../../../src/domain/control.ts";
import { explain } from "../../../src/domain/stops.ts";
import { seconds } from "../../../src/domain/units.ts";
import { decode, encode, logTime } from "../../../src/recording/codec.ts";
import { later, tickRecords } from "../../../src/recording/ticks.ts";

const telling = { joints: ["a"], origin: seconds(10) };
const command = { kind: "velocity" as const, value: [0.1], period: seconds(0.01) };
const state = (at: number, more: Partial<ArmState> = {}) =>
  ({ at, position: [at], velocity: [0], effort: [0], ...more }) as ArmState;
const tick = (at: number, more: Partial<Tick> = {}): Tick => ({
  at: seconds(at),
  mode: { is: "running" },
  intent: { kind: "hold" },
  counters: { ticks: 0, clamps: 0, stops: 0, dropped: 0 },
  ...more,
});
const channels = (a: Tick, b?: Tick) => tickRecords(a, b, telling).map(({ channel }) => channel);

describe("The records of a tick", () => {
  it("hold its state, what else the arm sensed, its verdict with all it rested on, and its mode, in this order", () => {
    const verdict: Verdict = { kind: "pass", command };
    const previous = { ...command, acceleration: [1] };
    const sensed = { wrench: [1, 2, 3, 4, 5, 6] as const, collision: false, tip: [0, 0, 1] as const, heard: seconds(10.5) };
    const full = tick(11, { state: state(10.99, sensed), command, verdict, basis: { previous, by: "driving" } });
    expect(tickRecords(full, undefined, telling)).to.deep.equal([
      { channel: "/joint_states", at: state(10.99).at - 10, name: ["a"], position: [10.99], velocity: [0], effort: [0] },
      { channel: "/onarm/sensed", at: 10.99 - 10, ...sensed, heard: 0.5 },
      { channel: "/onarm/verdict", at: 1, asked: command, verdict, state: 10.99 - 10, previous, by: "driving" },
      { channel: "/onarm/mode", at: 1, mode: { is: "running" } },
    ]);
  });

  it("tell a state and a mode once, and a verdict every time", () => {
    const verdict: Verdict = { kind: "pass", command };
    const first = tick(11, { state: state(11), command, verdict });
    expect(channels(first)).to.deep.equal(["/joint_states", "/onarm/verdict", "/onarm/mode"]);
    expect(channels(tick(11.01, { state: state(11), command, verdict }), first)).to.deep.equal(["/onarm/verdict"]);
    expect(channels(tick(11.01, { state: state(11.01), command, verdict }), first)).to.deep.equal([
      "/joint_states",
      "/onarm/verdict",
    ]);
    expect(channels(tick(11.01), first)).to.deep.equal([]);
    const hold = tick(12, { mode: { is: "holding", cause: "state.late", from: "running" } });
    expect(channels(hold, first)).to.deep.equal(["/onarm/mode"]);
    expect(channels(tick(13, { mode: { is: "holding", cause: "beat.late", from: "running" } }), hold)).to.deep.equal([
      "/onarm/mode",
    ]);
  });

  it("say of a stop, once, in plain words what happened, why, and what to do", () => {
    const stopped = tick(12, { mode: { is: "stopped", cause: "tracking" } });
    const { what, why, remedy } = explain("tracking");
    expect(tickRecords(stopped, tick(11.99), telling)).to.deep.equal([
      { channel: "/onarm/mode", at: 2, mode: { is: "stopped", cause: "tracking" } },
      { channel: "/onarm/event", at: 2, level: "fault", code: "tracking", text: `${what} ${why} ${remedy}` },
    ]);
    expect(channels(tick(13, { mode: { is: "stopped", cause: "tracking" } }), stopped)).to.deep.equal([]);
  });

  it("pass every notice on as an event", () => {
    const notices = [{ level: "warn", code: "clock.jumped", text: "by an hour" }] as const;
    expect(tickRecords(tick(11, { notices }), tick(10.99), telling)).to.deep.equal([
      { channel: "/onarm/event", at: 1, ...notices[0] },
    ]);
  });

  it("count what was measured before the recording began as of its beginning", () => {
    const [first] = tickRecords(tick(10, { state: state(9.99) }), undefined, telling);
    expect(first!.at).to.equal(0);
  });

  it("can be moved along the time line, every stamp in them, and survive the file", () => {
    const full = tick(11, {
      state: state(10.5, { heard: seconds(10.25) }),
      command,
      verdict: { kind: "stop", reason: "wrench" },
      basis: { previous: { ...command, acceleration: [NaN] }, by: "easing" },
    });
    const moved = tickRecords(full, undefined, telling).map((record) => later(record, 100));
    expect(moved.map(({ at }) => at)).to.deep.equal([100.5, 100.5, 101, 101]);
    expect(moved[1]).to.include({ heard: 100.25 });
    expect(moved[2]).to.include({ state: 100.5 });
    for (const record of moved) {
      const time = logTime(record.at, 0);
      expect(decode(record.channel, encode(record, time), time, 0)).to.deep.equal(record);
    }
  });
});
