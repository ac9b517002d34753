import { expect } from "chai";
import { figureOf, fingersOf, sceneMarks } from "../../../launch/armView.ts";
import type { Tick } from "../../../src/domain/control.ts";
import { THINGS } from "../../../src/domain/scene.ts";
import type { SceneState } from "../../../src/domain/scene.ts";
import { metres, seconds } from "../../../src/domain/units.ts";
import { aimOf } from "../../../src/tasks/ownTasks.ts";
import { BLOCK, REACH_GOAL, TABLE_Z, aimKinds } from "../../../src/tasks/sawyer.ts";
import { fullLab, stands } from "../../support/armRecording.ts";

const facts: SceneState["facts"] = {
  drawer: stands([0.6, 0.095, -0.005], 0.05),
  button: stands([0.6, -0.15, 0.008], 0.002),
  locker: stands([0.7, -0.17, -0.05], 0.1),
  tray: stands([0.47, -0.1, -0.05]),
  object: stands([0.6, 0, 0.15]),
  brick: stands([0.77, -0.17, -0.026]),
};
const marks = (seen: SceneState["facts"], aim: (typeof aimKinds)[number] = "press-button") =>
  sceneMarks({ scene: { at: seconds(0), facts: seen } } as Tick, { id: 0, scene: fullLab, aim: aimOf(aim) });

describe("what stands about an arm, as everybody is shown it", () => {
  it("is each thing where it was seen; what slides has the place where it is shut, and how far out it is", () => {
    const slides = (kind: "drawer" | "locker", travel: number, range: number) => {
      const { position, opens } = fullLab[kind]!;
      return { kind, position, opens, travel, range };
    };
    const still = (kind: "tray" | "object" | "brick") => ({ kind, position: facts[kind]!.position });
    expect(marks(facts)).to.deep.equal([
      slides("drawer", 0.05, 0.12),
      { kind: "button", position: [0.6, -0.15, 0.008], travel: 0.002, range: 0.012 },
      slides("locker", 0.1, 0.14),
      ...[still("tray"), still("object"), still("brick")],
    ]);
  });

  it("is nothing of what is not seen, or not believed, nor of what slides in a scene that nobody told", () => {
    expect(sceneMarks({} as Tick, undefined)).to.deep.equal([]);
    for (const thing of THINGS) {
      const others = THINGS.filter((name) => name !== thing);
      expect(marks({ ...facts, [thing]: { ...facts[thing]!, valid: false } }).map(({ kind }) => kind)).to.deep.equal(others);
    }
    const untold = sceneMarks({ scene: { at: seconds(0), facts } } as Tick, undefined);
    expect(untold.map(({ kind }) => kind)).to.deep.equal(["button", "tray", "object", "brick"]);
  });

  it("has a goal where an aim wants tip or block to be, and only there", () => {
    for (const aim of aimKinds) {
      const goals = marks(facts, aim).filter(({ kind }) => kind === "goal");
      const lifted = (radius: number) => [{ kind: "goal", position: REACH_GOAL, radius: metres(radius) }];
      const wanted = {
        ...{ reach: lifted(0.05), "pick-object": lifted(0.08), "pick-brick": lifted(0.08) },
        "place-object": [{ kind: "goal", position: [0.47, -0.1, TABLE_Z + BLOCK.height / 2], radius: 0.06 }],
      };
      expect(goals, aim).to.deep.equal((wanted as Record<string, unknown>)[aim] ?? []);
    }
    const { tray: _, ...trayless } = facts;
    expect(marks(trayless, "place-object").map(({ kind }) => kind)).to.not.include("goal");
  });
});

describe("the fingers of a posture", () => {
  it("end on both sides of the tip, as far apart as they are, and lead back to the hand", () => {
    const q = [0.2, -0.9, 0.05, 1.7, 0.3, 0.75, 3.3];
    const [hand, tip] = figureOf(q).slice(-2);
    const minus = (a: readonly number[], b: readonly number[]) => a.map((x, i) => x - b[i]!);
    const approach = minus(hand!, tip!);
    const along = (v: readonly number[]) => v.reduce((sum, x, i) => sum + x * approach[i]!, 0) / Math.hypot(...approach);
    for (const gap of [0.0155, 0.057]) {
      const [one, other] = fingersOf(q, gap, 0.035);
      const across = minus(one![0], other![0]);
      expect(Math.hypot(...across)).to.be.closeTo(gap, 1e-9);
      tip!.forEach((x, i) => expect((one![0][i]! + other![0][i]!) / 2).to.be.closeTo(x, 1e-9));
      expect(along(across)).to.be.closeTo(0, 1e-9);
      for (const [end, back] of [one!, other!]) expect(along(minus(back, end))).to.be.closeTo(0.035, 1e-9);
    }
  });
});
