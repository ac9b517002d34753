import { expect } from "chai";
import type { SceneSpec, SceneState } from "../../src/domain/scene.ts";
import { metres } from "../../src/domain/units.ts";
import type { Scene } from "../../src/ports/scene.ts";
import { BLOCK } from "../../src/tasks/sawyer.ts";
import { outcome } from "./arm.contract.ts";

export interface SceneBench {
  readonly scene: Scene;
  /** Lets about one period of the scene's world pass. */
  tick(): void | Promise<void>;
  close(): Promise<void>;
}

const drawer = (travel: number): NonNullable<SceneSpec["drawer"]> => ({
  position: [0.6, 0.21, -0.05],
  opens: [0, -1, 0],
  travel: metres(travel),
});
const button: NonNullable<SceneSpec["button"]> = { position: [0.62, -0.15, 0.01] };

/** What every scene promises, however it sees. */
export function itKeepsTheSceneContract(name: string, open: (() => Promise<SceneBench>) | undefined, why = "") {
  if (!open) return void it(`${name} as a scene: pending, ${why}`);
  describe(`${name} as a scene`, () => {
    let bench: SceneBench;
    beforeEach(async () => void (bench = await open()));
    afterEach(() => bench.close());

    const see = async (n: number): Promise<SceneState[]> => {
      const seen: SceneState[] = [];
      const looking = bench.scene.scene$.subscribe((state) => seen.push(state));
      for (let periods = 0; seen.length < n && periods < 100 * n + 200; periods++) await bench.tick();
      looking.unsubscribe();
      expect(seen.length, "scene states").to.be.at.least(n);
      return seen;
    };
    /** The scene some periods after it was set out. */
    const after = async (spec: SceneSpec) => {
      await bench.scene.arrange(spec);
      return (await see(5)).at(-1)!;
    };

    it("says where everything stands that was set out", async () => {
      const { facts } = await after({ drawer: drawer(0), button });
      expect(Object.keys(facts).sort()).to.deep.equal(["button", "drawer"]);
      for (const fact of Object.values(facts)) {
        expect(fact.valid).to.equal(true);
        expect(fact.travel).to.be.closeTo(0, 1e-3);
      }
      for (const axis of [0, 1, 2]) {
        expect(facts.button!.position[axis]).to.be.closeTo(button.position[axis]!, 1e-3);
        expect(facts.drawer!.position[axis]).to.be.closeTo(drawer(0).position[axis]!, 0.1);
      }
    });
    it("says where locker, tray and blocks stand: the locker's front as it is found, the middle of each block", async () => {
      const { facts } = await after({
        button: { position: [0.58, -0.1, 0.01] },
        locker: { position: [0.8, -0.17, -0.05], opens: [-1, 0, 0], travel: metres(0.14) },
        tray: { position: [0.46, -0.24, -0.05] },
        object: { position: [0.46, -0.1, -0.05] },
        brick: { position: [0.73, -0.17, -0.046] },
      });
      const places = {
        locker: [0.66, -0.17, -0.05],
        tray: [0.46, -0.24, -0.05],
        object: [0.46, -0.1, -0.05 + BLOCK.height / 2],
        brick: [0.73, -0.17, -0.046 + BLOCK.height / 2],
      };
      for (const [thing, place] of Object.entries(places)) {
        expect(facts[thing], thing).to.include({ valid: true });
        place.forEach((x, axis) => expect(facts[thing]!.position[axis], `${thing} ${axis}`).to.be.closeTo(x, 3e-3));
      }
      expect(facts["locker"]!.travel).to.be.closeTo(0.14, 2e-3);
      for (const thing of ["tray", "object", "brick"]) expect(facts[thing]!.travel, thing).to.equal(0);
    });
    it("says nothing of what is not there", async () => {
      expect(Object.keys((await after({ button })).facts)).to.deep.equal(["button"]);
      expect(Object.keys((await after({ drawer: drawer(0) })).facts)).to.deep.equal(["drawer"]);
      expect((await after({})).facts).to.deep.equal({});
    });
    it("moves an open drawer's handle along the way it opens", async () => {
      const closed = (await after({ drawer: drawer(0) })).facts.drawer!;
      const opened = (await after({ drawer: drawer(0.1) })).facts.drawer!;
      expect(opened.travel).to.be.closeTo(0.1, 1e-3);
      expect(opened.position[1] - closed.position[1]).to.be.closeTo(-0.1, 2e-3);
      expect(opened.position[0]).to.be.closeTo(closed.position[0], 1e-3);
    });
    it("stamps every state later than the one before", async () => {
      const stamps = (await see(5)).map(({ at }) => at);
      for (let i = 1; i < stamps.length; i++) expect(stamps[i]).to.be.greaterThan(stamps[i - 1]!);
    });
    it("replays nothing to who comes late", async () => {
      await see(1);
      let early = 0;
      bench.scene.scene$.subscribe(() => early++).unsubscribe();
      expect(early).to.equal(0);
    });
    for (const [what, spec] of [
      ["a place that is no number", { button: { position: [NaN, 0, 0] } }],
      ["a drawer opening upwards", { drawer: { ...drawer(0), opens: [0, 0, 1] } }],
      ["a drawer open further than it goes", { drawer: drawer(0.5) }],
    ] as const)
      it(`refuses ${what}, and stays as it was`, async () => {
        await bench.scene.arrange({ button });
        expect(await outcome(bench.scene.arrange(spec as SceneSpec))).to.equal("tasks.invalid");
        expect(Object.keys((await see(2)).at(-1)!.facts)).to.deep.equal(["button"]);
      });
    it("completes when closed", async () => {
      let completed = false;
      bench.scene.scene$.subscribe({ complete: () => (completed = true) });
      await bench.scene.close();
      expect(completed).to.equal(true);
    });
  });
}
