import { expect } from "chai";
import { BehaviorSubject } from "rxjs";
import { BAND, gripOf } from "../../../src/control/grip.ts";
import { OnarmError } from "../../../src/domain/errors.ts";
import { metres, seconds } from "../../../src/domain/units.ts";
import type { Gripper, GripperState } from "../../../src/ports/gripper.ts";

const [CLOSED, OPEN] = [metres(0.016), metres(0.057)];
/** All promises that are due are told. */
const settled = () => new Promise(setImmediate);
const interrupted = () => new OnarmError("interrupted", "told something else");
const failed = () => new OnarmError("gripper.failed", "it does not answer");

/** A gripper that writes down what it is told; the test says how each deed ends. A new deed ends the one under way, as the port promises. */
function gripper(first: Partial<GripperState> = {}) {
  const state: GripperState = { at: seconds(0), width: OPEN, moving: false, holding: false, ready: true, ...first };
  let state$ = new BehaviorSubject(state);
  const told: string[] = [];
  let listeners = 0;
  let deed: { readonly done: () => void; readonly fail: (error: Error) => void } | undefined;
  const begin = <T>(what: string, value: T) => {
    told.push(what);
    deed?.fail(interrupted());
    return new Promise<T>((resolve, fail) => (deed = { done: () => resolve(value), fail }));
  };
  const port: Gripper = {
    name: "a gripper",
    range: [CLOSED, OPEN],
    get state$() {
      listeners++;
      return state$.asObservable();
    },
    calibrate: () => begin("calibrate", undefined),
    move: (width) => begin(width === OPEN ? "open" : width === CLOSED ? "close" : `${width}`, state),
    halt: () => begin("halt", undefined),
    close: async () => {},
  };
  return {
    port,
    told,
    end: (error?: Error) => (error ? deed!.fail(error) : deed!.done()),
    say: (change: Partial<GripperState>) => state$.next({ ...state, ...change }),
    cut: () => state$.error(new OnarmError("link.lost", "its cable was pulled")),
    plugIn: () => void (state$ = new BehaviorSubject(state)),
    observed: () => state$.observed,
    listeners: () => listeners,
  };
}

describe("a policy's grip", () => {
  it("closes above the band, opens below it, and is told so once, however long it is wanted", () => {
    const g = gripper();
    const grip = gripOf(g.port);
    for (const wish of [0.31, 1, 0.5, 5]) grip.want(wish);
    expect(g.told).to.deep.equal(["close"]);
    for (const wish of [-0.31, -1, -5]) grip.want(wish);
    expect(g.told).to.deep.equal(["close", "open"]);
  });

  it("stays as it is within the band, its edges included: noise about 0 wears nothing out", () => {
    const g = gripper();
    const grip = gripOf(g.port);
    for (const wish of [0, BAND, -BAND, 0.1, -0.29]) grip.want(wish);
    expect(g.told, "nothing wished yet").to.deep.equal([]);
    grip.want(1);
    for (const wish of [BAND, -BAND, 0, -0.1]) grip.want(wish);
    grip.want(1);
    expect(g.told).to.deep.equal(["close"]);
  });

  it("refuses NaN and infinity, and moves nothing", () => {
    const g = gripper();
    const grip = gripOf(g.port);
    for (const wish of [NaN, Infinity, -Infinity])
      expect(() => grip.want(wish))
        .to.throw("refused")
        .with.property("code", "policy.nonfinite");
    expect(g.told).to.deep.equal([]);
    expect(grip.broken()).to.equal(undefined);
  });

  it("tells the gap as the gripper last told it", () => {
    const g = gripper({ width: metres(0.05) });
    const grip = gripOf(g.port);
    expect(grip.gap()).to.equal(0.05);
    g.say({ width: metres(0.03) });
    expect(grip.gap()).to.equal(0.03);
  });

  it("rests once what it was told is done, and not before", async () => {
    const g = gripper();
    const grip = gripOf(g.port);
    expect(grip.rests()).to.equal(true);
    grip.want(1);
    await settled();
    expect(grip.rests()).to.equal(false);
    g.end();
    await settled();
    expect(grip.rests()).to.equal(true);
  });

  it("rests only when the newest wish is done, and takes the older one's end for no failure", async () => {
    const g = gripper();
    const grip = gripOf(g.port);
    grip.prepare();
    grip.want(1);
    grip.want(-1);
    await settled();
    expect(grip.rests(), "the older one was interrupted, the newer goes on").to.equal(false);
    expect(grip.broken()).to.equal(undefined);
    g.end();
    await settled();
    expect(grip.rests()).to.equal(true);
    expect(grip.broken()).to.equal(undefined);
  });

  it("is broken by a move that fails, rests then, and stays so until somebody begins anew", async () => {
    const g = gripper();
    const grip = gripOf(g.port);
    grip.prepare();
    grip.want(1);
    g.end(failed());
    await settled();
    expect(grip.broken()).to.include({ code: "gripper.failed" });
    expect(grip.rests()).to.equal(true);
    grip.want(1);
    grip.want(-1);
    g.end();
    await settled();
    expect(grip.broken()).to.include({ code: "gripper.failed" });
    grip.forget();
    expect(grip.broken()).to.equal(undefined);
    grip.want(-1);
    expect(g.told, "the same wish is said again").to.deep.equal(["close", "open", "open"]);
  });

  it("names the gripper where the error is not one of ours", async () => {
    const g = gripper();
    const grip = gripOf(g.port);
    grip.want(1);
    g.end(new Error("EIO"));
    await settled();
    expect(grip.broken()).to.include({ code: "gripper.failed" });
    expect(grip.broken()!.message).to.include("a gripper").and.include("EIO");
  });

  it("is broken by a lost link, and hears of the gripper again when somebody begins anew", async () => {
    const g = gripper();
    const grip = gripOf(g.port);
    g.cut();
    expect(grip.broken()).to.include({ code: "link.lost" });
    g.plugIn();
    grip.forget();
    grip.prepare();
    expect(grip.broken()).to.equal(undefined);
    g.say({ width: metres(0.02) });
    expect(grip.gap()).to.equal(0.02);
    expect(g.listeners()).to.equal(2);
  });

  it("has a gripper calibrated that is not ready or complains, and moves none that is", () => {
    for (const [state, expected] of [
      [{}, []],
      [{ ready: false }, ["calibrate"]],
      [{ fault: "too hot" }, ["calibrate"]],
    ] as const) {
      const g = gripper(state);
      gripOf(g.port).prepare();
      expect(g.told).to.deep.equal(expected);
    }
  });

  it("is broken by what the gripper complains of at rest, once it is relied on", () => {
    const g = gripper();
    const grip = gripOf(g.port);
    grip.prepare();
    g.say({ ready: false });
    expect(grip.broken()!.message).to.include("lost its calibration");
    g.say({ fault: "too hot" });
    expect(grip.broken()!.message).to.include("too hot");
    grip.forget();
    expect(grip.broken()).to.equal(undefined);
  });

  it("halts the fingers, and takes the next wish for a new one", async () => {
    const g = gripper();
    const grip = gripOf(g.port);
    grip.want(1);
    grip.halt();
    g.end();
    await settled();
    expect(grip.rests()).to.equal(true);
    expect(grip.broken()).to.equal(undefined);
    grip.want(0);
    grip.want(1);
    expect(g.told).to.deep.equal(["close", "halt", "close"]);
  });

  it("leaves the gripper to its owner when it is closed, and hears no more of it", () => {
    const g = gripper();
    const grip = gripOf(g.port);
    expect(g.observed()).to.equal(true);
    grip.close();
    expect(g.observed()).to.equal(false);
    expect(g.told).to.deep.equal([]);
  });
});
