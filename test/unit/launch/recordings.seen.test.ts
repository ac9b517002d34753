import { expect } from "chai";
import fc from "fast-check";
import { seen } from "../../../launch/recordings/seen.ts";
import { THINGS } from "../../../src/domain/scene.ts";
import type { SceneState } from "../../../src/domain/scene.ts";
import { metres, seconds } from "../../../src/domain/units.ts";
import { sawyerObservation } from "../../../src/policy/observation.ts";
import { fullLab, one, stands } from "../../support/armRecording.ts";

describe("what a recorded observation says", () => {
  const place = fc.double({ min: -0.5, max: 0.9, noNaN: true });
  const point = fc.tuple(place, place, place);
  const thing = fc.record({ position: point, travel: fc.double({ min: 0, max: 0.14, noNaN: true }) });
  const things = fc.record(Object.fromEntries(THINGS.map((name) => [name, thing])), { requiredKeys: [] });
  const slides: readonly string[] = ["drawer", "button", "locker"];
  const lifted: readonly string[] = ["object", "brick"];

  it("is where the tip was, how far apart the fingers were, and what was seen, to a float32: heights of blocks, travels of what slides", () => {
    fc.assert(
      fc.property(point, things, fc.option(fc.double({ min: 0, max: 0.06, noNaN: true })), (tip, told, gap) => {
        const facts = Object.fromEntries(
          Object.entries(told).map(([name, one]) => [
            name,
            { position: one!.position, travel: metres(slides.includes(name) ? one!.travel : 0), valid: true },
          ]),
        );
        const back = seen(sawyerObservation(tip, { at: seconds(1), facts }, gap ?? undefined));
        expect(Object.keys(back.scene.facts).sort()).to.deep.equal(Object.keys(facts).sort());
        tip.forEach((x, i) => expect(back.tip[i]).to.be.closeTo(x, 1e-6));
        if (gap === null) expect(back.gap).to.equal(undefined);
        else expect(back.gap).to.be.closeTo(gap, 1e-6);
        for (const [name, { position: p, travel }] of Object.entries(facts)) {
          const { position, travel: out, valid } = back.scene.facts[name]!;
          expect(valid).to.equal(true);
          [0, 1].forEach((i) => expect(position[i]).to.be.closeTo(p[i]!, 1e-6));
          if (lifted.includes(name)) expect(position[2]).to.be.closeTo(p[2], 1e-6);
          else expect(position[2]).to.satisfy(Number.isNaN);
          expect(out).to.be.closeTo(travel, 1e-6);
        }
      }),
    );
  });
});

describe("what a recorded block says of the aims", () => {
  const table = (more: SceneState["facts"]) => ({
    facts: {
      ...{ locker: stands([0.66, -0.17, -0.05], 0.14), tray: stands([0.46, -0.1, -0.05]) },
      ...{ object: stands([0.46, -0.24, -0.03]), brick: stands([0.73, -0.17, -0.026]), ...more },
    },
  });
  const still = [0, 0, 0];
  for (const [aim, ...moments] of [
    ["pick-object", {}, { object: stands([0.5, -0.1, 0.1]) }, { object: stands([0.66, 0.01, 0.15]) }],
    [
      "place-object",
      { object: stands([0.46, -0.1, 0.1]) },
      { object: stands([0.46, -0.16, -0.03]) },
      { object: stands([0.47, -0.11, -0.026]) },
    ],
    ["pick-brick", {}, { object: stands([0.66, 0.01, 0.15]) }, { brick: stands([0.66, 0.01, 0.15]) }],
    ["close-locker", {}, { locker: stands([0.77, -0.17, -0.05], 0.03) }, { locker: stands([0.79, -0.17, -0.05], 0.01) }],
  ] as const)
    it(`is that ${aim} is true in the last step alone`, async () => {
      const beside = moments.map(table);
      const made = await one({ opened: still, beside, scene: fullLab, aim });
      expect([...made.episodes[0]!.reward]).to.deep.equal([-1, 0]);
      expect(made.tasks.own![0]).to.deep.include({ aim, rewards: "environment" });
      expect(Object.keys(made.tasks.own![0]!.scene)).to.have.members([...THINGS]);
    });

  it("is that an opened locker is true from where it is out far enough", async () => {
    const beside = [0, 0.05, 0.09].map((out) => table({ locker: stands([0.8 - out, -0.17, -0.05], out) }));
    const scene = { ...fullLab, locker: { ...fullLab.locker!, travel: metres(0) } };
    const made = await one({ opened: still, beside, scene, aim: "open-locker" });
    expect([...made.episodes[0]!.reward]).to.deep.equal([-1, 0]);
  });
});
