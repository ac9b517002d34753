import { expect } from "chai";
import fc from "fast-check";
import { next } from "../../../src/control/modes.ts";
import type { Mode, ModeEvent } from "../../../src/domain/mode.ts";

const modes: Readonly<Record<string, Mode>> = {
  offline: { is: "offline" },
  disabled: { is: "disabled" },
  idle: { is: "idle" },
  running: { is: "running" },
  resetting: { is: "resetting" },
  manual: { is: "manual" },
  "held run": { is: "holding", cause: "state.late", from: "running" },
  "held reset": { is: "holding", cause: "state.late", from: "resetting" },
  stopped: { is: "stopped", cause: "first" },
};
const events: Readonly<Record<string, ModeEvent>> = {
  "connected on": { on: "connected", enabled: true },
  "connected off": { on: "connected", enabled: false },
  lost: { on: "lost" },
  stop: { on: "stop", cause: "second" },
  reset: { on: "reset" },
  enabled: { on: "enabled" },
  disabled: { on: "disabled" },
  start: { on: "start" },
  "start-reset": { on: "start-reset" },
  "start-manual": { on: "start-manual" },
  hold: { on: "hold", cause: "operator" },
  resume: { on: "resume" },
  finish: { on: "finish" },
};

/** Every cell of modes x events; a missing event means refused. A new mode or event must get its row here. */
const STOP = { stop: { is: "stopped", cause: "second" } } as const;
const expected: Readonly<Record<string, Readonly<Record<string, Mode>>>> = {
  offline: { ...STOP, "connected on": { is: "idle" }, "connected off": { is: "disabled" }, lost: { is: "offline" } },
  disabled: { ...STOP, lost: { is: "offline" }, enabled: { is: "idle" } },
  idle: {
    ...STOP,
    lost: { is: "offline" },
    disabled: { is: "disabled" },
    start: { is: "running" },
    "start-reset": { is: "resetting" },
    "start-manual": { is: "manual" },
  },
  manual: {
    ...STOP,
    lost: { is: "offline" },
    disabled: { is: "disabled" },
    hold: { is: "idle" },
    finish: { is: "idle" },
  },
  running: {
    ...STOP,
    lost: { is: "offline" },
    disabled: { is: "disabled" },
    hold: { is: "holding", cause: "operator", from: "running" },
    finish: { is: "idle" },
  },
  resetting: {
    ...STOP,
    lost: { is: "offline" },
    disabled: { is: "disabled" },
    hold: { is: "holding", cause: "operator", from: "resetting" },
    finish: { is: "idle" },
  },
  "held run": {
    ...STOP,
    lost: { is: "offline" },
    disabled: { is: "disabled" },
    hold: { is: "holding", cause: "operator", from: "running" },
    resume: { is: "running" },
    finish: { is: "idle" },
  },
  "held reset": {
    ...STOP,
    lost: { is: "offline" },
    disabled: { is: "disabled" },
    hold: { is: "holding", cause: "operator", from: "resetting" },
    resume: { is: "resetting" },
    finish: { is: "idle" },
  },
  stopped: {
    stop: { is: "stopped", cause: "first" },
    "connected on": { is: "stopped", cause: "first" },
    "connected off": { is: "stopped", cause: "first" },
    lost: { is: "stopped", cause: "first" },
    disabled: { is: "stopped", cause: "first" },
    reset: { is: "disabled" },
  },
};

describe("the modes", () => {
  for (const [from, mode] of Object.entries(modes))
    for (const [on, event] of Object.entries(events)) {
      const then = expected[from]![on];
      it(`${from} + ${on} ${then ? `lead to ${JSON.stringify(then)}` : "are refused"}`, () =>
        expect(next(mode, event)).to.deep.equal(then));
    }

  const walk = (steps: readonly ModeEvent[], from: Mode = { is: "offline" }) =>
    steps.reduce((mode, event) => next(mode, event) ?? mode, from);

  it("need reset, enable and start, in this order, to move again after a stop", () => {
    const event = fc.constantFrom(...Object.values(events));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (between) => {
        const moving = walk(between, { is: "stopped", cause: "a stop" });
        if (moving.is !== "running" && moving.is !== "resetting") return true;
        const order = ["reset", "enabled", "start"];
        // A link that is lost and returns enabled after the reset stands in for `enabled`: the motors are on, and `start` is still asked for.
        let k = 0;
        for (const e of between) {
          const on = e.on === "connected" && e.enabled ? "enabled" : e.on === "start-reset" ? "start" : e.on;
          if (on === order[k]) k++;
        }
        return k === order.length;
      }),
      { numRuns: 5000 },
    );
  });

  it("are the very same where nothing changes, so that nobody is told of a change", () => {
    expect(next(modes.offline!, events.lost!)).to.equal(modes.offline);
    for (const event of [events.stop!, events.lost!, events["connected on"]!, events.disabled!])
      expect(next(modes.stopped!, event)).to.equal(modes.stopped);
  });

  it("stay stopped when the link is lost and comes back", () =>
    expect(walk([events.lost!, events["connected on"]!, events.start!], modes.stopped)).to.deep.equal(modes.stopped));
});
