import { expect } from "chai";
import { fleetAct } from "../../../launch/telemetryOfRun.ts";
import { next } from "../../../src/control/modes.ts";
import type { Mode, ModeEvent } from "../../../src/domain/mode.ts";

const NOW = 1000;
const modes: readonly Mode[] = [
  { is: "offline" },
  { is: "disabled" },
  { is: "idle" },
  { is: "running" },
  { is: "resetting" },
  { is: "manual" },
  { is: "holding", cause: "the operator's hold", from: "running" },
  { is: "holding", cause: "state.late", from: "running" },
  { is: "holding", cause: "the fleet's hold", from: "resetting" },
  { is: "stopped", cause: "link.lost" },
];

/** The real table of modes, and what was asked. */
function rig(start: Mode) {
  let mode = start;
  let finished = 0;
  const fire = (event: ModeEvent) => {
    const to = next(mode, event);
    if (to) mode = to;
    return to !== undefined;
  };
  const controller = { mode: () => mode, event: fire, stop: (cause: string) => void fire({ on: "stop", cause }) };
  const clock = { wall: () => NOW } as never;
  const act = (kind: "stop" | "hold" | "resume" | "finish", expiresAt: number | undefined = NOW + 1) =>
    fleetAct({ controller, clock, finish: () => void finished++ }, { kind, ...(expiresAt === undefined ? {} : { expiresAt }) });
  return { act, mode: () => mode, finished: () => finished };
}
const moves = ({ is }: Mode) => is === "running" || is === "resetting" || is === "manual";

describe("what a fleet may do to an arm", () => {
  it("stops it in every mode, however old the command is", () => {
    for (const mode of modes) {
      const { act, mode: after } = rig(mode);
      expect(act("stop", 0)).to.equal(undefined);
      expect(after().is, mode.is).to.equal("stopped");
    }
  });

  it("sets nothing in motion that was not in motion before, but for a hold of its own", () => {
    for (const mode of modes)
      for (const kind of ["hold", "resume", "finish", "stop"] as const) {
        const { act, mode: after } = rig(mode);
        act(kind);
        const own = mode.is === "holding" && mode.cause === "the fleet's hold" && kind === "resume";
        if (!moves(mode)) expect(moves(after()), `${mode.is}, ${kind}`).to.equal(own);
      }
  });

  it("lets it go on after its own hold alone, and says whose hold it is otherwise", () => {
    const running = rig({ is: "running" });
    expect(running.act("resume")).to.match(/nothing is held/);
    expect(running.act("hold")).to.equal(undefined);
    expect(running.mode()).to.deep.equal({ is: "holding", cause: "the fleet's hold", from: "running" });
    expect(running.act("resume")).to.equal(undefined);
    expect(running.mode()).to.deep.equal({ is: "running" });
    expect(rig(modes[6]!).act("resume")).to.match(/the operator's hold/);
    expect(rig(modes[7]!).act("resume")).to.match(/state\.late/);
  });

  it("does not take a person's hold over, so that it could not be let go from afar", () => {
    const held = rig(modes[6]!);
    expect(held.act("hold")).to.equal(undefined);
    expect(held.act("resume")).to.be.a("string");
    expect(held.mode()).to.equal(modes[6]);
  });

  it("refuses what expired on its way, and what cannot be held", () => {
    const { act, mode, finished } = rig({ is: "running" });
    for (const kind of ["hold", "resume", "finish"] as const)
      for (const expiry of [NOW - 0.001, NaN, undefined as unknown as number])
        expect(act(kind, expiry ?? NaN), kind).to.match(/expired/);
    expect(mode()).to.deep.equal({ is: "running" });
    expect(finished()).to.equal(0);
    expect(act("finish")).to.equal(undefined);
    expect(finished()).to.equal(1);
    expect(rig({ is: "idle" }).act("hold")).to.match(/idle/);
    expect(rig({ is: "stopped", cause: "x" }).act("hold")).to.match(/stopped/);
  });
});
